import Diagnostics
import Schema
import Store
import StoreSQLite

extension ServerOptions {
    /// The engine in use, where no database is at hand.
    var engine: any MigrationEngine { SQLiteMigrations() }

    /// The files of `Migrations/`, which are for the engine in use.
    ///
    /// - Throws: every fault of every file.
    func loadMigrations() throws(SchemaFailure) -> MigrationSet {
        try MigrationSet.load(migrationsDirectory, for: engine.definitions)
    }

    /// The migration files that were applied, oldest first; none where there is no database yet.
    /// Makes none, and reads one that a server holds.
    func appliedMigrations() throws(Problem) -> [MigrationRecord] {
        try SQLiteDatabase.migrationRecords(at: databasePath)
    }
}
