public import Diagnostics
import Glibc
import Store

extension SQLiteReader {
    /// A reader of the database at `path` for a look at it, also while a server holds it: it takes
    /// no lock on the data directory and writes nothing. For the command line: not bounded in time.
    ///
    /// - Returns: nil when there is no such file, or when nothing has been written to it yet.
    /// - Throws: what the database reports.
    public static func inspecting(_ path: String) throws(Problem) -> SQLiteReader? {
        var status = stat()
        guard unsafe stat(path, &status) == 0, status.st_size > 0 else { return nil }
        do throws(DatabaseError) {
            let reader = try Opening.reader(
                path: path, cacheKiB: DatabaseLimits.pageCacheBytesMin / 1024,
                counts: RowCounts())
            reader.lane = .thread(deadline: nil)
            return reader
        } catch {
            throw Problem(error)
        }
    }

    /// The tables and indexes that are there at this moment.
    func structure() throws(DatabaseError) -> StructureDescription {
        try query(
            SQL(text: StructureDescription.selection), .none, budget: .inline,
            StructureDescription.read)
    }

    /// The migration files that were applied, oldest first; none where nobody has looked yet.
    func migrationRecords() throws(DatabaseError) -> [MigrationRecord] {
        let remembers = try query(
            "SELECT 1 FROM sqlite_schema WHERE name = '_apus_migrations'"
        ) { rows throws(DatabaseError) in try rows.next() }
        return remembers
            ? try query(
                SQL(text: MigrationRecord.selection), .none, budget: .inline,
                MigrationRecord.all) : []
    }
}
