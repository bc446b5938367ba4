import Synchronization

/// Open connections of all loops together.
final class ConnectionCount: Sendable {
    private let count = Atomic(0)

    /// Counts one more, unless there are `max` already.
    func take(max: Int) -> Bool {
        if count.add(1, ordering: .relaxed).newValue <= max { return true }
        giveBack()
        return false
    }

    func giveBack() { count.subtract(1, ordering: .relaxed) }
}
