import Diagnostics
import Store

/// A write that has been handed to the pool, and who waits for it.
///
/// Unchecked: all but `reply` is touched on the loop only.
final class Submission: @unchecked Sendable {
    let reply: WriteReply
    var token: UnitToken?
    private(set) var isWithdrawn = false

    init(_ reply: @escaping WriteReply) { self.reply = reply }

    func withdraw() {
        guard !isWithdrawn, token?.withdrawWaiting() ?? true else { return }
        isWithdrawn = true
        token = nil
        reply(.failure(.failed(.withdrawn)))
    }
}
