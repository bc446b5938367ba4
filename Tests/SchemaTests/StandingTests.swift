import Diagnostics
import PostgresTestSupport
import Store
import StorePostgres
import StorePostgresTestSupport
import StoreSQLite
import TestSupport
import Testing

/// What a look at a database finds while another process migrates it.
@Suite(.timeLimit(.minutes(5)), .blocking) struct StandingTests {
    private static let commits = 150

    @Test func `a look at a served file is of one moment`() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/apus.db"
        let database = try SQLiteDatabase.open(.file(path))
        defer { database.close() }
        try await look(at: database, facts: "_apus_meta") { try SQLiteDatabase.standing(at: path) }
    }

    @Test(.needsPostgres) func `a look at a server's database is of one moment`() async throws {
        let pooled = try PooledDatabase()
        let database = try pooled.database.open()
        defer { database.close() }
        let migrations = pooled.migrations
        try await look(at: database, facts: "_apus.meta") { try migrations.standing() }
    }

    /// Looks again and again while files are applied, each of which makes a table, and is counted
    /// by a fact.
    private func look(
        at database: some MigrationTarget, facts: String,
        _ standing: @escaping @Sendable () throws -> DatabaseStanding?
    ) async throws {
        let write: @Sendable () throws -> Void = {
            for number in 1...Self.commits {
                try database.migrate { transaction throws(Problem) in
                    try worded { () throws(DatabaseError) in
                        try transaction.execute("CREATE TABLE t\(number) (x int)")
                        try transaction.execute(
                            "INSERT INTO \(facts) (key, value) VALUES ('files', '\(number)') "
                                + "ON CONFLICT (key) DO UPDATE SET value = excluded.value")
                        try transaction.remember(
                            MigrationRecord(
                                version: "\(number)", name: "n", checksum: "", appliedAt: ""))
                    }
                }
            }
        }
        let read: @Sendable () throws -> Void = {
            let end = ContinuousClock.now + .seconds(120)
            while ContinuousClock.now < end, let found = try standing() {
                let count = found.records.count
                let parts = (found.facts["files"] ?? "0", found.tables?.structure.tables.count)
                guard parts == ("\(count)", count) else { throw Torn(count: count, parts: parts) }
                if count == Self.commits { return }
            }
        }
        #expect(await onThreads([write, read]) == [])
    }

    /// So many files are on record, and the fact and the tables are of another moment.
    private struct Torn: Error {
        let count: Int
        let parts: (String, Int?)
    }
}
