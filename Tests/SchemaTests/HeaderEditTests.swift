import Bytes
import Diagnostics
import PostgresTestSupport
import Store
import StoreSQLite
import TestSupport
import Testing

@testable import Schema

/// The header that says which engine a file is for may come and go after the file was applied.
@Suite struct HeaderEditTests {
    static let sql = "CREATE TABLE a (x int);\n"
    static let headed = "-- apus: sqlite\n" + sql

    /// What was applied, and what the file is then.
    static let sameness: [(applied: String, now: String)] = [
        (sql, sql), (headed, headed), (sql, headed), (headed, sql),
        (sql, "-- apus: sqlite\r\n" + sql),
        ("-- a\n\n" + sql, "-- a\n  --   apus:  sqlite  \n\n" + sql),
        ("\u{FEFF}" + sql, "\u{FEFF}" + headed),
    ]

    @Test(arguments: sameness)
    func `a header is no edit`(_ applied: String, _ now: String) throws {
        #expect(try Self.isApplied(now, of: MigrationTests.files(applied), as: nil))
    }

    /// Before, the header counted: what is on record of that time.
    @Test(arguments: sameness.prefix(4))
    func `what is on record from before holds`(_ applied: String, _ now: String) throws {
        let bytes = Array(applied.utf8)
        let digits = String(FNV1a.hash(bytes), radix: 16)
        let checksum = "\(bytes.count):" + String(repeating: "0", count: 16 - digits.count) + digits
        #expect(try Self.isApplied(now, of: MigrationTests.files(applied), as: checksum))
    }

    static let edits: [(applied: String, now: String)] = [
        (sql, "-- apus: sqlite\n" + sql + "\n"), (headed, "-- b\n" + sql),
        (sql, "-- apus: by hand\n" + sql), (sql, sql + "-- apus: sqlite\n"),
    ]

    @Test(arguments: edits)
    func `all else is an edit`(_ applied: String, _ now: String) throws {
        #expect(try !Self.isApplied(now, of: MigrationTests.files(applied), as: nil))
    }

    /// Whether a file is taken for the one that was applied.
    ///
    /// - Parameter checksum: what is on record of that; nil for what applying it records.
    private static func isApplied(
        _ text: String, of set: MigrationSet, as checksum: String?
    ) throws -> Bool {
        let database = try SQLiteDatabase.open(.temporary)
        defer { database.close() }
        _ = try Migrator(database, set).apply(at: MigrationTests.now)
        if let checksum { try record(checksum, in: database) }
        let status = try Migrator(database, MigrationTests.files(text)).status()
        return status.entries.map(\.state) == [.applied(at: MigrationTests.now.postgres)]
    }

    private static func record(_ checksum: String, in database: SQLiteDatabase) throws {
        try database.writeAndWait { transaction throws(Problem) in
            do throws(DatabaseError) {
                try transaction.executeScript("UPDATE _apus_migrations SET checksum = '\(checksum)';")
            } catch {
                throw Problem(error)
            }
        }
    }
}

/// The same of a file of PostgreSQL's, which has a header always.
@Suite(.needsPostgres, .blocking) struct PostgresHeaderEditTests: OnPostgres {
    let place: PostgresPlace

    init() throws { place = try PostgresPlace() }

    @Test func `a header that is spelled another way is no edit`() throws {
        let sql = "CREATE TABLE a (x int);\n"
        let texts = ["-- apus: postgresql\n\(sql)", "-- a\n--  apus: postgresql\n\(sql)", sql]
        _ = try migrator(MigrationTests.files(texts[0])).apply(at: MigrationTests.now)
        let states = try texts.map { try migrator(MigrationTests.files($0)).status().entries[0].state }
        let applied = PostgresMigrationTests.applied
        #expect(states == [applied, .changed, applied])
    }
}
