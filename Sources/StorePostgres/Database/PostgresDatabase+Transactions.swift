public import Diagnostics
import PostgresWire
public import Quotas
public import Store
import Synchronization
import Work

extension PostgresDatabase: Database {
    /// See ``Store/LookUpSource``: on a thread that waits, in a transaction of its own. Callers
    /// take turns at the threads.
    public func reading<R: Sendable>(
        for caller: Caller, _ body: @escaping @Sendable (any RowSource) throws(Problem) -> R
    ) throws(Problem) -> Reading<R> {
        .mustWait(
            PendingRead { [self] reply in
                let limits = TransactionLimits(configuration)
                return workers.start(
                    within: DatabaseBounds.waiting.holding(for: caller), for: caller
                ) { [self] _ in
                    Result { () throws(Problem) in
                        try transact(.reads, limits) {
                            transaction throws(Problem) in try body(transaction)
                        }
                    }
                } reply: { [self] result in
                    reply(result.worded { refusal($0, Problem.tooManyReads) })
                }
            })
    }

    /// See ``Store/Database/write(_:for:_:)``. Callers take turns at the threads; on these,
    /// transactions wait for one another at a lock of the database's. None waits behind a write
    /// that is no such transaction, so that all have the same priority.
    @discardableResult
    public func write<R: Sendable>(
        _ priority: WritePriority, for caller: Caller,
        _ body: @escaping @Sendable (any WriteTransaction) throws(Problem) -> R
    ) async throws(Problem) -> R {
        let limits = TransactionLimits(configuration)
        let result: Result<R, Problem>
        do throws(WorkRefusal) {
            result = try await workers.run(
                within: DatabaseBounds.waiting.holding(for: caller), for: caller
            ) { [self] _ in
                Result { () throws(Problem) in
                    try transact(.writes, limits, body)
                }
            }
        } catch {
            throw Problem(error) { refusal($0, Problem.tooManyWrites) }
        }
        return try result.get()
    }

    /// Counts a transaction that is refused.
    ///
    /// - Returns: what it is told.
    private func refusal(
        _ shortage: ShareShortage, _ problem: (ShareShortage) -> Problem
    ) -> Problem {
        refusedTransactions.withLock { $0.count(shortage) }
        return problem(shortage)
    }

    /// See ``Store/Database/writeAndWait(_:)``.
    @discardableResult
    public func writeAndWait<R: Sendable>(
        _ body: @escaping @Sendable (any WriteTransaction) throws(Problem) -> R
    ) throws(Problem) -> R {
        try transact(.writes, TransactionLimits(patience: DatabaseBounds.patience), body)
    }

    /// Runs `body` in a transaction, and again when others were in its way.
    ///
    /// - Throws: 55P03 also where it has waited for a thread for as long as for a lock: whoever has
    ///   the threads is waiting for one.
    private func transact<R>(
        _ kind: TransactionKind, _ limits: TransactionLimits,
        _ body: (any WriteTransaction) throws(Problem) -> R
    ) throws(Problem) -> R {
        if monotonicNanoseconds() > limits.latestStart { throw Problem(DatabaseError.busy) }
        var run = 1
        while true {
            let transaction = try begin(kind, limits)
            do throws(Problem) {
                defer { transaction.end() }
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
        _ kind: TransactionKind, _ limits: TransactionLimits
    ) throws(Problem) -> PostgresTransaction {
        try worded { () throws(DatabaseError) in
            do throws(UnitFailure) {
                return PostgresTransaction(
                    try loop.access.borrow(within: limits.timeout), kind, cluster.statements,
                    servedDialect, timeout: limits.timeout, lockTimeout: limits.lockTimeout)
            } catch {
                throw DatabaseError(error)
            }
        }
    }
}

/// What a transaction has, from when it is asked for.
private struct TransactionLimits {
    /// The wait for its connection, and each statement.
    let timeout: Duration
    /// The wait for a lock.
    let lockTimeout: Duration
    /// When it must have a thread, in nanoseconds of the monotonic clock.
    let latestStart: UInt64

    /// As for a write of a request.
    init(_ configuration: PostgresConfiguration) {
        timeout = configuration.statementTimeout
        lockTimeout = configuration.cluster.settings(of: .write).lockTimeout ?? timeout
        latestStart = moment(after: lockTimeout)
    }

    /// For whoever waits rather than fails.
    init(patience: Duration) {
        timeout = patience
        lockTimeout = patience
        latestStart = .max
    }
}
