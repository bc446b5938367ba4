import PostgresTestSupport
import Store
import StorePostgres
import TestSupport
import Testing
import Values

/// What an administrator changes about the tables, the triggers and the log while nodes follow the
/// changes.
@Suite(.blocking, .needsPostgres) struct CaptureAlterationTests {
    static let models = [CapturedDatabase.items, CapturedDatabase.parts]

    private func node(
        _ captured: CapturedDatabase, _ models: [CapturedModel] = models
    ) throws -> FeedNode {
        let node = try FeedNode(captured.database.url, capturing: models)
        try captured.client.query("INSERT INTO items VALUES (1, 'a')")
        node.changes.wait(for: 1)
        return node
    }

    private func expectReset(of table: String, _ node: FeedNode) {
        node.changes.wait("a reset of \(table)") { changes in
            changes.contains { $0.table == table && $0.reset != nil }
        }
    }

    /// That a row is told which is written from now on, once.
    private func expectInsert(_ captured: CapturedDatabase, _ node: FeedNode) throws {
        try captured.client.query("INSERT INTO items (id, name) VALUES (6, 'b')")
        try captured.client.query("INSERT INTO items (id, name) VALUES (7, 'c')")
        node.changes.wait("the row behind it") { changes in
            changes.last?.line == #"insert items 7 {"id":7,"name":"c"} -"#
        }
        let row = #"insert items 6 {"id":6,"name":"b"} -"#
        #expect(node.changes.all.count { $0.line == row } == 1)
    }

    // MARK: Triggers

    @Test func `a trigger that has another name by now is made anew, and not twice`() throws {
        let captured = try CapturedDatabase()
        let node = try node(captured)
        try captured.client.query("ALTER TRIGGER \"0_apus_insert\" ON items RENAME TO other")
        expectReset(of: "items", node)
        try expectInsert(captured, node)
        #expect(try captured.client.setUp(Self.models) == 0)
    }

    @Test func `rows of a table that has another name by now are not told as the model's`() throws {
        let captured = try CapturedDatabase()
        let node = try node(captured)
        try captured.client.query(
            """
            ALTER TABLE items RENAME TO kept; CREATE TABLE items (id bigint PRIMARY KEY, name text)
            """)
        expectReset(of: "items", node)
        try captured.client.query("INSERT INTO kept VALUES (50, 'of the backup')")
        try expectInsert(captured, node)
        #expect(!node.changes.all.contains { $0.line.contains("backup") })
        #expect(try captured.client.setUp(Self.models) == 0)
    }

    @Test func `tables that change names are told each under its own`() throws {
        let twins = CapturedModel(
            name: "twins", columns: CapturedDatabase.items.columns, key: [0], retain: .seconds(60))
        let models = [CapturedDatabase.items, twins]
        let captured = try CapturedDatabase(
            "CREATE TABLE twins (id bigint PRIMARY KEY, name text)", capture: models)
        let node = try node(captured, models)
        try captured.client.query(
            """
            ALTER TABLE items RENAME TO other; ALTER TABLE twins RENAME TO items;
            ALTER TABLE other RENAME TO twins
            """)
        expectReset(of: "items", node)
        expectReset(of: "twins", node)
        try expectInsert(captured, node)
        #expect(try captured.client.setUp(models) == 0)
    }

    @Test func `a function that was another one for a while has its table fetched anew`() throws {
        let captured = try CapturedDatabase()
        let node = try node(captured)
        try captured.client.query(
            """
            DO $$ DECLARE f regproc; d text; BEGIN
              SELECT tgfoid, pg_get_functiondef(tgfoid) INTO f, d FROM pg_trigger
              WHERE tgrelid = 'items'::regclass AND tgname = '0_apus_insert';
              EXECUTE format('CREATE OR REPLACE FUNCTION %s() RETURNS trigger LANGUAGE plpgsql '
                'AS %L', f, 'BEGIN RETURN NULL; END');
              INSERT INTO items VALUES (5, 'nobody saw it');
              EXECUTE d; END $$
            """)
        expectReset(of: "items", node)
        try expectInsert(captured, node)
    }

