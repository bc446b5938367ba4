import Bytes
import PostgresTestSupport
import PostgresWire
import StorePostgres
import TestSupport
import Testing
import Values

@Suite(.blocking, .needsPostgres) struct TickTests {
    private let captured: CapturedDatabase
    private var client: LogClient { captured.client }

    init() throws { captured = try CapturedDatabase() }

    @Test func `a late transaction comes behind those that were over before it`() throws {
        let early = try captured.another()
        try early.query("BEGIN; INSERT INTO items VALUES (1, 'early')")
        try client.query("INSERT INTO items VALUES (2, 'other')")
        let first = try client.tick()
        #expect(try client.changes().map(\.key) == [Array("[2]".utf8)])
        #expect(try client.tick() == first)
        try early.query("INSERT INTO items VALUES (3, 'late'); COMMIT")
        let second = try client.tick()
        #expect(second.cut == first.cut + 1)
        let changes = try client.changes()
        #expect(changes.map { String(utf8: $0.key) } == ["[2]", "[1]", "[3]"])
        #expect(changes[1].transaction == changes[2].transaction)
        #expect(changes[1].transaction == changes[1].sequence)
        #expect(changes.map(\.sequence) == changes.map(\.sequence).sorted())
        #expect(changes.last?.sequence == second.last)
    }

    @Test func `cuts say what is in them, and a tick that finds nothing makes none`() throws {
        #expect(try client.tick().cut == 0)
        try client.query("INSERT INTO items VALUES (1, 'a'), (2, 'b')")
        try client.tick()
        try client.query("DELETE FROM items")
        let tick = try client.tick()
        let cuts = try client.cuts()
        #expect(cuts.map(\.number) == [0, 1, 2])
        let counts = try client.query("SELECT changes FROM _apus.cut ORDER BY n")
        #expect(counts == [["0"], ["2"], ["2"]])
        #expect(cuts[1].last < cuts[2].last && cuts[2].last == tick.last)
        #expect(try client.cuts(after: 1, limit: 1).map(\.number) == [2])
        let rows = try client.changes(after: cuts[0].last)
        #expect(rows.map(\.cut) == [1, 1, 2, 2])
        #expect(rows.map(\.operation) == [.insert, .insert, .delete, .delete])
        var newest: Cut?
        try client.run([LogClient.statements.newestCut]) { newest = try Cut($0.row($1)) }
        #expect(newest == cuts[2])
    }

    @Test(arguments: [
        "BEGIN; INSERT INTO items VALUES (1, 'a'); SELECT _apus.tick()",
        "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT _apus.tick()",
    ])
    func `a tick has a transaction of its own`(sql: String) throws {
        let error = try #require(throws: ServerError.self) { try client.query(sql) }
        #expect(error.sqlState == SQLState("25001"))
        try client.query("ROLLBACK")
        // Whatever the session's default is, the steps say what they need.
        try client.query(
            "SET default_transaction_isolation = 'serializable'; SET synchronous_commit = off")
        #expect(try client.tick().cut == 0)
    }

    @Test func `a cut is announced on the log's channel`() throws {
        try client.query("LISTEN _apus; INSERT INTO items VALUES (1, 'a')")
        let other = try captured.another()
        try other.tick()
        try other.tick()
        try client.query("SELECT")
        #expect(client.notifications.map(\.channel) == [LogSpace().channel])
        #expect(client.notifications.map(\.payload) == ["1"])
    }

    @Test func `a large transaction is read in pages from any place`() throws {
        try client.query("INSERT INTO items SELECT g, 'x' FROM generate_series(1, 30) g")
        try client.query("INSERT INTO items SELECT g, 'y' FROM generate_series(100, 20099) g")
        try client.query("DELETE FROM items WHERE id <= 30")
        try client.tick()
        let all = try client.changes()
        #expect(all.count == 20_060)
        #expect(Set(all.map(\.transaction)).count == 3)
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<20 {
            let index = Int.random(in: 0..<all.count, using: &generator)
            let count = Int.random(in: 1...700, using: &generator)
            let page = try client.changes(after: all[index].sequence, limit: Int64(count))
            #expect(page == Array(all[(index + 1)...].prefix(count)))
        }
        var paged: [CapturedRow] = []
        while true {
            let page = try client.changes(after: paged.last?.sequence ?? 0, limit: 997)
            paged += page
            if page.count < 997 { break }
        }
        #expect(paged == all)
    }

