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
    private let leavesFunctions: Bool

    /// The database of a pool.
    ///
    /// - Parameters:
    ///   - patience: how long others that migrate are waited for.
    ///   - leavesFunctions: whether our functions stay that are made for a scratch database.
    public init(
        _ pool: PoolAccess, patience: Duration = .seconds(60), leavesFunctions: Bool = true
    ) {
        self.pool = pool
        self.leavesFunctions = leavesFunctions
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
            let isLast = attempt == MigrationPause.attemptsMax
            if let result = try attemptMigration(isLast: isLast, body) { return result }
            MigrationPause.make(after: attempt)
            attempt += 1
        }
    }

    /// Holds nothing any more when it returns: those that were in the way have their turn.
    ///
    /// - Returns: nil when something was in use for too long, and this was not the last attempt.
    private func attemptMigration<R>(
        isLast: Bool, _ body: (any MigrationTransaction) throws(Problem) -> R
    ) throws(Problem) -> R? {
        let session = try BlockingSession.borrow(from: pool)
        defer { session.close() }
        do throws(Problem) {
            return try transact(session, "COMMIT", naming: isLast, body)
        } catch {
            guard session.wasBlocked, !isLast else { throw error }
            return nil
        }
    }

    /// See ``Store/MigrationTarget/rehearseMigration(withoutForeignKeys:_:)``.
    public func rehearseMigration<R: Sendable>(
        withoutForeignKeys: Bool,
        _ body: @escaping @Sendable (any MigrationTransaction) throws(Problem) -> R
    ) throws(Problem) -> R {
        let session = try BlockingSession.borrow(from: pool)
        defer { session.close() }
        return try transact(session, "ROLLBACK", body)
    }

    /// - Parameters:
    ///   - end: what ends the transaction where nothing fails.
    ///   - isLast: whether those that are in the way are named, since it is not tried again.
    private func transact<R>(
        _ session: BlockingSession, _ end: String, naming isLast: Bool = true,
        _ body: (any MigrationTransaction) throws(Problem) -> R
    ) throws(Problem) -> R {
        try lock.begin(session)
        try worded { () throws(DatabaseError) in
            if isLast { try session.watchLocks() }
            try session.installFunctions()
        }
        let result = try body(PostgresMigrationTransaction(session, .transaction))
        try worded { () throws(DatabaseError) in try session.end(end) }
        return result
    }

    /// See ``Store/MigrationTarget/migrateOutsideTransaction(_:)``.
    ///
    /// - Throws: `migration_failed` behind a pooler.
    public func migrateOutsideTransaction<R: Sendable>(
        _ body: @escaping @Sendable (any MigrationTransaction) throws(Problem) -> R
    ) throws(Problem) -> R {
        let session = try BlockingSession.borrow(from: pool)
        defer { session.close() }
        try lock.take(session)
        try worded { () throws(DatabaseError) in try session.stand() }
        return try body(PostgresMigrationTransaction(session, .standalone))
    }

    // MARK: What is there

    /// See ``Store/MigrationTarget/inspect(_:)``. Neither makes nor locks anything, where our
    /// functions are there; they are made where they are not.
    public func inspect<R: Sendable>(
        _ body: @escaping @Sendable (any MigrationTransaction) throws(Problem) -> R
    ) throws(Problem) -> R {
        let result = try look { transaction, isPrepared throws(Problem) -> R? in
            guard isPrepared else { return nil }
            return try body(transaction)
        }
        return if let result { result } else { try migrate(body) }
    }

    /// What the database has on record. Makes and locks nothing.
    public func standing() throws(Problem) -> DatabaseStanding {
        try look { transaction, isPrepared throws(Problem) in
            let facts = try transaction.session.suitableFacts()
            return try worded { () throws(DatabaseError) in
                DatabaseStanding(
                    facts: facts, records: try transaction.migrationRecords(),
                    progress: try transaction.migrationProgress(),
                    tables: isPrepared ? try transaction.structure() : nil)
            }
        }
    }

    /// What has been noted; nothing where no server has served the database yet. Makes nothing, and
    /// waits for nobody who migrates.
    ///
    /// - Throws: `unsuitable_database` where the server or the role cannot do what migrations need.
    @discardableResult
    public func facts() throws(Problem) -> [String: String] {
        let session = try BlockingSession.borrow(from: pool)
        defer { session.leave() }
        return try session.suitableFacts()
    }

    /// See ``Store/MigrationTarget/laggingSequences(among:)``. One query.
    public func laggingSequences(
        among sequences: [IdentitySequence]
    ) throws(Problem) -> [IdentitySequence] {
        try look { transaction, _ throws(Problem) in
            try worded { () throws(DatabaseError) in try transaction.lagging(among: sequences) }
        }
    }

    /// - Parameter body: is told whether our functions are all there.
    private func look<R>(
        _ body: (PostgresMigrationTransaction, Bool) throws(Problem) -> R
    ) throws(Problem) -> R {
        let session = try BlockingSession.borrow(from: pool)
        defer { session.leave() }
        let isPrepared = try worded { () throws(DatabaseError) in try session.beginInspection() }
        return try body(PostgresMigrationTransaction(session, .inspection), isPrepared)
    }

    // MARK: What would be

    /// See ``Store/MigrationEngine/structure(of:)``: the tables are made in a schema of their own
    /// and taken back, so that the server describes them as it does those that are there.
    public func structure(
        of definitions: [TableDefinition]
    ) throws(Problem) -> DefinedStructure {
        if definitions.isEmpty { return DefinedStructure(DatabaseStructure(), checks: [:]) }
        let scratch = try scratch()
        defer { scratch.close() }
        let lines = try scratch.lines(ofTables: definitions)
        let reader = CatalogueReader(lines)
        return DefinedStructure(reader.structure, checks: reader.checks)
    }

    /// See ``Store/MigrationEngine/makeScratch()``.
    public func makeScratch() throws(Problem) -> any MigrationTarget {
        try scratch()
    }

    /// An empty database that `build` builds, and that is filled then with the rows which tables of
    /// the same names have. Nobody else sees it, nobody is kept from anything, and it is gone once
    /// it is closed.
    public func makeCopy(
        builtBy build: (any MigrationTarget) throws(Problem) -> Void
    ) throws(Problem) -> any MigrationTarget {
        let scratch = try scratch()
        do throws(Problem) {
            try build(scratch)
            try scratch.fill()
            return scratch
        } catch {
            scratch.close()
            throw error
        }
    }

    /// Our functions are there first, for good: made in a transaction that is never committed they
    /// keep everybody else waiting who makes them. Whoever is to leave nothing accepts that.
    private func scratch() throws(Problem) -> PostgresScratch {
        if leavesFunctions { try inspect { _ throws(Problem) in } }
        let isPrepared = try look { _, isPrepared throws(Problem) in isPrepared }
        return try PostgresScratch(
            .borrow(from: pool), beside: self, makingFunctionsUnder: isPrepared ? nil : lock)
    }
}
