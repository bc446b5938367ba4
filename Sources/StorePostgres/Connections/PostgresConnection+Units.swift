import Network
import PostgresWire

// Units in flight.

extension PostgresConnection {
    /// Begins a unit. There must be room.
    func begin(_ run: UnitRun) {
        guard let unit = run.unit else { return }
        if !cluster.preparesByName, session.preparesByName { session.stopPreparingByName() }
        run.answerBytes = 0
        switch content(of: unit, run) {
        case .script(let sql): run.began(on: self, as: session.query(sql))
        case .copy(let shape, let source):
            let id = session.beginCopy(shape)
            loads = Load(unit: id, source: source)
            run.began(on: self, as: id)
        case .steps(let steps):
            let id = session.begin()
            isDelivering = true
            defer { isDelivering = false }
            do throws(FormatFault) {
                try steps(&session, id)
            } catch {
                session.withdraw(id)
                return run.tell(.failure(.value(error)))
            }
            session.sync(id)
            run.began(on: self, as: id)
        }
        running.append(run)
        if running.count == 1 { watchFirst() }
        watch(until: run.deadline)
        flush()
    }

    private func content(of unit: PostgresUnit, _ run: UnitRun) -> PostgresUnit.Content {
        guard lane.isSlow, let steps = unit.slowSteps else { return unit.content }
        let patience = cluster.configuration.patience
        let trial = run.isTried ? Duration.milliseconds(patience.longMilliseconds) : nil
        return .steps { (session, unit) throws(FormatFault) in try steps(&session, unit, trial) }
    }

    func run(of id: UnitID) -> UnitRun? { running.first { $0.id == id } }

    /// Hands on a row.
    func deliver(_ step: Step, _ place: Range<Int>) {
        guard let run = run(of: step.unit), run.fate?.isOfAnswer != true else { return }
        run.answerBytes += place.count
        if isTooLong(run) { return cancel(run) }
        isDelivering = true
        run.unit?.onRow?(step.index, session.row(place))
        isDelivering = false
    }

    /// Whether a unit is to be ended for what its rows take, which is then its fate.
    private func isTooLong(_ run: UnitRun) -> Bool {
        guard run.answerBytes > run.coveredBytes else { return false }
        let isOver = run.answerBytes > run.answerBytesMax
        guard let fate = isOver ? .answerTooLarge : run.cover(from: cluster.configuration.memory)
        else { return false }
        run.fate = fate
        return true
    }

    /// A row is longer than is taken anywhere, and not handed on.
    func rowTooLong(_ step: Step) {
        guard let run = run(of: step.unit) else { return }
        run.exceedsAllLanes()
        run.fate = .answerTooLarge
        cancel(run)
    }

    /// What is made of a unit's rows is longer than they are.
    func lengthened(_ run: UnitRun) {
        guard isTooLong(run) else { return }
        loop.atEndOfTurn { [weak self] in
            if run.fate?.isOfAnswer == true { self?.cancel(run) }
        }
    }

    func finished(_ id: UnitID, _ outcome: UnitOutcome) {
        guard let index = running.firstIndex(where: { $0.id == id }) else { return }
        let run = running.remove(at: index)
        if loads?.unit == id { loads = nil }
        // The server runs one after the other.
        if index == 0 { pool?.charge(loop.nowMilliseconds - max(firstSince, run.begun), for: run) }
        notePace(of: run, outcome)
        let attempt = UnitVerdict.Attempt(
            effect: run.effect, answerBytesMax: run.answerBytesMax,
            slowAnswerBytesMax: run.slowAnswerBytesMax, fate: run.fate,
            isWhole: run.isWhole, mayBeHit: run.mayBeHit,
            isImpatient: run.isTried || run.pace != nil && run.lane.slowLane != nil,
            left: .milliseconds(run.deadline - min(run.deadline, loop.nowMilliseconds)))
        if ending?.run === run { ending = nil }
        if index == 0 { lookAtFirst() }
        if case .failed(let error, at: _, _) = outcome { tellPool(of: error, in: run) }
        run.left()
        guard run.phase != .over else { return }
        switch UnitVerdict.of(outcome, attempt, &run.history) {
        case .tell(let result): run.tell(result)
        case .runAgain(let pause): pool?.runAgain(run, after: pause)
        case .runSlowly(let reason): pool?.runSlowly(run, reason)
        }
    }

    /// What an error tells of more than its unit.
    private func tellPool(of error: ServerError, in run: UnitRun) {
        if error.sqlState == .readOnlyTransaction { pool?.foundReadOnly(self) }
        if error.sqlState == .lockNotAvailable { pool?.lockTimedOut(run, error) }
    }
}
