import Store
import Synchronization

/// The changes that were handed to a loop and that it has yet to deliver. A loop that cannot follow
/// the writer must not make the server keep all of them.
final class UntoldChanges: Sendable {
    private let bytes = Atomic(0)

    /// Adds the changes of a group of commits. Called by who publishes them.
    ///
    /// - Returns: what is to be delivered, and how many bytes that is: where there is too much
    ///   already, word that whoever follows the tables fetches them anew.
    func add(_ changes: [Change], upTo bytesMax: Int) -> (changes: [Change], bytes: Int) {
        let count = changes.reduce(0) { $0 + $1.byteCount }
        let before = bytes.load(ordering: .relaxed)
        if before > 0, before + count > bytesMax { return (Self.resets(of: changes), 0) }
        bytes.add(count, ordering: .relaxed)
        return (changes, count)
    }

    /// They have been delivered.
    func remove(_ count: Int) { bytes.subtract(count, ordering: .relaxed) }

    private static func resets(of changes: [Change]) -> [Change] {
        var last: [String: Change] = [:]
        for change in changes { last[change.table] = change }
        return last.values.sorted { $0.sequence < $1.sequence }.map {
            Change(
                reset: .missed, of: $0.table, sequence: $0.sequence, transaction: $0.transaction,
                committedAt: $0.committedAt)
        }
    }
}
