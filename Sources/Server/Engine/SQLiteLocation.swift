import Configuration
import Diagnostics
import Glibc
import Network
import Schema
import Store
import StoreSQLite

/// The file of the embedded engine, in the data directory.
struct SQLiteLocation: DatabaseLocation {
    let path: String
    let dataDirectory: String

    var description: String { path }

    var definitions: any DefinitionDialect { SQLiteMigrations().definitions }

    func open(_ settings: Settings, log: Log) throws -> any ServedDatabase {
        // One is about to be made in the place of one that is gone.
        if DataDirectory.hasLostDatabase(dataDirectory) {
            log.record(.databaseMissing(directory: dataDirectory))
        }
        var configuration = DatabaseConfiguration.file(path)
        configuration.statementTimeout = .milliseconds(settings.rest.statementTimeoutMilliseconds)
        configuration.writeTimeout = .milliseconds(settings.rest.writeTimeoutMilliseconds)
        configuration.loops = settings.loops
        if let bytes = settings.database.pageCacheBytesMax {
            configuration.pageCacheBytesMax = bytes
        }
        let database = try SQLiteDatabase.open(configuration)
        database.onLoss { file in
            log.record(.databaseLost(path: file.path, file: file.file, process: getpid()))
        }
        return database
    }

    func withScratch<R>(_ log: Log, _ body: (any MigrationEngine) throws -> R) throws -> R {
        try body(SQLiteMigrations())
    }

    func facts(_ log: Log) throws -> [String: String] { try SQLiteDatabase.facts(at: path) }

    func migrationRecords(_ log: Log) throws -> [MigrationRecord] {
        try SQLiteDatabase.migrationRecords(at: path)
    }
}

extension SQLiteDatabase: ServedDatabase {
    func attach(to context: LoopContext) throws(Problem) -> LoopStore {
        let reader = try worded { () throws(DatabaseError) in try makeReader() }
        reader.shareSnapshots { context.atEndOfTurn($0) }
        return LoopStore(reader: reader, writes: self, detach: {})
    }

    /// None: the lock of the data directory lets no other in.
    func otherServers() -> [String] { [] }

    func look() { checkFiles() }

    var fault: ServingState? { loss.map(ServingState.databaseLost) }
}
