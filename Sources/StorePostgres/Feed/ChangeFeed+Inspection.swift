import Diagnostics
import Network
import PostgresWire
import Store

// Looking at whether the log and the triggers are still there, and putting back what is not: an
// administrator may turn triggers off, and forget them. One set-up at a time.

extension ChangeFeed {
    /// Looks again after a while: after each look, and later after each that has failed.
    private func scheduleInspection() {
        inspectionTimer?.cancel()
        guard isRunning else { return }
        let doublings = min(max(failedInspections - 1, 0), 10)
        let doubled = CaptureLimits.inspectionInterval * (1 << doublings)
        let pause = min(doubled, CaptureLimits.inspectionIntervalMost)
        inspectionTimer = pool.loop.schedule(after: pause) { [weak self] in
            self?.wanted.insert(.inspect)
            self?.proceed()
        }
    }

    /// Looks on a connection of the pool, beside the ticks: the catalogue may be held by others.
    func inspect() {
        let questions = CaptureInspection.allCases.filter { $0 != .facts }
        let models = models
        let shapes = questions.map {
            StatementShape($0.sql(models, in: space), results: .all(.text))
        }
        var answers: [[[String?]]] = []
        let unit = PostgresUnit(.reads) { session, unit in
            answers = Array(repeating: [], count: shapes.count)
            for shape in shapes { session.execute(shape, in: unit, columns: .never) }
        } completion: { [weak self] result in
            guard let self else { return }
            inspection = nil
            switch result {
            case .success:
                failedInspections = 0
                noteSuccess(of: .inspect)
                var state = CaptureState()
                for (question, rows) in zip(questions, answers) { state.take(rows, of: question) }
                inspected(
                    CaptureDifference(space: space, models: models, state: state, scope: .lost))
            case .failure(let failure):
                failedInspections += 1
                note(failure, of: .inspect)
            }
            scheduleInspection()
        }
        unit.onRow = { step, row in answers[step].append(row.texts) }
        inspection = pool.submit(unit, on: .write, within: CaptureLimits.inspectionTimeout)
    }

    private func inspected(_ difference: CaptureDifference) {
        noteUncaptured(
            Set(difference.missing + difference.missingColumns.map(\.table)))
        if !difference.statements.isEmpty { repair() }
    }

    /// Tells of tables that cannot be captured, once.
    private func noteUncaptured(_ tables: Set<String>) {
        for table in tables.subtracting(uncaptured).sorted() { log(.uncaptured(table: table)) }
        uncaptured = tables
    }

    // MARK: Set-ups

    /// Puts back what is gone, beside the ticks. What went missing meanwhile is told by the log
    /// itself, to all nodes.
    private func repair() {
        guard isRunning, setup == nil else { return }
        setUp(models, .lost) { [weak self] result in
            switch result {
            case .success(let outcome):
                self?.repairProblem = nil
                for loss in outcome.losses { self?.log(.repaired(loss)) }
                self?.take(.committed)
            case .failure(let problem): self?.note(problem)
            }
        }
    }

    private func note(_ problem: Problem) {
        // One that was ended for another set-up is no failure.
        guard problem != .closed else { return }
        if repairProblem != problem { log(.notRepaired(problem)) }
        repairProblem = problem
    }

    /// Sets the capture of other tables up and follows them then. A repair, which knows those of
    /// before, ends first, and none begins meanwhile.
    func capture(
        _ models: [CapturedModel],
        _ completion: @escaping (Result<CaptureOutcome, Problem>) -> Void
    ) {
        guard isRunning else { return completion(.failure(.closed)) }
        endSetup()
        setUp(models, .all) { [weak self] result in
            if case .success = result { self?.follow(models) }
            completion(result)
        }
    }

    private func setUp(
        _ models: [CapturedModel], _ scope: CaptureScope,
        _ completion: @escaping (Result<CaptureOutcome, Problem>) -> Void
    ) {
        let machine = CaptureSetup(models, in: space, scope, jitter: .random(in: 0...1))
        let run = CaptureRun(machine, on: pool) { [weak self] result in
            self?.setup = nil
            completion(result)
        }
        setup = run
        run.start()
    }

    /// Ends the set-up that runs, if one does.
    func endSetup() { setup?.stop() }
}
