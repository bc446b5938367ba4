import Diagnostics
import Network
import PostgresWire
import Store

/// A set-up of the capture that is run on a connection of the pool, on its loop.
final class CaptureRun {
    private let pool: PostgresPool
    private var setup: CaptureSetup
    private let completion: (Result<[CaptureLoss], Problem>) -> Void
    private var connection: LentConnection?
    private var pause: TimerToken?
    private var isOver = false
    /// What was refused last, and why.
    private var refusal: (statement: String, error: ServerError)?

    /// - Parameter completion: told once what had gone and is there again, unless the run is
    ///   stopped before.
    init(
        _ setup: CaptureSetup, on pool: PostgresPool,
        _ completion: @escaping (Result<[CaptureLoss], Problem>) -> Void
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

    /// Ends without a word. What has not been committed is rolled back.
    func stop() {
        isOver = true
        pause?.cancel()
        connection?.giveBack(.closed)
        connection = nil
    }

    private func end(_ result: Result<[CaptureLoss], Problem>) {
        guard !isOver else { return }
        stop()
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
        case .finished: end(.success(setup.losses))
        case .failed(let fault):
            end(.failure(Problem(fault, refusal?.error, in: refusal?.statement ?? "")))
        }
    }

    private func run(_ sql: String) {
        var rows: [[String?]] = []
        var unit = PostgresUnit(.writes, script: sql) { [self] result in
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
}