    // MARK: Columns

    static let alterations = [
        "ALTER TABLE items ALTER COLUMN name TYPE varchar(30)",
        "ALTER TABLE items ALTER COLUMN id TYPE integer",
        "ALTER TABLE items RENAME TO other; ALTER TABLE other RENAME TO items",
        "ALTER TABLE items ADD COLUMN more integer; ALTER TABLE items DROP COLUMN more",
        "ALTER TABLE items DROP COLUMN name; ALTER TABLE items ADD COLUMN name text",
    ]

    @Test(arguments: alterations)
    func `sessions that have written before an alteration go on writing`(
        alteration: String
    ) throws {
        let captured = try CapturedDatabase()
        let writer = try captured.another()
        try writer.query("INSERT INTO items VALUES (1, 'a'), (2, 'b')")
        // Often enough for plans that are kept.
        for _ in 0..<8 { try writer.query("UPDATE items SET name = 'k' WHERE id = 2") }
        try writer.query("INSERT INTO items VALUES (3, 'c'); DELETE FROM items WHERE id = 3")
        let before = try captured.lines().count
        try captured.client.query(alteration)
        try writer.query("UPDATE items SET name = 'z' WHERE id = 1")
        try writer.query("DELETE FROM items WHERE id = 1")
        try writer.query("INSERT INTO items (id, name) VALUES (4, 'd')")
        let lines = try captured.lines().dropFirst(before)
        #expect(lines.map { $0.prefix(10) } == ["update ite", "delete ite", "insert ite"])
        #expect(lines.last == #"insert items [4] {"id":4,"name":"d"} -"#)
    }

    @Test func `columns that are not the model's are told to nobody`() throws {
        let captured = try CapturedDatabase()
        let node = try node(captured)
        try captured.client.query(
            """
            ALTER TABLE items ADD COLUMN secret text DEFAULT 's';
            ALTER TABLE items DROP COLUMN name;
            ALTER TABLE items ADD COLUMN name text
            """)
        try expectInsert(captured, node)
        try captured.client.query("UPDATE items SET name = 'd', id = 9 WHERE id = 7")
        node.changes.wait("the update") { changes in
            changes.last?.line == #"update items 9 {"id":9,"name":"d"} {"id":7,"name":"c"}"#
        }
        #expect(!node.changes.all.contains { $0.line.contains("secret") })
    }

    @Test func `a column of the model that goes makes no write fail`() throws {
        let captured = try CapturedDatabase()
        let node = try node(captured)
        try captured.client.query("ALTER TABLE items RENAME COLUMN name TO title")
        try captured.client.query("INSERT INTO items VALUES (2, 'b')")
        expectReset(of: "items", node)
        try captured.client.query("ALTER TABLE items RENAME COLUMN title TO name")
        try expectInsert(captured, node)
    }

    // MARK: Partitions

    private static let spread = CapturedModel(
        name: "spread", columns: [.init("region", .integer), .init("id", .integer)], key: [0, 1],
        retain: .seconds(60))

    private func spread() throws -> CapturedDatabase {
        try CapturedDatabase(
            """
            CREATE TABLE spread (region bigint, id bigint, PRIMARY KEY (region, id))
              PARTITION BY LIST (region);
            CREATE TABLE spread_1 PARTITION OF spread FOR VALUES IN (1);
            CREATE TABLE spread_2 PARTITION OF spread FOR VALUES IN (2);
            INSERT INTO spread VALUES (1, 1), (2, 2);
            CREATE TABLE spread_3 (region bigint, id bigint, PRIMARY KEY (region, id));
            INSERT INTO spread_3 VALUES (3, 3);
            """, capture: [Self.spread])
    }

    static let partings = [
        "ALTER TABLE spread DETACH PARTITION spread_2; INSERT INTO spread_2 VALUES (2, 50)",
        "DROP TABLE spread_2",
        "ALTER TABLE spread ATTACH PARTITION spread_3 FOR VALUES IN (3)",
        """
        ALTER TABLE spread DETACH PARTITION spread_2; DELETE FROM spread_2;
        ALTER TABLE spread ATTACH PARTITION spread_2 FOR VALUES IN (2)
        """,
    ]

