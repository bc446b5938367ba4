import Configuration
import Diagnostics
import Schema
import Store

extension ServerOptions {
    /// Where the project's rows are.
    ///
    /// - Throws: `SettingFault` for an address that names no server.
    func database() throws -> any DatabaseLocation {
        if let address = given.settings.database.address {
            return PostgresLocation(
                cluster: try address.cluster(), description: "\(address)")
        }
        return SQLiteLocation(path: databasePath, dataDirectory: dataDirectory)
    }

    /// The files of `Migrations/`, which are for the engine in use.
    ///
    /// - Throws: every fault of every file.
    func loadMigrations() throws -> MigrationSet {
        try MigrationSet.load(migrationsDirectory, for: try database().definitions)
    }
}
