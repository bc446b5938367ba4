import Diagnostics
import PostgresWire
import Store
import Values

/// One transaction on a connection of its own, as one thread runs it, statement by statement.
final class PostgresTransaction: WriteTransaction {
    private let connection: ExclusiveConnection
    private let kind: TransactionKind
    private let beginnings: [StatementShape]
    private let statements: StatementRegistry
    private let dialect: PostgresDialect
    /// What each statement has, its way there and back included.
    private let timeout: Duration
    private var hasBegun = false
    /// Whether others were in its way: the same again may do.
    private(set) var wasInConflict = false

    /// A transaction that begins with its first statement, in the same round trip.
    ///
    /// - Parameters:
    ///   - timeout: What each statement has, its way there and back included.
    ///   - lockTimeout: What each waits for a lock, its turn among transactions included.
    init(
        _ connection: ExclusiveConnection, _ kind: TransactionKind,
        _ statements: StatementRegistry, _ dialect: PostgresDialect, timeout: Duration,
        lockTimeout: Duration
    ) {
        self.connection = connection
        self.kind = kind
        self.statements = statements
        self.dialect = dialect
        self.timeout = timeout
        beginnings = kind.beginnings(timeout, lockTimeout, statements)
    }

    /// See ``Store/RowSource/rows(_:as:)``.
    func rows(_ query: SQL, as columns: [ColumnType]) throws(DatabaseError) -> [[Value]] {
        let found = FoundValues(columns)
        try execute(dialect.text(of: query)) { found.take($0) }
        if let fault = found.fault {
            throw .unexpected("a query has found what is no value of its type: \(fault)")
        }
        return found.rows
    }

    /// See ``Store/WriteTransaction/run(_:)``.
    @discardableResult
    func run(_ statement: SQL) throws(DatabaseError) -> Int {
        try execute(dialect.text(of: statement)) { _ in }
    }

    /// See ``Store/WriteTransaction/create(_:)``.
    func create(_ table: TableDefinition) throws(DatabaseError) {
        let known = try rows(
            "SELECT pg_catalog.to_regclass(\(dialect.table(table.name))) IS NOT NULL",
            as: [.boolean])
        if known.first?.first == .integer(1) { return }
        for statement in dialect.create(table) { try run(SQL(text: statement)) }
    }

    /// See ``Store/WriteTransaction/replaceIndex(_:with:of:)``.
    func replaceIndex(
        _ old: String, with index: TableDefinition.Index, of table: TableDefinition
    ) throws(DatabaseError) {
        for statement in dialect.replaceIndex(old, with: index, of: table) {
            try run(SQL(text: statement))
        }
    }

    /// Commits, if anything has been run.
    func commit() throws(UnitFailure) {
        guard hasBegun else { return }
        let end = StatementShape("COMMIT")
        let ended = EndOfTransaction()
        do throws(UnitFailure) {
            try connection.run(
                .writes, endedByServer: true, within: timeout, step: { ended.note($1) }
            ) { session, unit throws(FormatFault) in
                session.execute(end, in: unit, columns: .never) { _ in }
            }
        } catch {
            noteConflict(error)
            throw error
        }
        // A transaction that has failed is rolled back by COMMIT, which is no error.
        if !ended.isCommit { throw .lost(mayHaveRun: false) }
    }

    /// Gives the connection to the next one; what is not committed is rolled back.
    func end() { connection.giveBack(.forOthers) }

    @discardableResult
    private func execute(
        _ sql: BoundSQL, _ row: @escaping (DataRow) -> Void
    ) throws(DatabaseError) -> Int {
        let shape = statements.shape(sql)
        let beginnings = hasBegun ? [] : beginnings
        let changed = ChangedRows()
        hasBegun = true
        do throws(UnitFailure) {
            try connection.run(
                kind.effect, within: timeout,
                row: { step, data in if step == beginnings.count { row(data) } },
                step: { changed.count = $1?.rowCount ?? 0 }
            ) { session, unit throws(FormatFault) in
                for beginning in beginnings {
                    session.execute(beginning, in: unit, columns: .never) { _ in }
                }
                try session.execute(shape, in: unit, columns: .never) {
                    (fields) throws(FormatFault) in try fields.append(sql, in: .none)
                }
            }
        } catch {
            // Nothing was sent, what begins it neither.
            if case .value = error, !beginnings.isEmpty { hasBegun = false }
            noteConflict(error)
            throw DatabaseError(error)
        }
        return changed.count
    }

    private func noteConflict(_ failure: UnitFailure) {
        guard case .server(let error, step: _) = failure else { return }
        if UnitVerdict.conflicts.contains(error.sqlState) { wasInConflict = true }
    }
}

/// How a transaction begins.
enum TransactionKind {
    /// Reads one state of the database.
    case reads
    /// Writes, one of these at a time in the whole database: the lock is taken before the first
    /// statement of the transaction's own, so that one sees all that those before it have written.
    case writes

    var effect: PostgresUnit.Effect {
        switch self {
        case .reads: .reads
        case .writes: .writes
        }
    }

    /// The statements in front of a transaction's own. The lane sets no times: migrations share it.
    func beginnings(
        _ timeout: Duration, _ lockTimeout: Duration, _ statements: StatementRegistry
    ) -> [StatementShape] {
        let times = statements.shape(
            "SELECT pg_catalog.set_config('statement_timeout', "
                + "'\(timeout.wholeMilliseconds)', true), pg_catalog.set_config('lock_timeout', "
                + "'\(lockTimeout.wholeMilliseconds)', true)")
        return switch self {
        case .reads: [Self.snapshot, times]
        case .writes: [Self.serial, times, Self.turn]
        }
    }

    private static let snapshot = StatementShape(
        "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
    private static let serial = StatementShape(
        "BEGIN ISOLATION LEVEL READ COMMITTED, READ WRITE")
    private static let turn = StatementShape(
        "SELECT pg_catalog.pg_advisory_xact_lock(\(LogSpace().arguments(.transaction)))")
}

/// The rows that a query finds, as they come on the loop while the thread that asked waits.
private final class FoundValues {
    private let columns: [ColumnType]
    private(set) var rows: [[Value]] = []
    private(set) var fault: FormatFault?

    init(_ columns: [ColumnType]) { self.columns = columns }

    func take(_ row: DataRow) {
        var row = row
        var values: [Value] = []
        do throws(FormatFault) {
            for type in columns { values.append(try Value(row.next(), as: type)) }
            rows.append(values)
        } catch {
            fault = error
        }
    }
}

/// What the last step of a unit has changed. Written on the loop while the thread waits.
private final class ChangedRows {
    var count = 0
}

/// How a transaction has ended. Written on the loop while the thread waits.
private final class EndOfTransaction {
    private(set) var isCommit = false

    func note(_ tag: CommandTag?) { isCommit = tag?.command == .commit }
}
