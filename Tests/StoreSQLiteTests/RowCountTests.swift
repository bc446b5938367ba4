import Diagnostics
import SQLite
import TestSupport
import Testing
import Values

@testable import Store
@testable import StoreSQLite

@Suite(.timeLimit(.minutes(10))) struct RowCountTests {
    /// One way to change rows, committed or not.
    struct Step: CustomTestStringConvertible {
        let name: String
        let body: @Sendable (SQLiteTransaction) throws(Problem) -> Void

        init(
            _ name: String, _ body: @escaping @Sendable (SQLiteTransaction) throws(Problem) -> Void
        ) {
            self.name = name
            self.body = body
        }

        /// Runs a statement.
        init(_ sql: String) {
            self.init(sql) { transaction throws(Problem) in try transaction.exec(sql) }
        }

        var testDescription: String { name }
    }

    private static let items = "INSERT INTO items(id, name) VALUES "

    static let steps = [
        Step(items + "(10, 'j'), (11, 'k'), (12, 'l')"),
        Step("UPDATE items SET name = name || '!'"),
        Step("DELETE FROM items WHERE id < 3"),
        Step("DELETE FROM items"),
        Step("INSERT OR REPLACE INTO items(id, name) VALUES (20, 'a'), (21, 'b')"),
        Step("INSERT OR IGNORE INTO items(id, name) VALUES (1, 'x'), (30, 'y')"),
        Step(items + "(1, 'x'), (2, 'y') ON CONFLICT (id) DO UPDATE SET name = excluded.name"),
        Step("INSERT INTO parts(item) SELECT item FROM parts"),
        Step("INSERT INTO pairs SELECT a, b + 100 FROM pairs"),
        Step("DELETE FROM pairs WHERE b > 0"),
        Step("a write that fails at the end") { transaction throws(Problem) in
            try transaction.exec(items + "(40, 'p')")
            throw Problem(code: "P0001", status: 400, message: "no")
        },
        Step("a statement that fails half-way in a write that goes on") {
            transaction throws(Problem) in
            _ = try? transaction.exec(items + "(50, 'q'), (51, 'a')")
            _ = try? transaction.exec(
                "INSERT OR FAIL INTO items(id, name) VALUES (52, 'r'), (53, 'a')")
            try transaction.exec(items + "(54, 's')")
        },
        Step("a script that makes the table anew") { transaction throws(Problem) in
            try transaction.script(
                """
                DELETE FROM parts;
                DROP TABLE parts;
                CREATE TABLE parts (id INTEGER PRIMARY KEY, item INTEGER) STRICT;
                INSERT INTO parts VALUES (7, 7);
                """)
        },
        Step("a trigger that writes elsewhere") { transaction throws(Problem) in
            try transaction.script(
                """
                CREATE TRIGGER also AFTER INSERT ON items BEGIN
                    INSERT INTO parts(item) VALUES (new.id);
                END;
                """)
            try transaction.exec(items + "(60, 't')")
        },
    ]

    private static let tables = ["items", "parts", "pairs"]

    private func fill(_ database: SQLiteDatabase) throws {
        try database.writeAndWait { transaction throws(Problem) in
            try transaction.script(
                "CREATE TABLE pairs (a INT, b INT, PRIMARY KEY (a, b)) STRICT, WITHOUT ROWID;")
            try transaction.exec(Self.items + "(1, 'a'), (2, 'b'), (3, 'c'), (4, 'd')")
            try transaction.exec("INSERT INTO parts(item) VALUES (1), (1), (2), (3), (3)")
            try transaction.exec("INSERT INTO pairs VALUES (1, 1), (1, 2), (2, 1)")
        }
    }

    /// What is told of a table and what SQLite counts, in one snapshot.
    private func counts(_ table: String, _ reader: SQLiteReader) throws -> (told: Int, counted: Int) {
        try reader.snapshot {
            let rows = try reader.all("SELECT count(*) FROM \(table)")
            guard case .integer(let counted)? = rows.first?.first else { return (0, -1) }
            return (try reader.rowCount(of: table), Int(counted))
        }
    }

    private func expectTrueCounts(_ readers: [SQLiteReader]) throws {
        for table in Self.tables {
            for reader in readers + readers {
                let (told, counted) = try counts(table, reader)
                #expect(told == counted, "\(table)")
            }
        }
    }

    @Test(arguments: steps) func `a count follows what is written`(step: Step) throws {
        let database = try makeItems()
        defer { database.close() }
        try fill(database)
        let readers = [try database.makeReader(), try database.makeReader()]
        try expectTrueCounts(readers)
        for _ in 0..<2 {
            try? database.writeAndWait(step.body)
            try expectTrueCounts(readers)
        }
    }

    @Test func `the writer brings a known count up to date`() throws {
        let database = try makeItems()
        defer { database.close() }
        try fill(database)
        let reader = try database.makeReader()
        #expect(try counts("items", reader).told == 4)
        try database.writeAndWait { transaction throws(Problem) in
            try transaction.exec("DELETE FROM items WHERE id = 1")
        }
        let mark = try #require(reader.connection.logMark)
        #expect(reader.counts.count(of: "items", at: mark) == 3)
        #expect(reader.counts.count(of: "parts", at: mark) == nil, "nobody has counted them")
    }

    @Test func `a snapshot is told its own count after others have committed`() throws {
        let database = try makeItems()
        defer { database.close() }
        try fill(database)
        let reader = try database.makeReader()
        let other = try database.makeReader()
        try reader.snapshot {
            #expect(try reader.rowCount(of: "items") == 4)
            try database.writeAndWait { transaction throws(Problem) in
                try transaction.exec(Self.items + "(10, 'j')")
            }
            #expect(try counts("items", other).told == 5)
            #expect(try reader.rowCount(of: "items") == 4)
            #expect(try counts("items", other).told == 5)
        }
        #expect(try counts("items", reader).told == 5)
    }

    /// As another process would: the writer knows nothing of it.
    private func connectPastTheWriter(_ path: String) throws -> Connection {
        try Connection(
            path: path,
            options: ConnectionOptions(
                mode: .existing, busyTimeoutMilliseconds: 5000, cachedStatementsMax: 8,
                cachedStatementBytesMax: 1 << 20))
    }

    @Test func `a commit past the writer is counted`() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/apus.db"
        let database = try makeItems(.file(path))
        defer { database.close() }
        try fill(database)
        let readers = [try database.makeReader(), try database.makeReader()]
        let stranger = try connectPastTheWriter(path)
        try expectTrueCounts(readers)
        for round in 0..<5 {
            try stranger.execute("\(Self.items) (\(100 + round), 'x\(round)')")
            try expectTrueCounts(readers)
            try database.writeAndWait { transaction throws(Problem) in
                try transaction.exec("\(Self.items) (\(200 + round), 'y\(round)')")
            }
            // Unseen by readers until the writer has written once more.
            try stranger.execute("DELETE FROM items WHERE id = \(100 + round)")
            try database.writeAndWait { transaction throws(Problem) in
                try transaction.exec("INSERT INTO parts(item) VALUES (\(200 + round))")
            }
            try expectTrueCounts(readers)
            _ = try stranger.integer("PRAGMA wal_checkpoint(TRUNCATE)")
            try expectTrueCounts(readers)
        }
    }

    @Test func `counts stay true while several write and read`() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/apus.db"
        let database = try makeItems(.file(path))
        defer { database.close() }
        try fill(database)
        let untrue = try await withThrowingTaskGroup(of: Int.self) { group in
            group.addTask {
                for round in 0..<150 {
                    try await database.write { transaction throws(Problem) in
                        try transaction.exec("INSERT INTO parts(item) VALUES (1), (2)")
                        if round % 3 == 0 {
                            try transaction.exec("DELETE FROM parts WHERE id % 7 = \(round % 7)")
                        }
                    }
                }
                return 0
            }
            group.addTask {
                let stranger = try connectPastTheWriter(path)
                for _ in 0..<50 { try stranger.execute("INSERT INTO parts(item) VALUES (3)") }
                return 0
            }
            for _ in 0..<2 {
                group.addTask {
                    let reader = try database.makeReader()
                    var untrue = 0
                    for _ in 0..<2000 {
                        let (told, counted) = try counts("parts", reader)
                        untrue += told == counted ? 0 : 1
                    }
                    return untrue
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(untrue == 0)
    }
}
