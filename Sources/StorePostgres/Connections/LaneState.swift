import Network

/// What a pool knows of one lane. Confined to its loop's thread.
final class LaneState {
    let lane: Lane
    let connectionsMax: Int
    var connections: [PostgresConnection] = []
    /// Searches for another one.
    var searches: [HostSearch] = []
    var waiting = Waiting()
    /// What keeps those that take long from it for a while.
    var longRest: LongRest
    var backOff = BackOff()
    /// Since when it waits for one of the process's connections and has none, in milliseconds of
    /// the loop's clock.
    var starvingSince: UInt64?
    /// Why the last search has failed; nil once one has succeeded.
    var failures: [HostFailure]?
    /// Since when the server has no connection left for it, which has none, in milliseconds of the
    /// loop's clock.
    var refusedSince: UInt64?
    /// When the next search may begin, in milliseconds of the loop's clock, and what begins it.
    var retryAt: UInt64?
    var retry: TimerToken?

    /// - Parameter longShare: Percent of the time that those have that take long.
    init(_ lane: Lane, connectionsMax: Int, longShare: Int) {
        self.lane = lane
        longRest = LongRest(share: longShare)
        self.connectionsMax = max(1, connectionsMax)
    }

    /// Whether no connection can be had for now.
    var isUnavailable: Bool { failures != nil && connections.isEmpty }

    /// Whether it cannot be used because the server has no connection left: it takes the first that
    /// is to be had, from whomever.
    var isRefused: Bool { isUnavailable && refusedSince != nil }

    /// Whether a connection is waited for.
    var isWanting: Bool { isWaitedFor || isRefused }

    /// Whether its first connection is waited for, and all are taken.
    var isStarving: Bool { starvingSince != nil && isWanting }

    /// Where its turn is among the lanes that want a connection: those first that have none, the
    /// one before others that has waited longest, and then those that short units wait for.
    var turn: UInt64 { starvingSince ?? (lacksKept ? .max - 1 : .max) }

    /// Whether one that waits would be begun on another connection.
    private var isWaitedFor: Bool {
        keepsOne ? waiting.contains(where: mayBegin) : !waiting.isEmpty
    }

    /// Connections, those that are being opened included.
    var count: Int { connections.count + searches.count }

    /// Whether there may be another connection: those that are stuck do not count, up to a bound,
    /// where quick units wait behind them.
    func mayOpen(at now: UInt64) -> Bool {
        if count < connectionsMax { return true }
        guard lane.slowLane != nil, count < connectionsMax * ConnectionLimits.stuckFactor else {
            return false
        }
        return count - connections.count { $0.isStuck(at: now) } < connectionsMax
    }

    /// Whether units that write a table are stuck on all connections but one, and on two at the
    /// least: most likely the table is locked, and another one would wait with them.
    func isBlocked(_ table: String?, at now: UInt64) -> Bool {
        guard let table else { return false }
        let stuck = connections.count { connection in
            connection.isStuck(at: now) && connection.running.first?.table == table
        }
        return stuck >= max(min(2, connectionsMax), connectionsMax - 1)
    }

    /// The connection that the next unit goes to: the one with the fewest in flight, unless that is
    /// held up.
    func next() -> PostgresConnection? {
        var best: PostgresConnection?
        for connection in connections where connection.takesUnits {
            let count = connection.running.count
            if count == 0 { return connection }
            if connection.isHeldUp { continue }
            if count < best?.running.count ?? .max { best = connection }
        }
        return best
    }
}

@available(*, unavailable)
extension LaneState: Sendable {}
