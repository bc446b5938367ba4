import PostgresWire
import Store
import Synchronization

/// A connection that statements are run on one after the other, each to its end. For one thread at
/// a time.
final class BlockingSession: Sendable {
    private struct State {
        var wasBlocked = false
        var hasFailed = false
        var lastError: ServerError?
        var watch: LockWatch?
    }

    private let connection: ExclusiveConnection
    /// Where it is from.
    let pool: PoolAccess
    private let state = Mutex(State())

    /// Whether a statement failed because somebody else was in its way.
    var wasBlocked: Bool { state.withLock { $0.wasBlocked } }
    /// Whether the transaction has failed: COMMIT would roll it back without an error.
    var hasFailed: Bool { state.withLock { $0.hasFailed } }
    /// What the server said of the last statement that failed.
    var lastError: ServerError? { state.withLock { $0.lastError } }

    /// Begins anew with what has failed.
    func forgetFailures() {
        watch(nil)
        state.withLock { $0 = State() }
    }

    /// Asks somebody from now on who is in the way, or nobody any more.
    func watch(_ watch: LockWatch?) {
        let former = state.withLock { state in
            defer { state.watch = watch }
            return state.watch
        }
        former?.stop()
    }

    init(_ connection: ExclusiveConnection, of pool: PoolAccess) {
        self.connection = connection
        self.pool = pool
    }

    deinit { watch(nil) }

    /// Building an index takes as long as it takes.
    private static let timeout = Duration.seconds(7 * 86_400)

    /// Runs one or several statements.
    ///
    /// - Returns: the rows, as text.
    @discardableResult
    func run(_ sql: String) throws(DatabaseError) -> [[String?]] {
        let rows = TextRows()
        try perform(sql) { (connection, time) throws(UnitFailure) in
            try connection.run(script: sql, within: time, row: { rows.take($1) })
        }
        return rows.rows
    }

    /// Lets `work` run a statement, and remembers how that ended.
    func perform(
        _ sql: String,
        _ work: (ExclusiveConnection, _ time: Duration) throws(UnitFailure) -> TransactionStatus
    ) throws(DatabaseError) {
        do throws(UnitFailure) {
            let status = try work(connection, Self.timeout)
            state.withLock { $0.hasFailed = status == .failed }
        } catch {
            var failure = DatabaseError(migrating: error, in: sql)
            state.withLock { state in
                if failure == .busy {
                    state.wasBlocked = true
                    failure = state.watch?.holders.map(Self.wording) ?? failure
                }
                if case .server(let error, step: _) = error { state.lastError = error }
                state.hasFailed = true
            }
            throw failure
        }
    }

    /// Runs statements that leave nothing behind if one fails; the transaction goes on.
    func guarded<R>(_ body: () throws(DatabaseError) -> R) throws(DatabaseError) -> R {
        try run("SAVEPOINT _apus_statement")
        do throws(DatabaseError) {
            let result = try body()
            try run("RELEASE SAVEPOINT _apus_statement")
            return result
        } catch {
            if case .unreachable = error { throw error }
            try run("ROLLBACK TO SAVEPOINT _apus_statement; RELEASE SAVEPOINT _apus_statement")
            throw error
        }
    }

    /// Runs statements and takes them back.
    func undone(_ body: () throws(DatabaseError) -> Void) throws(DatabaseError) {
        try run("SAVEPOINT _apus_trial")
        let result = Result { () throws(DatabaseError) in try body() }
        if case .failure(.unreachable) = result { return try result.get() }
        try run("ROLLBACK TO SAVEPOINT _apus_trial; RELEASE SAVEPOINT _apus_trial")
        try result.get()
    }

    /// The process that serves it, as the server has said when it began.
    var processID: Int32? { connection.processID }

    /// Ends the session: what scripts have set goes with it, and a transaction that is open.
    func close() {
        watch(nil)
        connection.giveBack(.closed)
    }

    /// Leaves it to others: nothing has been set. A transaction that is open is rolled back.
    func leave() { connection.giveBack(.forOthers) }
}

/// What comes of a statement, as it comes on the loop while the thread that asked waits.
private final class TextRows {
    var rows: [[String?]] = []

    func take(_ row: DataRow) { rows.append(row.texts) }
}
