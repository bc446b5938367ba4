import Synchronization

/// The changes of what a server serves, while developing: counted by the thread that takes saves,
/// looked at by the loops.
final class SchemaTransitions: Sendable {
    private let count = Atomic(0)

    /// Rises with every change, when it begins and when all loops have taken it or it was given up:
    /// odd while one is being carried out.
    var number: Int { count.load(ordering: .acquiring) }

    /// Carries a change out.
    func carryOut<R>(_ work: () throws -> R) rethrows -> R {
        count.add(1, ordering: .releasing)
        defer { count.add(1, ordering: .releasing) }
        return try work()
    }
}
