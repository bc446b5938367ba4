import Diagnostics
import SQLite
import Testing
import Values

@testable import Store
@testable import StoreSQLite

@Suite(.timeLimit(.minutes(10))) struct RetentionTests {
    private func makeLog(_ rows: Int) throws -> Connection {
        let connection = try Connection(
            path: ":memory:",
            options: ConnectionOptions(
                mode: .create, busyTimeoutMilliseconds: 0, cachedStatementsMax: 20,
                cachedStatementBytesMax: 1 << 20))
        try connection.executeScript(
            """
            CREATE TABLE _apus_changes (seq INTEGER PRIMARY KEY, model TEXT, at INTEGER);
            CREATE TABLE _apus_trimmed (model TEXT PRIMARY KEY, seq INTEGER NOT NULL);
            WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT \(rows))
            INSERT INTO _apus_changes
                SELECT x, CASE x % 2 WHEN 0 THEN 'even' ELSE 'odd' END, x * 1000000 FROM n;
            """, rights: .all)
        return connection
    }

    private func table(_ name: String, _ seconds: Int64) -> CapturedTable {
        CapturedTable(name: name, columns: [], key: [], retain: .seconds(seconds))
    }

    private func trim(_ retention: Retention, now: Int64, head: Int64) throws -> Int {
        var steps = 0
        repeat {
            try retention.step(at: Instant(seconds: now), head: head, rowsMax: 0)
            steps += 1
        } while retention.isDue && steps < 100
        return steps
    }

    @Test func `each table's changes are kept as long as it says`() throws {
        let connection = try makeLog(2000)
        let retention = Retention(connection: connection, rowsMax: 1_000_000)
        retention.set([table("even", 100), table("odd", 1500)])
        retention.begin()
        let steps = try trim(retention, now: 10_000_000_000, head: 2000)
        #expect(steps > 3)
        #expect(try connection.integer("SELECT count(*) FROM _apus_changes") == 1)
        #expect(try connection.integer("SELECT max(seq) FROM _apus_changes") == 2000)
    }

    @Test func `what is young enough stays and the last trimmed number is remembered`() throws {
        let connection = try makeLog(2000)
        let retention = Retention(connection: connection, rowsMax: 1_000_000)
        retention.set([table("even", 100), table("odd", 1500)])
        for _ in 0..<10 {
            try retention.step(at: Instant(seconds: 2000), head: 2000, rowsMax: 0)
        }
        #expect(
            try connection.integer("SELECT min(seq) FROM _apus_changes WHERE model = 'even'")
                == 1900)
        #expect(
            try connection.integer("SELECT min(seq) FROM _apus_changes WHERE model = 'odd'") == 501)
        #expect(
            try connection.integer("SELECT seq FROM _apus_trimmed WHERE model = 'even'") == 1898)
        #expect(try connection.integer("SELECT seq FROM _apus_trimmed WHERE model = 'odd'") == 499)
    }

    @Test func `the number of rows is bounded`() throws {
        let connection = try makeLog(2000)
        let retention = Retention(connection: connection, rowsMax: 50)
        for _ in 0..<10 {
            try retention.step(at: Instant(seconds: 2000), head: 2000, rowsMax: 0)
        }
        #expect(try connection.integer("SELECT count(*) FROM _apus_changes") == 50)
    }

    @Test func `a step that failed is not due again at once`() throws {
        let connection = try makeLog(10)
        try connection.execute("DROP TABLE _apus_changes")
        let retention = Retention(connection: connection, rowsMax: 50)
        #expect(!retention.isDue)
        retention.begin()
        #expect(retention.isDue)
        #expect(throws: SQLiteError.self) { try retention.step(at: .now, head: 10, rowsMax: 0) }
        retention.postpone()
        #expect(!retention.isDue)
        retention.begin()
        #expect(retention.isDue)
    }

    @Test func `after a pass that found nothing the next nine are left out`() throws {
        let retention = Retention(connection: try makeLog(10), rowsMax: 50)
        var passes: [Int] = []
        for minute in 1...21 {
            retention.begin()
            guard retention.isDue else { continue }
            passes.append(minute)
            try retention.step(at: Instant(seconds: 10), head: 10, rowsMax: 0)
        }
        #expect(passes == [1, 11, 21])
    }

    @Test func `a pass goes on between the writes until all is trimmed`() throws {
        var configuration = DatabaseConfiguration.temporary
        configuration.changeRowsMax = 10
        let database = try makeItems(configuration)
        defer { database.close() }
        database.setCaptured([
            CapturedTable(
                name: "parts", columns: [("id", .integer)], key: [0], retain: .seconds(3600))
        ])
        try database.writeAndWait { transaction throws(Problem) in
            try transaction.exec(
                "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 3000) "
                    + "INSERT INTO parts(id) SELECT x FROM n")
        }
        func rows() throws(DatabaseError) -> Value? {
            try database.makeReader().all("SELECT count(*) FROM _apus_changes").first?.first
        }
        #expect(try rows() == .integer(3000))
        database.trimChanges()
        while try rows() != .integer(10) {}
    }
}
