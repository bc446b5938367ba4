import Configuration
import Diagnostics
import Disk
import Glibc
import Network
import Quotas
import Schema
import Store
import StoreSQLite

/// The file of the embedded engine, in the data directory.
struct SQLiteLocation: DatabaseLocation {
    let path: String
    let dataDirectory: String

    var description: String { path }

    var definitions: any DefinitionDialect { SQLiteMigrations().definitions }

    func open(_ settings: Settings, memory: MemoryPool, log: Log) throws -> any ServedDatabase {
        // One is about to be made in the place of one that is gone.
        if DataDirectory.hasLostDatabase(dataDirectory) {
            log.record(.databaseMissing(directory: dataDirectory))
        }
        var configuration = configuration(settings, memory: memory)
        configuration.archive = Self.archive(settings.backup, log)
        let database = try SQLiteDatabase.open(configuration)
        database.onLoss { file in
            log.record(.databaseLost(path: file.path, file: file.file, process: getpid()))
        }
        return database
    }

    private static func archive(_ backup: Settings.Backup, _ log: Log) -> ArchiveConfiguration? {
        guard let folder = backup.archive else { return nil }
        return ArchiveConfiguration(
            folder: folder, interval: backup.archiveEvery, keep: backup.archiveKeep
        ) { log.record(.archive($0)) }
    }

    /// What the settings make of the file.
    func configuration(_ settings: Settings, memory: MemoryPool) -> DatabaseConfiguration {
        let (database, rest) = (settings.database, settings.rest)
        var configuration = DatabaseConfiguration(
            location: .file(path),
            statementTimeout: .milliseconds(rest.statementTimeoutMilliseconds),
            inlineTime: .milliseconds(database.inlineReadMilliseconds),
            slowReadThreads: database.slowReadThreads,
            firstSlice: .milliseconds(database.slowReadSliceMilliseconds),
            waitingSlowReadsMax: database.slowWaitingMax,
            waitingSlowReadsPerCallerMax: database.slowWaitingPerCallerMax,
            waitingWritesMax: database.waitingMax,
            waitingWritesOfCallerMax: database.waitingPerCallerMax,
            waitingFirstMax: database.signInWaitingMax,
            waitingFirstOfCallerMax: database.signInWaitingPerCallerMax,
            writerTurn: .milliseconds(database.writeTurnMilliseconds),
            writeTimeout: .milliseconds(rest.writeTimeoutMilliseconds),
            longWriteShare: rest.longWriteShare,
            longReadTime: .seconds(database.longAnswerSeconds),
            longReadsMax: database.longAnswersMax,
            longReadsPerCallerMax: database.longAnswersPerCallerMax,
            walBytesMax: database.walBytesMax)
        configuration.loops = settings.loops
        configuration.pageCacheBytesMax =
            database.pageCacheBytesMax
            ?? min(configuration.pageCacheBytesMax, settings.memory.pageCacheBytes)
        configuration.changedBytesMax = settings.memory.changedBytes
        configuration.memory = memory
        return configuration
    }

    func withScratch<R>(_ log: Log, _ body: (any MigrationEngine) throws -> R) throws -> R {
        try body(SQLiteMigrations())
    }

    func withCopy<R>(
        builtBy applied: [MigrationFile], _ log: Log, _ body: (any MigrationTarget) throws -> R
    ) throws -> R {
        guard FileSystem.byteCount(of: path) ?? 0 > 0 else {
            let empty = try SQLiteMigrations().makeScratch()
            defer { empty.close() }
            return try body(empty)
        }
        let folder = try FileSystem.makeTemporaryFolder()
        defer { FileSystem.removeFolder(folder) }
        let copy = "\(folder)/copy.db"
        _ = try SQLiteDatabase.backUp(databaseAt: path, to: copy) { _ throws(Problem) in }
        let database = try SQLiteDatabase.open(.file(copy))
        defer { database.close() }
        return try body(database)
    }

    var server: String? { SQLiteDatabase.server(of: path) }

    func facts(_ log: Log) throws -> [String: String] { try SQLiteDatabase.facts(at: path) }

    func standing(_ log: Log) throws -> DatabaseStanding? {
        try SQLiteDatabase.standing(at: path)
    }

