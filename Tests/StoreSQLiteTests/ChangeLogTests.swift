import Bytes
import Diagnostics
import Store
import StoreSQLite
import Synchronization
import TestSupport
import Testing
import Values

/// Collects published changes.
private final class Published: Sendable {
    let batches = Mutex<[[Change]]>([])
    var all: [Change] { batches.withLock { $0.flatMap { $0 } } }
}

private let items = CapturedTable(
    name: "items",
    columns: [
        ("id", .integer), ("data", .json), ("name", .text),
        ("price", .decimal(precision: 5, scale: 2)), ("ok", .boolean),
    ], key: [0], retain: .seconds(3600))
private let parts = CapturedTable(
    name: "parts", columns: [("id", .integer), ("item", .integer)], key: [0],
    retain: .seconds(3600))

extension Change {
    /// The change in one line.
    fileprivate var line: String {
        let sides = [new, old].map { $0.map { String(utf8: $0.json) } ?? "-" }
        return "\(sequence)/\(transaction) \(operation.rawValue) \(table) \(sides[0]) \(sides[1])"
    }
}

@Suite(.timeLimit(.minutes(10))) struct ChangeLogTests {
    private func makeCaptured(
        _ configuration: DatabaseConfiguration = .temporary
    ) throws -> (SQLiteDatabase, Published) {
        let database = try makeItems(configuration)
        let published = Published()
        database.setCaptured([items, parts])
        database.onCommit { changes in published.batches.withLock { $0.append(changes) } }
        return (database, published)
    }

    private func write(_ database: SQLiteDatabase, _ statements: String...) throws {
        try database.writeAndWait { transaction throws(Problem) in
            for statement in statements { try transaction.exec(statement) }
        }
    }

    @Test func `every operation is logged with old and new rows in the model's order`() throws {
        let (database, published) = try makeCaptured()
        defer { database.close() }
        try write(
            database,
            "INSERT INTO items(id, name, price, ok, data) VALUES (1, 'a', 1050, 1, '{\"x\":1}')")
        try write(database, "UPDATE items SET name = 'b'", "DELETE FROM items")
        let row = "{\"id\":1,\"data\":{\"x\":1},\"name\":\"a\",\"price\":10.50,\"ok\":true}"
        let changed = "{\"id\":1,\"data\":{\"x\":1},\"name\":\"b\",\"price\":10.50,\"ok\":true}"
        let lines = [
            "1/1 INSERT items \(row) -", "2/2 UPDATE items \(changed) \(row)",
            "3/2 DELETE items - \(changed)",
        ]
        #expect(published.all.map(\.line) == lines)
        #expect(published.batches.withLock { $0.map(\.count) } == [1, 2])
        let reader = try database.makeReader()
        let logged = try reader.changes(after: 0, limit: 10, of: [items, parts])
        #expect(logged.map(\.line) == lines)
        #expect(logged.map(\.key) == [[.integer(1)], [.integer(1)], [.integer(1)]])
        #expect(logged[1].new?.values == published.all[1].new?.values)
        #expect(logged[1].committedAt == published.all[1].committedAt)
        #expect(
            logged[0].new?.values
                == [.integer(1), "{\"x\":1}", "a", .integer(1050), .integer(1)])
    }

    @Test func `cascades and bulk writes are complete`() throws {
        let (database, published) = try makeCaptured()
        defer { database.close() }
        try write(
            database, "INSERT INTO items(id, name) VALUES (1, 'a'), (2, 'b'), (3, 'c')",
            "INSERT INTO parts VALUES (10, 1), (11, 1), (12, 2)")
        try write(database, "DELETE FROM items")
        let deleted = published.all.filter { $0.operation == .delete }
        #expect(deleted.filter { $0.table == "items" }.count == 3)
        #expect(Set(deleted.filter { $0.table == "parts" }.map(\.key)).count == 3)
        #expect(published.all.map(\.sequence) == Array(1...12))
        #expect(Set(deleted.map(\.transaction)) == [7])
    }

    @Test func `failed statements and failed writes leave nothing and use no number`() throws {
        let (database, published) = try makeCaptured()
        defer { database.close() }
        try database.writeAndWait { transaction throws(Problem) in
            try transaction.exec("INSERT INTO items(id, name) VALUES (1, 'a')")
            _ = try? transaction.run(
                SQL("INSERT INTO items(id, name) VALUES (2, 'b'), (3, 'c'), (4, 'a')"))
            _ = try? transaction.run(SQL("INSERT INTO parts(id, item) VALUES (1, 99)"))
            try transaction.exec("INSERT OR IGNORE INTO items(id, name) VALUES (5, 'a')")
        }
        #expect(throws: Problem.self) {
            try write(
                database, "INSERT INTO items(id, name) VALUES (6, 'f')",
                "INSERT INTO nowhere VALUES (1)")
        }
        try write(database, "INSERT INTO items(id, name) VALUES (7, 'g')")
        #expect(
            published.all.map { "\($0.sequence) \($0.key)" } == [
                "1 [Values.Value.integer(1)]",
                "2 [Values.Value.integer(7)]",
            ])
        #expect(try database.makeReader().changes(after: 0, limit: 10).count == 2)
    }

    @Test func `published changes are already durable and in order`() async throws {
        let (database, published) = try makeCaptured()
        defer { database.close() }
        let unseen = Counter()
        database.onCommit { changes in
            let reader = try? database.makeReader()
            let last = changes.last?.sequence ?? 0
            if (try? reader?.changes(after: last - 1, limit: 1))?.isEmpty != false { unseen.next() }
        }
        await withTaskGroup(of: Void.self) { group in
            for index in 0..<300 {
                group.addTask {
                    _ = try? await database.write { transaction throws(Problem) in
                        try transaction.exec(
                            insertItem, .text("n\(index % 280)"), .null, .null, .null)
                    }
                }
            }
        }
        #expect(published.all.map(\.sequence) == Array(1...280))
        #expect(unseen.count == 0)
    }

    @Test func `a column added later is found by name and old rows say its default`() throws {
        let (database, published) = try makeCaptured()
        defer { database.close() }
        try write(
            database, "INSERT INTO items(id, name) VALUES (1, 'a')",
            "ALTER TABLE items ADD COLUMN stars INTEGER NOT NULL DEFAULT 5")
        database.setCaptured([
            CapturedTable(
                name: "items", columns: [("stars", .integer), ("id", .integer)], key: [1],
                retain: .seconds(1))
        ])
        try write(database, "UPDATE items SET name = 'b'", "DELETE FROM items")
        #expect(
            published.all.dropFirst().map(\.line) == [
                "2/2 UPDATE items {\"stars\":5,\"id\":1} {\"stars\":5,\"id\":1}",
                "3/2 DELETE items - {\"stars\":5,\"id\":1}",
            ])
    }

    /// Versions before jsonb's form of numbers stored them as they came.
    @Test func `a change has the JSON that is stored, in whatever form`() throws {
        let (database, published) = try makeCaptured()
        defer { database.close() }
        let stored = "{\"x\":1E+2,\"y\":1e200000}"
        try write(database, "INSERT INTO items(id, name, data) VALUES (1, 'a', '\(stored)')")
        try write(database, "UPDATE items SET name = 'b'")
        #expect(published.all.map { $0.new?.values[1] } == [.text(stored), .text(stored)])
        #expect(published.all.last?.old?.values[1] == .text(stored))
        let reader = try database.makeReader()
        let logged = try reader.changes(after: 0, limit: 10, of: [items, parts])
        #expect(logged.map { $0.new?.values[1] } == [.text(stored), .text(stored)])
    }

    @Test func `whole numbers of a real column stay doubles`() throws {
        let (database, published) = try makeCaptured()
        defer { database.close() }
        try write(database, "CREATE TABLE r (id TEXT PRIMARY KEY, x REAL) STRICT")
        database.setCaptured([
            CapturedTable(
                name: "r", columns: [("id", .text), ("x", .real)], key: [0], retain: .seconds(1))
        ])
        try write(database, "INSERT INTO r VALUES ('a', 49)", "UPDATE r SET x = 0.5")
        #expect(published.all.compactMap(\.new).map { $0.values[1] } == [.real(49), .real(0.5)])
        #expect(published.all.compactMap(\.old).map { $0.values[1] } == [.real(49)])
    }

    @Test func `numbers and epoch go on after reopening`() throws {
        let directory = try TemporaryDirectory()
        let configuration = DatabaseConfiguration.file(directory.path + "/data/apus.db")
        var epochs: Set<String> = []
        for round in 1...2 {
            let database = try SQLiteDatabase.open(configuration)
            defer { database.close() }
            epochs.insert(database.epoch)
            try write(
                database, "CREATE TABLE IF NOT EXISTS parts (id INTEGER PRIMARY KEY, item INT)")
            database.setCaptured([parts])
            try write(database, "INSERT INTO parts VALUES (\(round), NULL)")
            #expect(
                try database.makeReader().changes(after: 0, limit: 10).map(\.sequence)
                    == (1...Int64(round)).map { $0 })
        }
        #expect(epochs.count == 1)
        #expect(epochs.first?.count == 11)
    }

    @Test func `changes are read in pages`() throws {
        let (database, _) = try makeCaptured()
        defer { database.close() }
        try write(database, "INSERT INTO parts(id) VALUES (1), (2), (3), (4), (5)")
        let reader = try database.makeReader()
        #expect(try reader.changes(after: 2, limit: 2).map(\.sequence) == [3, 4])
        #expect(try reader.changes(after: 5, limit: 2).isEmpty)
    }

    @Test func `a logged change of no known operation is a fault, not an update`() throws {
        let (database, _) = try makeCaptured()
        defer { database.close() }
        try write(database, "INSERT INTO parts(id) VALUES (1)")
        try write(database, "UPDATE _apus_changes SET op = 'UPSERT'")
        let error = #expect(throws: DatabaseError.self) {
            try database.makeReader().changes(after: 0, limit: 10)
        }
        #expect(error.map { Problem($0).code } == "XX000")
    }

    @Test func `a write that changes more than is kept fails whole`() throws {
        var configuration = DatabaseConfiguration.temporary
        configuration.changedBytesMax = 100_000
        let (database, published) = try makeCaptured(configuration)
        defer { database.close() }
        let numbers = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT"
        try write(database, "\(numbers) 50) INSERT INTO parts(id) SELECT x FROM n")
        let problem = #expect(throws: Problem.self) {
            try write(database, "\(numbers) 5000) INSERT INTO parts(id) SELECT x + 50 FROM n")
        }
        #expect(problem?.code == "54000")
        #expect(problem?.status == 413)
        #expect(try database.makeReader().all("SELECT count(*) FROM parts") == [[.integer(50)]])
        try write(database, "\(numbers) 50) INSERT INTO parts(id) SELECT x + 50 FROM n")
        #expect(published.all.map(\.sequence) == Array(1...100))
    }
}
