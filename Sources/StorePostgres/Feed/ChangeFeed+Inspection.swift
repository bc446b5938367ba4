import Diagnostics
import Network
import PostgresWire
import Store

// Looking at whether the log and the triggers are still there, and putting back what is not: an
// administrator may turn triggers off, and forget them.

extension ChangeFeed {
    /// Looks again after a while: after each look, and later after each that has failed.
    private func scheduleInspection() {
        inspectionTimer?.cancel()
        guard isRunning else { return }
        let doublings = min(max(failedInspections - 1, 0), 10)
        let doubled = CaptureLimits.inspectionInterval * (1 << doublings)
        let pause = min(doubled, CaptureLimits.inspectionIntervalMost)
        inspectionTimer = pool.loop.schedule(after: pause) { [weak self] in
            guard let self else { return }
            wanted.insert(.inspect)
            proceed()
        }
    }

    /// All questions but that for the version, as one script: the answers to each are a step.
    func inspect(_ connection: LentConnection) {
        let questions = CaptureInspection.allCases.filter { $0 != .version }
        var answers = Array(repeating: [[String?]](), count: questions.count)
        let models = models
        let script = questions.map { $0.sql(models, in: space) }.joined(separator: ";\n")
        var unit = PostgresUnit(.reads, script: script) { [weak self] result in
            guard let self else { return }
            switch result {
            case .success:
                failedInspections = 0
                noteSuccess(of: .inspect)
                // Other tables are followed by now, and are looked at next.
                if wanted.contains(.inspect) { break }
                var state = CaptureState()
                for (question, rows) in zip(questions, answers) { state.take(rows, of: question) }
                inspected(
                    CaptureDifference(space: space, models: models, state: state, scope: .lost))
            case .failure(let failure):
                failedInspections += 1
                note(failure, of: .inspect)
                if self.connection?.isOpen == false { drop() }
            }
            scheduleInspection()
            ended()
        }
        unit.onRow = { step, row in
            guard answers.indices.contains(step) else { return }
            answers[step].append(row.texts)
        }
        connection.submit(unit, within: CaptureLimits.feedTimeout)
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

    /// Puts back what is gone, beside the ticks. What went missing meanwhile is told by the log
    /// itself, to all nodes.
    private func repair() {
        guard isRunning, repairing == nil else { return }
        let setup = CaptureSetup(models, in: space, .lost, jitter: .random(in: 0...1))
        let run = CaptureRun(setup, on: pool) { [weak self] result in
            guard let self else { return }
            repairing = nil
            switch result {
            case .success(let losses):
                repairProblem = nil
                for loss in losses { log(.repaired(loss)) }
                take(.committed)
            case .failure(let problem):
                if repairProblem != problem { log(.notRepaired(problem)) }
                repairProblem = problem
            }
        }
        repairing = run
        run.start()
    }
}
