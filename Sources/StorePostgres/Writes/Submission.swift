import Diagnostics
import Quotas
import Store

/// A write that has been handed to the pool, and who waits for it.
///
/// Unchecked: all but `reply` is touched on the loop only.
final class Submission: @unchecked Sendable {
    let reply: WriteReply
    /// What is known of its plan, and whose share of the slow lane it takes.
    let pace: Pace?
    let caller: Caller
    var token: UnitToken?
    private(set) var isWithdrawn = false
    /// What its statement has been given on the server, where that is less than its time in all.
    var timeMax: Duration?

    init(_ run: ProgramRun, _ reply: @escaping WriteReply) {
        self.reply = reply
        pace = run.pace
        caller = run.caller
    }

    func withdraw() {
        guard !isWithdrawn, token?.withdrawWaiting() ?? true else { return }
        isWithdrawn = true
        token = nil
        reply(.failure(.failed(.withdrawn)))
    }
}
