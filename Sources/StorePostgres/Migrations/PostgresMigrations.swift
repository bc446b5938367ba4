public import Diagnostics
import PostgresWire
public import Store

/// A PostgreSQL database whose tables are changed by definitions and migration files, on
/// connections of a pool that nobody else has meanwhile. Blocks; for worker threads.
///
/// It works in the first schema of the role's search path. Its own tables and functions are made
/// where they are missing, under the lock of migrations.
public struct PostgresMigrations: MigrationTarget {
    let pool: PoolAccess
    private let lock: MigrationLock

    /// The database of a pool.
    ///
    /// - Parameter patience: how long others that migrate are waited for.
    public init(_ pool: PoolAccess, patience: Duration = .seconds(60)) {
        self.pool = pool
        lock = MigrationLock(patience: patience)
    }

    /// See ``Store/MigrationEngine/definitions``.
    public var definitions: any DefinitionDialect { PostgresDialect() }

    /// Nothing: the pool is closed by whoever has made it.
    public func close() {}

    // MARK: Transactions

    /// See ``Store/MigrationTarget/migrate(_:)``. It runs again when what it needs was in use for
    /// too long: others wait behind it.
    @discardableResult
    public func migrate<R: Sendable>(
        _ body: @escaping @Sendable (any MigrationTransaction) throws(Problem) -> R
    ) throws(Problem) -> R {
        var attempt: UInt64 = 1
        while true {
            let session = try MigrationSession.borrow(from: pool)
            defer { session.close() }
            do throws(Problem) {
                try lock.take(session)
                return try transact(session, "COMMIT", body)
            } catch {
                guard session.wasBlocked, attempt < Self.attemptsMax else { throw error }
            }
            MigrationLock.pause(milliseconds: 100 << attempt)
            attempt += 1
        }
    }

    /// See ``Store/MigrationTarget/rehearseMigration(_:)``.
    public func rehearseMigration<R: Sendable>(
        _ body: @escaping @Sendable (any MigrationTransaction) throws(Problem) -> R
    ) throws(Problem) -> R {
        let session = try MigrationSession.borrow(from: pool)
        defer { session.close() }
        try lock.take(session)
        return try transact(session, "ROLLBACK", body)
    }

    /// See ``Store/MigrationTarget/migrateOutsideTransaction(_:)``.
    public func migrateOutsideTransaction<R: Sendable>(
        _ body: @escaping @Sendable (any MigrationTransaction) throws(Problem) -> R
    ) throws(Problem) -> R {
        let session = try MigrationSession.borrow(from: pool)
        defer { session.close() }
        try lock.take(session)
        return try body(PostgresMigrationTransaction(session, isTransaction: false))
    }

    private static let attemptsMax: UInt64 = 6

    /// - Parameter end: what ends the transaction where nothing fails.
    private func transact<R>(
        _ session: MigrationSession, _ end: String,
        _ body: (any MigrationTransaction) throws(Problem) -> R
    ) throws(Problem) -> R {
        try worded { () throws(DatabaseError) in
            try session.begin(lockTimeoutSeconds: 2)
            try session.installFunctions()
        }
        let result = try body(PostgresMigrationTransaction(session))
        try worded { () throws(DatabaseError) in try session.end(end) }
        return result
    }

    // MARK: What would be

    /// See ``Store/MigrationEngine/structure(of:)``: the tables are made in a schema of their own
    /// and taken back, so that the server describes them as it does those that are there.
    public func structure(
        of definitions: [TableDefinition]
    ) throws(Problem) -> DefinedStructure {
        if definitions.isEmpty { return DefinedStructure(DatabaseStructure(), checks: [:]) }
        let scratch = try PostgresScratch(try .borrow(from: pool), beside: self)
        defer { scratch.close() }
        let lines = try scratch.lines(ofTables: definitions)
        let reader = CatalogueReader(lines)
        return DefinedStructure(reader.structure, checks: reader.checks)
    }

    /// See ``Store/MigrationEngine/makeScratch()``.
    public func makeScratch() throws(Problem) -> any MigrationTarget {
        try PostgresScratch(try .borrow(from: pool), beside: self)
    }
}

extension MigrationSession {
    /// Begins a transaction.
    ///
    /// - Parameter seconds: how long it waits for tables that others use. Whoever comes after it
    ///   waits too, so it rather tries again.
    func begin(lockTimeoutSeconds seconds: Int) throws(DatabaseError) {
        try run(
            """
            BEGIN ISOLATION LEVEL READ COMMITTED, READ WRITE;
            SET LOCAL lock_timeout = '\(seconds)s';
            SET LOCAL statement_timeout = 0;
            SET LOCAL idle_in_transaction_session_timeout = '5min'
            """)
    }

    /// Ends a transaction.
    func end(_ statement: String) throws(DatabaseError) {
        // COMMIT would roll back and not say so.
        if hasFailed { throw .other(code: 0, message: "the transaction has failed") }
        try run(statement)
    }

    /// Makes the functions that definitions and statements call, where they are not there or of
    /// another version. In a transaction, under the lock.
    func installFunctions() throws(DatabaseError) {
        let schema = DatabaseFunction.schema
        let rows = try run(
            """
            SELECT p.proname, pg_catalog.obj_description(p.oid, 'pg_proc')
            FROM pg_catalog.pg_namespace AS n
            LEFT JOIN pg_catalog.pg_proc AS p ON p.pronamespace = n.oid
            WHERE n.nspname = \(PostgresDialect.literal(schema))
            """)
        let there = Set(rows.map { "\($0[0] ?? "") \($0[1] ?? "")" })
        let missing = DatabaseFunction.all.filter {
            !there.contains("\($0.name) \($0.version)")
        }
        if missing.isEmpty { return }
        if rows.isEmpty { try run("CREATE SCHEMA \(quoted(identifier: schema))") }
        // Those that call one another are made in their order.
        for function in DatabaseFunction.all {
            try run(function.statement())
            try run(function.comment)
        }
    }
}
