import Diagnostics
import Network
import PostgresWire

// What connections tell their pool.

extension PostgresPool {
    /// A connection has come to the end of what it had to do, or has room.
    func advanced(_ connection: PostgresConnection) {
        let state = state(of: connection.lane)
        feed(state)
        guard cluster.budget.isContended, !connection.isLeaving else { return }
        if !lanes.contains(where: \.isWanting) {
            cluster.budget.stopWaiting(ObjectIdentifier(self))
            guard cluster.budget.isContended else { return }
        }
        if isOwed(connection, of: state) { connection.retire() }
    }

    /// Whether others wait who have more of a right to a connection: to one that is not used, to
    /// what is beyond our share, to a lane's second one, and in turn to the only one. What a slow
    /// lane keeps for short units goes before other lanes' second ones.
    private func isOwed(_ connection: PostgresConnection, of state: LaneState) -> Bool {
        if connection.isIdle { return true }
        let (share, isScarce) = cluster.budget.share
        if lanes.reduce(0, { $0 + $1.count }) > share { return true }
        let isStarving = lanes.contains { $0 !== state && $0.isStarving }
        let isWanted = isStarving || !state.lane.isSlow && lanes.contains(where: \.lacksKept)
        if isWanted, state.connections.count > 1 { return true }
        return (isStarving || isScarce)
            && loop.nowMilliseconds >= connection.readySince + ConnectionLimits.turnMilliseconds
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
        openInTurn()
        // Those whose caller has had as many as may be may have one that is free now. Not before
        // others, who may be owed what has ended.
        feed(state)
    }

    /// A unit is to be run once more.
    func runAgain(_ run: UnitRun, after pause: Duration) {
        guard !isClosed else { return run.tell(.failure(.stopped)) }
        metrics.note { $0.unitsRepeated += 1 }
        run.fate = nil
        guard pause > .zero else { return runAgain(run) }
        _ = loop.schedule(after: pause) { [weak self] in
            guard run.phase == .waiting else { return }
            guard let self else { return run.tell(.failure(.stopped)) }
            runAgain(run)
        }
    }

    /// Gives a unit to its lane: in front of the others where it has waited before, and in its turn
    /// where it comes from another lane.
    func runAgain(_ run: UnitRun) {
        guard !isClosed else { return run.tell(.failure(.stopped)) }
        let state = state(of: run.lane)
        if state.isUnavailable {
            return fail([.unit(run)], .unavailable(unavailability(of: state)))
        }
        // The session that has just told of it may have more to tell first.
        again.append(run)
        guard again.count == 1 else { return }
        loop.atEndOfTurn { [weak self] in self?.feedAgain() }
    }

    /// Puts those that are run again in front of the others, in their order, and those that come
    /// from other lanes where their callers' turns are.
    private func feedAgain() {
        let runs = again
        again = []
        if isClosed {
            for run in runs { run.tell(.failure(.stopped)) }
            return
        }
        let waiting = runs.filter { $0.phase == .waiting }
        for run in waiting.reversed() where !run.isNewToLane {
            state(of: run.lane).waiting.prepend(.unit(run))
        }
        for run in waiting {
            watch(until: run.deadline)
            guard run.isNewToLane else { continue }
            run.isNewToLane = false
            state(of: run.lane).waiting.append(.unit(run))
        }
        for state in lanes where !state.waiting.isEmpty {
            feed(state)
        }
    }

    /// A server takes no writes, though it did when we came: another one has taken over.
    func foundReadOnly(_ connection: PostgresConnection) {
        guard !connection.lane.isReadOnly else { return }
        for lane in Lane.allCases where !lane.isReadOnly {
            for connection in state(of: lane).connections { connection.retire() }
        }
    }

    /// A connection is not to be counted on for some time.
    func gotStuck(_ connection: PostgresConnection) {
        let state = state(of: connection.lane)
        feed(state)
        openIfWanted(state)
    }

    /// A unit could not have a lock in time: those that have waited behind it for as long, and
    /// write the same table, are told the same.
    func lockTimedOut(_ run: UnitRun, _ error: ServerError) {
        guard let table = run.table else { return }
        let state = state(of: run.lane)
        let settings = cluster.configuration.settings(of: state.lane)
        guard let time = settings.lockTimeout?.wholeMilliseconds else { return }
        let moment = loop.nowMilliseconds - min(loop.nowMilliseconds, time)
        fail(
            state.waiting.remove { $0.table == table && $0.wasSubmitted(by: moment) },
            .server(error, step: nil))
        noteCounts(of: state)
    }

    func noteCancel() { metrics.note { $0.cancels += 1 } }
}
