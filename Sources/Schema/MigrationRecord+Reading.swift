public import Diagnostics
import Store
import StoreSQLite

extension MigrationRecord {
    /// What is remembered, oldest first.
    static let selection =
        "SELECT version, name, checksum, applied_at FROM _apus_migrations ORDER BY version"

    /// The rows of ``selection``.
    static func all(_ rows: inout Rows) throws(DatabaseError) -> [MigrationRecord] {
        var records: [MigrationRecord] = []
        while try rows.next() {
            records.append(
                MigrationRecord(
                    version: rows.text(0), name: rows.text(1), checksum: rows.text(2),
                    appliedAt: rows.text(3)))
        }
        return records
    }
}

extension MigrationStatus {
    /// Compares the files with the database at `path`, which a server may hold and which need not
    /// be there. Makes and changes nothing.
    public init(_ set: MigrationSet, databaseAt path: String) throws(Problem) {
        guard let reader = try SQLiteReader.inspecting(path) else {
            self.init(set, applied: [])
            return
        }
        do throws(DatabaseError) {
            let remembers = try reader.query(
                SQL("SELECT 1 FROM sqlite_schema WHERE name = '_apus_migrations'")
            ) { rows throws(DatabaseError) in try rows.next() }
            guard remembers else {
                self.init(set, applied: [])
                return
            }
            let applied = try reader.query(
                SQL(text: MigrationRecord.selection), .none, budget: .inline, MigrationRecord.all)
            self.init(set, applied: applied)
        } catch {
            throw Problem(error)
        }
    }
}
