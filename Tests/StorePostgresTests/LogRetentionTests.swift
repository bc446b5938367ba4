import Bytes
import PostgresTestSupport
import PostgresWire
import StorePostgres
import TestSupport
import Testing
import Values

@Suite(.blocking, .needsPostgres) struct LogRetentionTests {
    private let captured: CapturedDatabase
    private var client: LogClient { captured.client }

    init() throws { captured = try CapturedDatabase() }

    private func model(_ name: String, _ seconds: Int) -> CapturedModel {
        CapturedModel(name: name, columns: [], key: [], retain: .seconds(seconds))
    }

    /// Ten cuts, a hundred seconds after one another, the last one just made: a row of each table
    /// in each.
    private func makeLog() throws {
        for id in 1...10 {
            try client.query(
                "BEGIN; INSERT INTO items VALUES (\(id), 'a'); INSERT INTO parts VALUES (\(id), \(id)); COMMIT"
            )
            try client.tick()
        }
        try client.query("UPDATE _apus.cut SET at = now() - (10 - n) * interval '100 seconds'")
    }

    @discardableResult
    private func trim(_ retention: inout LogRetention) throws -> (deleted: Int64, steps: Int) {
        var deleted: Int64 = 0
        var steps = 0
        retention.begin()
        while retention.isDue, steps < 1000 {
            let current = retention
            var row: Int64 = 0
            var next = retention
            try client.run(
                current.step, { current.write(to: &$0) }, { row = try next.take($0.row($1)) })
            retention = next
            deleted += row
            steps += 1
        }
        return (deleted, steps)
    }

    private func left() throws -> [String] {
        try client.changes().map { "\($0.table) \(String(utf8: $0.key))" }
    }

    @Test func `each table's changes are kept as long as it says, under their numbers`() throws {
        try makeLog()
        let before = try client.changes()
        var retention = LogRetention(
            [model("items", 250), model("parts", 550)], changesMax: 1_000_000)
        #expect(try trim(&retention).deleted == 7 + 4)
        let after = try client.changes()
        #expect(after == before.filter { after.map(\.sequence).contains($0.sequence) })
        #expect(
            try left() == [
                "parts [5]", "parts [6]", "parts [7]", "items [8]", "parts [8]", "items [9]",
                "parts [9]",
                "items [10]", "parts [10]",
            ])
        let history = try client.history()
        func sequence(_ table: String, _ key: String) -> Int64? {
            before.first { $0.table == table && $0.key == Array(key.utf8) }?.sequence
        }
        #expect(history.trimmed("items") == sequence("items", "[7]"))
        #expect(history.trimmed("parts") == sequence("parts", "[4]"))
        let epoch = try #require(history.epoch)
        let cursor = FeedCursor(epoch: epoch, sequence: history.trimmed("parts"))
        #expect(history.reset(for: cursor, models: ["parts"]) == nil)
        #expect(history.reset(for: cursor, models: ["parts", "items"]) == .trimmed)
        #expect(try client.cuts().map(\.number) == Array(5...10))
        // A pass that finds nothing is followed by a rest.
        #expect(try trim(&retention).deleted == 0)
        retention.begin()
        #expect(!retention.isDue)
    }

    @Test func `the number of changes is bounded, and the last number stays in use`() throws {
        try makeLog()
        var retention = LogRetention(
            [model("items", 100_000), model("parts", 100_000)], changesMax: 4)
        let head = try client.tick().last
        #expect(try trim(&retention).deleted == 16)
        #expect(try left().count == 4)
        retention = LogRetention([], changesMax: 0)
        try trim(&retention)
        #expect(try left().isEmpty)
        #expect(try client.cuts().map(\.number) == [10])
        #expect(try client.tick().last == head)
        try client.query("INSERT INTO items VALUES (11, 'a')")
        #expect(try client.tick().last == head + 1)
        #expect(try client.changes().map(\.sequence) == [head + 1])
    }

    @Test func `much is deleted a few at a time, a large transaction too`() throws {
        try client.query("INSERT INTO items SELECT g, 'x' FROM generate_series(1, 9000) g")
        for id in 1...30 { try client.query("UPDATE items SET name = 'y' WHERE id < \(id * 50)") }
        try client.query("INSERT INTO parts VALUES (1, 1)")
        try client.tick()
        let head = try #require(try client.changes().last)
        var retention = LogRetention(
            [model("items", 0), model("parts", 1000)], changesMax: 1_000_000)
        let (deleted, steps) = try trim(&retention)
        #expect(deleted == 9000 + (1...30).reduce(0) { $0 + $1 * 50 - 1 })
        #expect(steps >= Int(deleted) / 2000 && steps < 40)
        #expect(try client.changes() == [head])
        #expect(try client.value("SELECT count(*) FROM _apus.commits") == "32")
    }

    @Test func `one node trims at a time, and the others leave it`() throws {
        try makeLog()
        let other = try captured.another()
        let sql = "SELECT deleted, is_last FROM _apus.trim(0, '{}', '{}', 0, 1000, 1000)"
        try other.query("BEGIN")
        #expect(try other.query(sql) == [["20", "f"]])
        #expect(try client.query(sql) == [["0", "t"]])
        try other.query("COMMIT")
        #expect(try client.query(sql) == [["0", "f"]])
    }
}
