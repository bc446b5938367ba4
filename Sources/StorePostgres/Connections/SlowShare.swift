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
    /// - Throws: What there is not enough of.
    init(of caller: Caller, in cluster: PostgresCluster) throws(ShareShortage) {
        let shortage = cluster.slowUnits.withLock {
            $0.take(
                for: caller, totalMax: cluster.configuration.slowUnitsMax,
                eachMax: cluster.configuration.slowUnitsPerCallerMax)
        }
        if let shortage { throw shortage }
        self.caller = caller
        self.cluster = cluster
    }

    deinit { cluster.slowUnits.withLock { $0.giveBack(from: caller) } }
}