    /// A page touches as many rows as it gives, also before the server has statistics.
    @Test(arguments: ["NULL", "'{items,parts}'"])
    func `a page costs as much as it gives`(tables: String) throws {
        try client.query("ALTER TABLE _apus.log SET (autovacuum_enabled = off)")
        try client.query("INSERT INTO items SELECT g, 'y' FROM generate_series(1, 30000) g")
        for id in 1...50 { try client.query("UPDATE items SET name = 'z' WHERE id = \(id)") }
        try client.tick()
        try client.query(
            "PREPARE page (int8, int8, text[]) AS \(LogClient.statements.changes.sql);"
                + "SET plan_cache_mode = force_generic_plan")
        let plan = try client.query(
            "EXPLAIN (ANALYZE, TIMING OFF, SUMMARY OFF, COSTS OFF) "
                + "EXECUTE page (20000, 50, \(tables))"
        )
        let lines = plan.compactMap { $0.first.flatMap { $0 } }
        let touched = lines.compactMap { line in
            line.firstRange(of: "actual rows=").map {
                Int(line[$0.upperBound...].prefix { $0.isNumber }) ?? .max
            }
        }
        #expect(
            !touched.isEmpty && touched.allSatisfy { $0 <= 60 }, "\(lines.joined(separator: "\n"))")
    }

    @Test func `a server that took over goes on, and cursors are good as far as it got`() throws {
        try client.query("INSERT INTO items VALUES (1, 'a')")
        let before = try client.tick()
        try client.query("INSERT INTO items VALUES (2, 'b')")
        // As a promotion does, in the eyes of the log.
        try client.query("UPDATE _apus.epochs SET timeline = '00000000'")
        let after = try client.tick()
        #expect(after.epoch != before.epoch && after.epoch.utf8.count == 11)
        #expect(after.cut == before.cut + 1)
        #expect(try client.changes(after: before.last).map(\.operation) == [.insert])
        let history = try client.history()
        #expect(history.epoch == after.epoch && history.head == after.last)
        let cursor = FeedCursor(epoch: before.epoch, sequence: before.last)
        #expect(history.reset(for: cursor, models: ["items"]) == nil)
        let lost = FeedCursor(epoch: before.epoch, sequence: after.last)
        #expect(history.reset(for: lost, models: ["items"]) == .epoch)
        // Nobody needs to have changed anything: who waits for a cut is told.
        try client.query(
            "UPDATE _apus.epochs SET timeline = '00000000' WHERE epoch = '\(after.epoch)'")
        let last = try client.tick()
        #expect(last.cut == after.cut + 1 && last.last == after.last && last.epoch != after.epoch)
        #expect(try client.tick() == last)
    }

    @Test func `a restored database begins anew, and keeps what runs while it does`() throws {
        try client.query("INSERT INTO items VALUES (1, 'a')")
        let before = try client.tick()
        try client.query("INSERT INTO items VALUES (2, 'b')")
        let writer = try captured.another()
        try writer.query("BEGIN; INSERT INTO items VALUES (3, 'c')")
        // A dump that was restored on another server has that one's numbers of transactions.
        try client.query(
            "UPDATE _apus.epochs SET origin = 'elsewhere'; UPDATE _apus.log SET xid = '9000000000'")
        let after = try client.tick()
        #expect(after.epoch != before.epoch && after.last == before.last)
        #expect(try client.changes().isEmpty)
        let cursor = FeedCursor(epoch: before.epoch, sequence: before.last)
        #expect(try client.history().reset(for: cursor, models: []) == .epoch)
        try writer.query("COMMIT")
        try client.query("INSERT INTO items VALUES (4, 'd')")
        #expect(
            try captured.lines() == [
                "insert items [3] {\"id\":3,\"name\":\"c\"} -",
                "insert items [4] {\"id\":4,\"name\":\"d\"} -",
            ])
        #expect(try client.changes().allSatisfy { $0.sequence > before.last })
    }

    @Test func `a copy of the database is another history`() throws {
        try client.query("INSERT INTO items VALUES (1, 'a')")
        let tick = try client.tick()
        try client.query("INSERT INTO items VALUES (2, 'b')")
        try PostgresServer.shared.client().execute(
            "select pg_terminate_backend(pid, 5000) from pg_stat_activity "
                + "where datname = '\(captured.database.name)'")
        let copy = try PostgresServer.shared.makeDatabase(template: captured.database.name)
        #expect(try LogClient(copy.url).tick().epoch != tick.epoch)
        #expect(try captured.another().tick().epoch == tick.epoch)
    }
}
