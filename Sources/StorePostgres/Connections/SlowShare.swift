import Quotas
import Synchronization
import Work

/// A caller's part of the slow lanes: taken when a unit is given to one, given back with the last
/// reference, when no process of the server works on it any more. Any thread.
final class SlowShare: Sendable {
    private let caller: Caller
    private let cluster: PostgresCluster

    /// Takes one.
    ///
    /// - Throws: Why there is none left.
    init(of caller: Caller, in cluster: PostgresCluster) throws(Shares.Refusal) {
        if let refusal = cluster.slowUnits.withLock({ $0.take(for: caller) }) { throw refusal }
        self.caller = caller
        self.cluster = cluster
    }

    deinit { cluster.slowUnits.withLock { $0.giveBack(from: caller) } }
}
