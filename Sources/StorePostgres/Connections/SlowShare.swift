import Quotas
import Synchronization
import Work

/// A caller's part of the slow lanes: taken when a unit is given to one, given back with the last
/// reference, when no process of the server works on it any more. Any thread.
final class SlowShare: Sendable {
    private let caller: Caller
    private let cluster: PostgresCluster
    private let ticket: SlowUnits.Ticket

    /// Takes one, which may be another caller's.
    ///
    /// - Parameter giveWay: Called, on any thread, when another caller has it.
    /// - Throws: What there is not enough of.
    init(
        of caller: Caller, in cluster: PostgresCluster, giveWay: @escaping @Sendable () -> Void
    ) throws(ShareShortage) {
        let configuration = cluster.configuration
        let (ticket, displaced) = try cluster.slowUnits.withLock { units throws(ShareShortage) in
            try units.take(
                for: caller,
                within: ShareBounds(
                    total: configuration.slowUnitsMax, each: configuration.slowUnitsPerCallerMax),
                giveWay: giveWay)
        }
        displaced?()
        self.caller = caller
        self.cluster = cluster
        self.ticket = ticket
    }

    deinit { cluster.slowUnits.withLock { $0.giveBack(ticket, from: caller) } }
}
