import Network
import PostgresWire

// What connections tell their pool.

extension PostgresPool {
    /// A connection has come to the end of what it had to do, or has room.
    func advanced(_ connection: PostgresConnection) {
        let state = state(of: connection.lane)
        feed(state)
        guard cluster.budget.isContended, !connection.isLeaving else { return }
        // Others wait: what is not used is theirs, and what is beyond our share.
        if connection.isIdle || lanes.reduce(0, { $0 + $1.count }) > cluster.budget.share {
            connection.retire()
        }
    }

    /// A connection has ended.
    func ended(_ connection: PostgresConnection, _ end: SessionEnd, wasLeaving: Bool) {
        let state = state(of: connection.lane)
        state.connections.removeAll { $0 === connection }
        if !wasLeaving {
            metrics.note { $0.losses += 1 }
            cluster.log(.lost(host: connection.host.shown, lane: state.lane, end))
        }
        cluster.budget.release()
        noteCounts(of: state)
        if !state.waiting.isEmpty { open(state) }
    }

    /// A unit is to be run once more.
    func runAgain(_ run: UnitRun, after pause: Duration) {
        guard !isClosed else { return run.tell(.failure(.stopped)) }
        metrics.note { $0.unitsRepeated += 1 }
        guard pause > .zero else { return runAgain(run) }
        _ = loop.schedule(after: pause) { [weak self] in
            guard let self, run.phase == .waiting else { return }
            runAgain(run)
        }
    }

    private func runAgain(_ run: UnitRun) {
        let state = state(of: run.lane)
        if state.isUnavailable {
            return fail([.unit(run)], .unavailable(unavailability(of: state)))
        }
        state.waiting.prepend(.unit(run))
        watch(until: run.deadline)
        // The session that has just told of it may have more to tell first.
        loop.atEndOfTurn { [weak self] in
            guard let self else { return }
            feed(state)
            if !state.waiting.isEmpty { open(state) }
        }
    }

    /// A server takes no writes, though it did when we came: another one has taken over.
    func foundReadOnly(_ connection: PostgresConnection) {
        guard !connection.lane.isReadOnly else { return }
        for lane in Lane.allCases where !lane.isReadOnly {
            for connection in state(of: lane).connections { connection.retire() }
        }
    }

    func noteCancel() { metrics.note { $0.cancels += 1 } }
}
