public import Diagnostics
import Network
import PostgresWire
public import Store

extension PostgresDatabase: MigrationTarget {
    /// The database as migrations know it, on the loop of its transactions.
    public var migrations: PostgresMigrations { PostgresMigrations(loop.access) }

    /// See ``Store/MigrationEngine/definitions``.
    public var definitions: any DefinitionDialect { migrations.definitions }

    /// See ``Store/MigrationEngine/structure(of:)``.
    public func structure(of definitions: [TableDefinition]) throws(Problem) -> DefinedStructure {
        try migrations.structure(of: definitions)
    }

    /// See ``Store/MigrationEngine/makeScratch()``.
    public func makeScratch() throws(Problem) -> any MigrationTarget {
        try migrations.makeScratch()
    }

    /// See ``Store/MigrationTarget/migrate(_:)``.
    @discardableResult
    public func migrate<R: Sendable>(
        _ body: @escaping @Sendable (any MigrationTransaction) throws(Problem) -> R
    ) throws(Problem) -> R {
        try migrations.migrate(body)
    }

    /// See ``Store/MigrationTarget/rehearseMigration(withoutForeignKeys:_:)``.
    public func rehearseMigration<R: Sendable>(
        withoutForeignKeys: Bool,
        _ body: @escaping @Sendable (any MigrationTransaction) throws(Problem) -> R
    ) throws(Problem) -> R {
        try migrations.rehearseMigration(withoutForeignKeys: withoutForeignKeys, body)
    }

    /// See ``Store/MigrationTarget/migrateOutsideTransaction(_:)``.
    public func migrateOutsideTransaction<R: Sendable>(
        _ body: @escaping @Sendable (any MigrationTransaction) throws(Problem) -> R
    ) throws(Problem) -> R {
        try migrations.migrateOutsideTransaction(body)
    }

    /// See ``Store/MigrationTarget/inspect(_:)``.
    public func inspect<R: Sendable>(
        _ body: @escaping @Sendable (any MigrationTransaction) throws(Problem) -> R
    ) throws(Problem) -> R {
        try migrations.inspect(body)
    }

    /// See ``Store/MigrationTarget/laggingSequences(among:)``.
    public func laggingSequences(
        among sequences: [IdentitySequence]
    ) throws(Problem) -> [IdentitySequence] {
        try migrations.laggingSequences(among: sequences)
    }
}

extension PostgresDatabase {
    /// Connects once more, on a loop that `body` has to itself: what it does there keeps nobody
    /// waiting.
    public func apart<R>(
        _ body: (PostgresMigrations) throws(Problem) -> R
    ) throws(Problem) -> R {
        let log = log
        let cluster = PostgresCluster(configuration.cluster, resolver: Resolver()) {
            log(.connection($0))
        }
        let loop = try DatabaseLoop(cluster)
        defer { loop.stop() }
        return try body(PostgresMigrations(loop.access))
    }

    /// The other servers that are connected to the database, each as people tell it from others.
    /// Blocks.
    public func otherServers() throws(Problem) -> [String] {
        let session = try BlockingSession.borrow(from: loop.access)
        defer { session.leave() }
        return try worded { () throws(DatabaseError) in try presence.others(session) }
    }
}

extension PostgresMigrations {
    /// Connects for a command that asks what would be and serves nobody. What `body` does not
    /// commit leaves nothing.
    ///
    /// - Throws: 08006 when no server can be reached, `unsuitable_database`, what `body` throws.
    public static func with<R>(
        _ configuration: PostgresConfiguration,
        log: @escaping @Sendable (PostgresEvent) -> Void,
        _ body: (PostgresMigrations) throws -> R
    ) throws -> R {
        let cluster = PostgresCluster(configuration.cluster, resolver: Resolver()) { event in
            // Whoever wants a connection is told by what is thrown.
            if case .unavailable = event { return }
            log(.connection(event))
        }
        let loop = try DatabaseLoop(cluster)
        defer { loop.stop() }
        let migrations = PostgresMigrations(loop.access, leavesFunctions: false)
        try migrations.facts()
        return try body(migrations)
    }
}

extension BlockingSession {
    /// A connection of a pool, for one caller.
    static func borrow(from pool: PoolAccess) throws(Problem) -> BlockingSession {
        try worded { () throws(DatabaseError) in
            do throws(UnitFailure) {
                return BlockingSession(
                    try pool.borrow(within: DatabaseBounds.patience), of: pool)
            } catch {
                throw DatabaseError(error)
            }
        }
    }
}
