import Diagnostics
import Network
import PostgresWire
import Store

/// A set-up of the capture that is run on a connection of the pool, on its loop. It keeps itself
/// until it is over.
final class CaptureRun {
    private let pool: PostgresPool
    private var setup: CaptureSetup
    private let completion: (Result<CaptureOutcome, Problem>) -> Void
    private var connection: LentConnection?
    private var pause: TimerToken?
    private var isOver = false
    /// What was refused last, and why.
    private var refusal: (statement: String, error: ServerError)?

    /// - Parameter completion: told once what has come of it.
    init(
        _ setup: CaptureSetup, on pool: PostgresPool,
        _ completion: @escaping (Result<CaptureOutcome, Problem>) -> Void
    ) {
        self.setup = setup
        self.pool = pool
        self.completion = completion
    }

    /// Begins.
    func start() {
        pool.lend(within: CaptureLimits.feedTimeout) { [self] result in
            switch result {
            case .success(let lent) where isOver: lent.giveBack()
            case .success(let lent):
                connection = lent
                perform(setup.start())
            case .failure(let failure): end(.failure(Problem(DatabaseError(failure))))
            }
        }
    }

    /// Ends before its time. What has not been committed is rolled back.
    func stop() { end(.failure(.closed)) }

    private func end(_ result: Result<CaptureOutcome, Problem>) {
        guard !isOver else { return }
        isOver = true
        pause?.cancel()
        connection?.giveBack(.closed)
        connection = nil
        completion(result)
    }

    private func perform(_ action: CaptureSetup.Action) {
        switch action {
        case .run(let sql): run(sql)
        case .wait(let time):
            pause = pool.loop.schedule(after: time) { [self] in
                guard !isOver else { return }
                perform(setup.waited())
            }
        case .finished: tick()
        case .failed(let fault):
            end(.failure(Problem(fault, refusal?.error, in: refusal?.statement ?? "")))
        }
    }

    private func run(_ sql: String) {
        var rows: [[String?]] = []
        let unit = PostgresUnit(.writes, script: sql) { [self] result in
            guard !isOver else { return }
            switch result {
            case .success: perform(setup.ran(rows))
            case .failure(.server(let error, step: _)):
                // What undoes a failed one says nothing.
                if sql != "ROLLBACK" { refusal = (sql, error) }
                perform(setup.failed(error.sqlState))
            case .failure(let failure): end(.failure(Problem(DatabaseError(failure))))
            }
        }
        unit.onRow = { _, row in
            rows.append(row.texts)
        }
        connection?.submit(unit, within: CaptureLimits.feedTimeout)
    }

    /// Looks for the newest cut, behind a tick: a log that was emptied has none before.
    private func tick() {
        var cut: Cut?
        let statements = ChangeStatements(setup.space)
        let unit = PostgresUnit(.writes) { session, unit in
            for step in statements.tick + [statements.newestCut] {
                session.execute(step, in: unit, columns: .never)
            }
        } completion: { [self] result in
            switch (result, cut) {
            case (.success, let cut?):
                end(.success(CaptureOutcome(cut: cut, losses: setup.losses)))
            case (.success, nil):
                end(.failure(.captureFailed(because: "its log has no cut that can be read")))
            case (.failure(let failure), _): end(.failure(Problem(DatabaseError(failure))))
            }
        }
        unit.onRow = { step, row in
            if step == statements.tick.count { cut = try? Cut(row) }
        }
        connection?.submit(unit, within: CaptureLimits.feedTimeout)
    }
}

/// What has come of a set-up.
public struct CaptureOutcome: Sendable {
    /// The newest cut there is then: whoever follows the changes behind it misses none of those to
    /// come.
    public let cut: Cut
    /// What had gone and is there again.
    public let losses: [CaptureLoss]
}