    @Test(arguments: partings)
    func `partitions that come or go with their rows have their table fetched anew`(
        parting: String
    ) throws {
        let captured = try spread()
        let node = try FeedNode(captured.database.url, capturing: [Self.spread])
        try captured.client.query(parting)
        expectReset(of: "spread", node)
        try captured.client.query("INSERT INTO spread VALUES (1, 7)")
        node.changes.wait("the row behind it") { changes in
            changes.last?.line == #"insert spread 1,7 {"region":1,"id":7} -"#
        }
        #expect(try captured.client.setUp([Self.spread]) == 0)
        #expect(node.changes.all.count { $0.reset == nil } == 1)
    }

    @Test(arguments: partings)
    func `a start that finds partitions come or gone says so in the log`(parting: String) throws {
        let captured = try spread()
        try captured.client.query(parting)
        try captured.client.setUp([Self.spread])
        #expect(try Set(captured.lines()) == ["gap spread  - -"])
        #expect(try captured.client.setUp([Self.spread]) == 0)
    }

    @Test func `of a new partition without rows nobody is told`() async throws {
        let captured = try spread()
        let node = try FeedNode(captured.database.url, capturing: [Self.spread])
        try captured.client.query("CREATE TABLE spread_4 PARTITION OF spread FOR VALUES IN (4)")
        #expect(
            try await eventually { try captured.client.missing(of: [Self.spread]).isEmpty })
        try captured.client.query("INSERT INTO spread VALUES (4, 7)")
        #expect(node.lines(1) == [#"insert spread 4,7 {"region":4,"id":7} -"#])
    }

    // MARK: The log

    static let emptyings = [
        "TRUNCATE _apus.cut", "DELETE FROM _apus.epochs",
        "TRUNCATE _apus.log, _apus.commits, _apus.cut, _apus.epochs, _apus.trimmed, _apus.meta",
    ]
    static let alterationsOfLog = [
        "ALTER TABLE _apus.log DROP COLUMN new", "ALTER TABLE _apus.log ALTER COLUMN new TYPE text",
        "ALTER TABLE _apus.commits DROP COLUMN at", "ALTER TABLE _apus.trimmed RENAME seq TO other",
    ]

    @Test(arguments: emptyings + alterationsOfLog)
    func `a log that is none any more begins a new history`(damage: String) throws {
        let captured = try CapturedDatabase()
        let node = try node(captured)
        let first = node.door.epoch
        try captured.client.query(damage)
        node.changes.wait("resets") { changes in
            changes.suffix(2).map(\.line) == ["reset items epoch", "reset parts epoch"]
        }
        #expect(node.door.epoch != first)
        try expectInsert(captured, node)
    }

    @Test(arguments: emptyings + alterationsOfLog)
    func `a start begins a new history in a log that is none any more`(damage: String) throws {
        let captured = try CapturedDatabase()
        try captured.client.query("INSERT INTO items VALUES (1, 'a')")
        try captured.client.tick()
        let first = try captured.client.history().epoch
        try captured.client.query(damage)
        let node = try FeedNode(captured.database.url, capturing: Self.models)
        #expect(node.door.epoch != first)
        try expectInsert(captured, node)
        #expect(try captured.client.setUp(Self.models) == 0)
    }

    @Test(arguments: ["DROP TABLE _apus.meta", "ALTER TABLE _apus.meta RENAME value TO other"])
    func `facts that were lost begin no new history, and none is told of`(damage: String) throws {
        let captured = try CapturedDatabase()
        let node = try node(captured)
        let first = node.door.epoch
        try captured.client.query(damage)
        node.events.wait("a warning") { events in
            events.contains { $0.description.contains("meta'") }
        }
        #expect(!node.events.all.contains { $0.description.contains("anew") })
        try expectInsert(captured, node)
        #expect(node.door.epoch == first)
    }
}
