import Configuration
import Diagnostics
import Network
import Quotas
import Schema
import Store
import StorePostgres

/// A database of a PostgreSQL server.
struct PostgresLocation: DatabaseLocation {
    /// Where it is.
    let cluster: ClusterConfiguration
    /// The address as it was given, without its password.
    let description: String

    var definitions: any DefinitionDialect { PostgresDialect() }

    func open(_ settings: Settings, memory: MemoryPool, log: Log) throws -> any ServedDatabase {
        guard settings.backup.archive == nil else { throw Problem.archivedByPostgres }
        return try PostgresDatabase.open(
            configuration(settings, memory: memory), log: Self.report(to: log))
    }

    /// What the settings make of the database.
    func configuration(_ settings: Settings, memory: MemoryPool) -> PostgresConfiguration {
        var cluster = cluster
        let loops = settings.loops
        cluster.connectionsMax =
            settings.database.connectionsMax ?? ClusterConfiguration.connections(for: loops)
        cluster.shareOut(among: loops)
        cluster.memory = memory
        cluster.waitingMax = settings.database.waitingMax
        cluster.waitingPerCallerMax = settings.database.waitingPerCallerMax
        cluster.slowUnitsMax = settings.database.slowWaitingMax
        cluster.slowUnitsPerCallerMax = settings.database.slowWaitingPerCallerMax
        cluster.longWriteShare = settings.rest.longWriteShare
        cluster.patience.heldUpMilliseconds = UInt64(settings.database.heldUpMilliseconds)
        cluster.patience.slowMilliseconds = UInt64(settings.database.slowMilliseconds)
        cluster.patience.longMilliseconds = UInt64(settings.database.longMilliseconds)
        var configuration = PostgresConfiguration(
            cluster, statementTimeout: .milliseconds(settings.rest.statementTimeoutMilliseconds))
        configuration.writeTimeout = .milliseconds(settings.rest.writeTimeoutMilliseconds)
        return configuration
    }

    func withScratch<R>(_ log: Log, _ body: (any MigrationEngine) throws -> R) throws -> R {
        try with(log, body)
    }

    func withCopy<R>(
        builtBy applied: [MigrationFile], _ log: Log, _ body: (any MigrationTarget) throws -> R
    ) throws -> R {
        try with(log) { migrations in
            let copy = try migrations.makeCopy { target throws(Problem) in
                try Migrator.build(applied, on: target)
            }
            defer { copy.close() }
            return try body(copy)
        }
    }

    /// A command serves itself beside all others.
    var server: String? { nil }

    func facts(_ log: Log) throws -> [String: String] {
        try with(log) { try $0.facts() }
    }

    func standing(_ log: Log) throws -> DatabaseStanding? {
        try with(log) { try $0.standing() }
    }

    var backupKind: BackupKind { .folder }

    /// The server tells where there is none.
    func requireDatabase() {}

    func backUp(
        to path: String, _ log: Log,
        progress: @escaping @Sendable (BackupProgress) throws(Problem) -> Void
    ) throws -> WrittenBackup {
        try with(log) { try PostgresBackup.write($0, to: path, progress: progress) }
    }

    func withSnapshot<R>(
        _ log: Log, _ body: (any TableSnapshot) throws(Problem) -> R
    ) throws -> R {
        try with(log) { migrations in
            try migrations.copyingOut { copies throws(Problem) in try body(copies) }
        }
    }

    func restore(
        from backup: String, _ options: ServerOptions, stamp: String, replaces: Bool,
        progress: @escaping @Sendable (BackupProgress) throws(Problem) -> Void
    ) throws -> RestoredDatabase {
        try PostgresRestoration(try PostgresBackup(at: backup), progress)
            .run(options, replaces: replaces)
    }

    private func with<R>(_ log: Log, _ body: (PostgresMigrations) throws -> R) throws -> R {
        try PostgresMigrations.with(
            PostgresConfiguration(cluster), log: Self.report(to: log), body)
    }

    private static func report(to log: Log) -> @Sendable (PostgresEvent) -> Void {
        { event in log.record(.databaseServer(level: event.level, text: "\(event)")) }
    }
}

extension PostgresDatabase: ServedDatabase {
    /// See ``Store/BackupSource/backUp(to:progress:)``. By a connection and on a loop of its own:
    /// files are written there.
    func backUp(
        to path: String, progress: @escaping @Sendable (BackupProgress) throws(Problem) -> Void
    ) throws(Problem) -> WrittenBackup {
        try apart { migrations throws(Problem) in
            try PostgresBackup.write(migrations, to: path, progress: progress)
        }
    }

    /// Nothing: several may serve from it.
    func noteServer(at url: String) {}

    func attach(to context: LoopContext) throws(Problem) -> LoopStore {
        let (reader, writes, pool) = attach(to: context.loop)
        return LoopStore(
            reader: reader, lookUps: self, writes: writes, detach: { pool.close() })
    }

    func look() {}

    func appendMetrics(to output: inout [UInt8]) {
        counts.append(to: &output)
        transactions.append(to: &output)
    }

    var fault: ServingState? {
        unavailability.map(ServingState.databaseUnreachable)
    }
}

extension Problem {
    /// PostgreSQL archives itself, and knows best what.
    static let archivedByPostgres = Problem(
        code: "archive_unsupported", status: 500,
        message: "backup.archive archives the log of SQLite, and this database is PostgreSQL's.",
        hint: "PostgreSQL archives its own: pg_basebackup, then archive_command in "
            + "postgresql.conf; recovery_target_time restores a second. Leave backup.archive out.")
}
