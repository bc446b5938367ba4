import Configuration
import Diagnostics
import Schema
import Store
import StorePostgres
import StoreSQLite

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

    /// The files of `Migrations/` that are for the engine in use.
    ///
    /// - Throws: every fault of every file.
    func loadMigrations() throws -> MigrationSet {
        let dialect = try database().definitions
        let others = Self.migrationForms.filter { $0 != dialect.fileForm }
        return try MigrationSet.load(migrationsDirectory, for: dialect, beside: others)
    }

    /// What the migration files of each engine say of themselves.
    private static let migrationForms = [
        SQLiteMigrations().definitions.fileForm, PostgresDialect().fileForm,
    ]
}