    var backupKind: BackupKind { .file }

    func requireDatabase() throws(Problem) {
        // One that was made a moment ago has no byte yet.
        guard FileSystem.byteCount(of: path) ?? 0 > 0 else { throw .noDatabase(at: path) }
    }

    func backUp(
        to target: String, _ log: Log,
        progress: @escaping @Sendable (BackupProgress) throws(Problem) -> Void
    ) throws -> WrittenBackup {
        try SQLiteDatabase.backUp(databaseAt: path, to: target, progress: progress)
    }

    func withSnapshot<R>(
        _ log: Log, _ body: (any TableSnapshot) throws(Problem) -> R
    ) throws -> R {
        try body(try SQLiteSnapshot(ofDatabaseAt: path))
    }

    func restore(
        from backup: String, _ options: ServerOptions, stamp: String, replaces: Bool,
        progress: @escaping @Sendable (BackupProgress) throws(Problem) -> Void
    ) throws -> RestoredDatabase {
        try SQLiteDatabase.restore(
            from: backup, to: path, stamp: stamp, replaces: replaces, progress: progress)
    }
}

extension Problem {
    fileprivate static func noDatabase(at path: String) -> Problem {
        Problem(
            code: "no_database", status: 500, message: "There is no database at \(path).",
            hint: "--project and --data tell where it is.")
    }
}

extension SQLiteDatabase: ServedDatabase {
    func attach(to context: LoopContext) throws(Problem) -> LoopStore {
        let reader = try worded { () throws(DatabaseError) in try makeReader() }
        let runWaiting = LoopBound(
            { [weak reader] () -> Void in reader?.runWaiting() }, on: context.loop)
        reader.shareTurns(
            atEndOfTurn: { context.atEndOfTurn($0) },
            wake: { context.post { runWaiting.value() } })
        return LoopStore(reader: reader, lookUps: reader, writes: self, detach: {})
    }

    /// None: the lock of the data directory lets no other in.
    func otherServers() -> [String] { [] }

    func look() { checkFiles() }

    func appendMetrics(to output: inout [UInt8]) {
        slowReads.append(to: &output)
        longAnswers.append(to: &output)
        writeLoad.append(to: &output)
        MetricText.single(
            "apus_prepared_statements", "gauge", "Statements prepared and not finalised.",
            preparedStatements, to: &output)
        MetricText.single(
            "apus_wal_bytes", "gauge", "Bytes of the write-ahead log in use.", walBytes,
            to: &output)
        MetricText.single(
            "apus_long_value_bytes", "gauge", "Bytes of long values that statements hold now.",
            Self.longValueBytes, to: &output)
        MetricText.single(
            "apus_long_values_refused_total", "counter",
            "Times that a statement was refused memory for a long value.",
            Self.longValuesRefused, to: &output)
        archiveCounts?.append(failing: archiveProblem != nil, to: &output)
    }

    var fault: ServingState? { loss.map(ServingState.databaseLost) }
}

extension ArchiveCounts {
    /// Appends the counts in Prometheus' text format.
    fileprivate func append(failing isFailing: Bool, to output: inout [UInt8]) {
        MetricText.single(
            "apus_archive_segments_total", "counter", "Pieces of the log that were archived.",
            segments, to: &output)
        MetricText.single(
            "apus_archive_bytes_total", "counter", "Their bytes.", bytes, to: &output)
        MetricText.single(
            "apus_archive_copies_total", "counter", "Copies of the database in the archive.",
            copies, to: &output)
        MetricText.single(
            "apus_archive_failed_total", "counter", "Attempts to archive that failed.", failed,
            to: &output)
        MetricText.single(
            "apus_archive_failing", "gauge", "Whether nothing can be archived now.",
            isFailing ? 1 : 0, to: &output)
        MetricText.single(
            "apus_archive_waiting_bytes", "gauge", "Bytes of the log that wait for the archive.",
            waitingBytes, to: &output)
        MetricText.single(
            "apus_archive_last_timestamp_seconds", "gauge",
            "When the newest that is archived was committed, in seconds since 1970.", second,
            to: &output)
    }
}
