public import Quotas
import Synchronization

/// What a pool has and has done; totals since it was made.
public struct PoolCounts: Hashable, Sendable {
    /// What one lane has now.
    public struct LaneCounts: Hashable, Sendable {
        /// Connections, those that begin or end included.
        public var open = 0
        /// Units and callers that wait for one.
        public var waiting = 0

        /// None.
        public init() {}

        init(open: Int, waiting: Int) {
            self.open = open
            self.waiting = waiting
        }
    }

    /// What each lane has now.
    public internal(set) var lanes: [Lane: LaneCounts] = [:]
    /// Units that have been begun, each time that they were.
    public internal(set) var unitsBegun = 0
    /// Of these, those that were begun again.
    public internal(set) var unitsRepeated = 0
    /// Units refused since too many waited, in all, or of their caller or his site.
    public internal(set) var refused = RefusalCounts()
    /// Writes undone because they took too long.
    public internal(set) var writesOvertime = 0
    /// Sessions begun.
    public internal(set) var connects = 0
    /// Attempts to begin one, over all hosts, that have failed.
    public internal(set) var connectFailures = 0
    /// Sessions that ended before they were to.
    public internal(set) var losses = 0
    /// Requests to cancel.
    public internal(set) var cancels = 0

    /// The sum over two pools.
    public static func + (left: PoolCounts, right: PoolCounts) -> PoolCounts {
        var sum = left
        for (lane, counts) in right.lanes {
            sum.lanes[lane, default: LaneCounts()].open += counts.open
            sum.lanes[lane, default: LaneCounts()].waiting += counts.waiting
        }
        sum.unitsBegun += right.unitsBegun
        sum.unitsRepeated += right.unitsRepeated
        sum.refused = left.refused + right.refused
        sum.writesOvertime += right.writesOvertime
        sum.connects += right.connects
        sum.connectFailures += right.connectFailures
        sum.losses += right.losses
        sum.cancels += right.cancels
        return sum
    }
}

/// The counts of one pool, which its loop writes and any thread reads.
public final class PoolMetrics: Sendable {
    private let state = Mutex(PoolCounts())

    /// The counts by now.
    public var counts: PoolCounts { state.withLock { $0 } }

    func note(_ change: (inout PoolCounts) -> Void) { state.withLock { change(&$0) } }
}
