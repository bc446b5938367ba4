public import Diagnostics
import PostgresWire
public import Store
import Work

extension PostgresDatabase: Database {
    /// See ``Store/Database/backupHint``.
    public var backupHint: String {
        "Keep it as it is, restore a backup into an empty database (pg_restore), and serve that "
            + "with --database."
    }

    /// See ``Store/Database/freshHint``.
    public var freshHint: String {
        "A new database would have it: createdb makes one, 'apus dev --database URL' serves it, "
            + "and this one stays with its rows."
    }

    /// See ``Store/Database/reading(_:)``: on a thread that waits, in a transaction of its own.
    public func reading<R: Sendable>(
        _ body: @escaping @Sendable (any RowSource) throws(Problem) -> R
    ) throws(Problem) -> Reading<R> {
        .mustWait(
            PendingRead { [self] reply in
                workers.start(waitingMax: DatabaseBounds.waitingMax) { [self] _ in
                    Result { () throws(Problem) in
                        try transact(.reads, within: configuration.statementTimeout) {
                            transaction throws(Problem) in try body(transaction)
                        }
                    }
                } reply: { reply($0.worded(full: .tooManyReads)) }
            })
    }

    /// See ``Store/Database/write(_:)``.
    @discardableResult
    public func write<R: Sendable>(
        _ body: @escaping @Sendable (any WriteTransaction) throws(Problem) -> R
    ) async throws(Problem) -> R {
        let result: Result<Result<R, Problem>, WorkRefusal>
        do throws(WorkRefusal) {
            result = .success(
                try await workers.run(waitingMax: DatabaseBounds.waitingMax) { [self] _ in
                    Result { () throws(Problem) in
                        try transact(.writes, within: configuration.statementTimeout, body)
                    }
                })
        } catch {
            result = .failure(error)
        }
        return try result.worded(full: .tooManyWrites).get()
    }

    /// See ``Store/Database/writeAndWait(_:)``.
    @discardableResult
    public func writeAndWait<R: Sendable>(
        _ body: @escaping @Sendable (any WriteTransaction) throws(Problem) -> R
    ) throws(Problem) -> R {
        try transact(.writes, within: DatabaseBounds.patience, body)
    }

    /// Runs `body` in a transaction, and again when others were in its way.
    ///
    /// - Parameter timeout: what the connection and each statement have.
    private func transact<R>(
        _ kind: TransactionKind, within timeout: Duration,
        _ body: (any WriteTransaction) throws(Problem) -> R
    ) throws(Problem) -> R {
        var run = 1
        while true {
            let transaction = try begin(kind, within: timeout)
            defer { transaction.end() }
            do throws(Problem) {
                let result = try body(transaction)
                do throws(UnitFailure) {
                    try transaction.commit()
                } catch {
                    throw Problem(writing: error)
                }
                return result
            } catch {
                guard transaction.wasInConflict, run < ConnectionLimits.conflictRunsMax else {
                    throw error
                }
            }
            Semaphore().wait(until: moment(after: BackOff.conflictPause(runs: run - 1)))
            run += 1
        }
    }

    private func begin(
        _ kind: TransactionKind, within timeout: Duration
    ) throws(Problem) -> PostgresTransaction {
        try worded { () throws(DatabaseError) in
            do throws(UnitFailure) {
                return PostgresTransaction(
                    try loop.access.borrow(within: timeout), kind, cluster.statements,
                    PostgresDialect(), timeout: timeout)
            } catch {
                throw DatabaseError(error)
            }
        }
    }
}

extension Result where Failure == WorkRefusal {
    /// What the work has come to, or why it was not done, as the caller is told.
    ///
    /// - Parameter full: told where too many wait.
    fileprivate func worded<R>(
        full: Problem
    ) -> Result<R, Problem> where Success == Result<R, Problem> {
        switch self {
        case .success(let result): result
        case .failure(.full): .failure(full)
        case .failure(.closed): .failure(.closed)
        case .failure(.withdrawn): .failure(.withdrawn)
        }
    }
}
