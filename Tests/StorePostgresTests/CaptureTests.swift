import PostgresTestSupport
import PostgresWire
import StorePostgres
import TestSupport
import Testing
import Values

/// A database with a few captured tables.
struct CapturedDatabase {
    static let items = CapturedModel(
        name: "items", columns: [.init("id", .integer), .init("name", .text)], key: [0],
        retain: .seconds(3600))
    static let parts = CapturedModel(
        name: "parts", columns: [.init("id", .integer), .init("item", .integer)], key: [0],
        retain: .seconds(3600))

    let database: TestDatabase
    let client: LogClient

    init(_ more: String = "", capture: [CapturedModel] = [items, parts]) throws {
        database = try PostgresServer.shared.makeDatabase()
        client = try LogClient(database.url)
        try client.query(
            """
            CREATE TABLE items (id bigint PRIMARY KEY, name text);
            CREATE TABLE parts (id bigint PRIMARY KEY,
              item bigint REFERENCES items ON DELETE CASCADE ON UPDATE CASCADE);
            \(more)
            """)
        try client.setUp(capture)
    }

    func another() throws -> LogClient { try LogClient(database.url) }

    /// What the log says of all that was written, after a tick.
    func lines(after sequence: Int64 = 0) throws -> [String] {
        try client.tick()
        return try client.changes(after: sequence).map(\.line)
    }
}

@Suite(.blocking, .needsPostgres) struct CaptureTests {
    static let cases: [(sql: String, lines: [String])] = [
        (
            "INSERT INTO items VALUES (1, 'a'), (2, NULL)",
            [
                "insert items [1] {\"id\":1,\"name\":\"a\"} -",
                "insert items [2] {\"id\":2,\"name\":null} -",
            ]
        ),
        (
            "INSERT INTO items VALUES (1, 'a'); UPDATE items SET id = 5; DELETE FROM items",
            [
                "insert items [1] {\"id\":1,\"name\":\"a\"} -",
                "update items [5] {\"id\":5,\"name\":\"a\"} {\"id\":1,\"name\":\"a\"}",
                "delete items [5] - {\"id\":5,\"name\":\"a\"}",
            ]
        ),
        (
            "INSERT INTO items VALUES (1, 'a'); INSERT INTO parts VALUES (7, 1); UPDATE items SET id = 2",
            [
                "insert items [1] {\"id\":1,\"name\":\"a\"} -",
                "insert parts [7] {\"id\":7,\"item\":1} -",
                "update items [2] {\"id\":2,\"name\":\"a\"} {\"id\":1,\"name\":\"a\"}",
                "update parts [7] {\"id\":7,\"item\":2} {\"id\":7,\"item\":1}",
            ]
        ),
        (
            "INSERT INTO items VALUES (1, 'a'); INSERT INTO parts VALUES (7, 1); DELETE FROM items",
            [
                "insert items [1] {\"id\":1,\"name\":\"a\"} -",
                "insert parts [7] {\"id\":7,\"item\":1} -",
                "delete items [1] - {\"id\":1,\"name\":\"a\"}",
                "delete parts [7] - {\"id\":7,\"item\":1}",
            ]
        ),
        (
            "INSERT INTO items VALUES (1, 'a'); UPDATE items SET name = name WHERE id = 1",
            [
                "insert items [1] {\"id\":1,\"name\":\"a\"} -",
                "update items [1] {\"id\":1,\"name\":\"a\"} {\"id\":1,\"name\":\"a\"}",
            ]
        ),
        (
            "INSERT INTO items VALUES (1, 'a'); INSERT INTO items VALUES (1, 'b'), (2, 'c') ON CONFLICT (id) "
                + "DO UPDATE SET name = excluded.name; INSERT INTO items VALUES (1, 'd') ON CONFLICT DO NOTHING",
            [
                "insert items [1] {\"id\":1,\"name\":\"a\"} -",
                "update items [1] {\"id\":1,\"name\":\"b\"} {\"id\":1,\"name\":\"a\"}",
                "insert items [2] {\"id\":2,\"name\":\"c\"} -",
            ]
        ),
        (
            "INSERT INTO items VALUES (2, 'a'), (4, 'b'); INSERT INTO items VALUES (1, 'c'), (2, 'd'), (3, 'e'), "
                + "(4, 'f') ON CONFLICT (id) DO UPDATE SET name = excluded.name",
            [
                "insert items [2] {\"id\":2,\"name\":\"a\"} -",
                "insert items [4] {\"id\":4,\"name\":\"b\"} -",
                "insert items [1] {\"id\":1,\"name\":\"c\"} -",
                "update items [2] {\"id\":2,\"name\":\"d\"} {\"id\":2,\"name\":\"a\"}",
                "insert items [3] {\"id\":3,\"name\":\"e\"} -",
                "update items [4] {\"id\":4,\"name\":\"f\"} {\"id\":4,\"name\":\"b\"}",
            ]
        ),
        (
            "INSERT INTO items VALUES (1, 'a'); TRUNCATE items CASCADE",
            [
                "insert items [1] {\"id\":1,\"name\":\"a\"} -", "truncate items  - -",
                "truncate parts  - -",
            ]
        ),
        (
            "SET session_replication_role = replica; INSERT INTO items VALUES (1, 'a'); DELETE FROM items",
            [
                "insert items [1] {\"id\":1,\"name\":\"a\"} -",
                "delete items [1] - {\"id\":1,\"name\":\"a\"}",
            ]
        ),
        (
            "INSERT INTO items VALUES (1, 'a'); MERGE INTO items USING (VALUES (1), (2)) v (id) ON v.id = items.id "
                + "WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT VALUES (v.id, 'm')",
            [
                "insert items [1] {\"id\":1,\"name\":\"a\"} -",
                "delete items [1] - {\"id\":1,\"name\":\"a\"}",
                "insert items [2] {\"id\":2,\"name\":\"m\"} -",
            ]
        ),
        // One statement that takes the key of a row that it deletes, and one that gives it again.
        (
            "INSERT INTO items VALUES (1, 'a'), (2, 'b'); WITH gone AS (DELETE FROM items WHERE id = 1 "
                + "RETURNING id) UPDATE items SET id = gone.id FROM gone WHERE items.id = 2",
            [
                "insert items [1] {\"id\":1,\"name\":\"a\"} -",
                "insert items [2] {\"id\":2,\"name\":\"b\"} -",
                "delete items [1] - {\"id\":1,\"name\":\"a\"}",
                "update items [1] {\"id\":1,\"name\":\"b\"} {\"id\":2,\"name\":\"b\"}",
            ]
        ),
        (
            "INSERT INTO items VALUES (1, 'a'); WITH gone AS (DELETE FROM items RETURNING id) "
                + "INSERT INTO items SELECT id, 'again' FROM gone",
            [
                "insert items [1] {\"id\":1,\"name\":\"a\"} -",
                "delete items [1] - {\"id\":1,\"name\":\"a\"}",
                "insert items [1] {\"id\":1,\"name\":\"again\"} -",
            ]
        ),
        (
            "BEGIN; INSERT INTO items VALUES (1, 'a'); SAVEPOINT s; INSERT INTO items VALUES (2, 'b'); "
                + "ROLLBACK TO s; INSERT INTO items VALUES (3, 'c'); COMMIT",
            [
                "insert items [1] {\"id\":1,\"name\":\"a\"} -",
                "insert items [3] {\"id\":3,\"name\":\"c\"} -",
            ]
        ),
        (
            "DELETE FROM items; UPDATE items SET name = 'x'; INSERT INTO items SELECT 1, 'a' WHERE false",
            []
        ),
    ]

    @Test(arguments: cases.indices)
    func `whatever changes rows is in the log`(index: Int) throws {
        let captured = try CapturedDatabase()
        let (sql, lines) = Self.cases[index]
        try captured.another().query(sql)
        let found = try captured.lines()
        #expect(found == lines, "\(sql)")
    }

    @Test func `rows that are copied in are in the log`() throws {
        let captured = try CapturedDatabase()
        try captured.another().copy("COPY items FROM STDIN", "1\ta\n2\t\\N\n")
        #expect(
            try captured.lines() == [
                "insert items [1] {\"id\":1,\"name\":\"a\"} -",
                "insert items [2] {\"id\":2,\"name\":null} -",
            ])
    }

    @Test func `columns are named as they like`() throws {
        let names = ["n", "o", "new", "old", "changed", "key", "model", "op"]
        let model = CapturedModel(
            name: "named", columns: names.map { .init($0, .integer) }, key: [0, 4],
            retain: .seconds(60))
        let columns = names.map { "\"\($0)\" bigint" }.joined(separator: ", ")
        let captured = try CapturedDatabase("CREATE TABLE named (\(columns))", capture: [model])
        try captured.another().query(
            "INSERT INTO named VALUES (1, 2, 3, 4, 5, 6, 7, 8); UPDATE named SET n = 9; DELETE FROM named"
        )
        let rest = #","o":2,"new":3,"old":4,"changed":5,"key":6,"model":7,"op":8}"#
        #expect(
            try captured.lines() == [
                #"insert named [1,5] {"n":1\#(rest) -"#,
                #"update named [9,5] {"n":9\#(rest) {"n":1\#(rest)"#,
                #"delete named [9,5] - {"n":9\#(rest)"#,
            ])
    }

    @Test func `who may write a table needs no right on the log, and gets none`() throws {
        let captured = try CapturedDatabase()
        let role = "writer_of_\(captured.database.name)"
        try captured.client.query(
            "CREATE ROLE \(role); GRANT ALL ON items TO \(role); GRANT CREATE ON SCHEMA public TO \(role)"
        )
        let writer = try captured.another()
        try writer.query("SET ROLE \(role)")
        // A writer's own tables and functions are not taken for the system's.
        try writer.query(
            "CREATE TABLE pg_temp.log (a int); CREATE FUNCTION public.row_to_json(anyelement) RETURNS json "
                + "LANGUAGE sql AS 'SELECT NULL::json'; SET search_path = public, pg_catalog")
        try writer.query("INSERT INTO items VALUES (1, 'a')")
        let refused = [
            "SELECT * FROM _apus.log", "DELETE FROM _apus.log", "SELECT * FROM _apus.tick()",
            "INSERT INTO _apus.log (model, op) VALUES ('items', 'I')",
        ]
        for sql in refused {
            let error = try #require(throws: ServerError.self) { try writer.query(sql) }
            #expect(error.sqlState == SQLState("42501"))
        }
        #expect(try captured.lines() == ["insert items [1] {\"id\":1,\"name\":\"a\"} -"])
        try captured.client.query("DROP OWNED BY \(role); DROP ROLE \(role)")
    }

    @Test func `rows of partitions are captured, moves and new partitions too`() throws {
        let model = CapturedModel(
            name: "spread", columns: [.init("region", .integer), .init("id", .integer)],
            key: [0, 1],
            retain: .seconds(60))
        let captured = try CapturedDatabase(
            """
            CREATE TABLE spread (region bigint, id bigint, PRIMARY KEY (region, id)) PARTITION BY LIST (region);
            CREATE TABLE spread_1 PARTITION OF spread FOR VALUES IN (1);
            CREATE TABLE spread_2 PARTITION OF spread FOR VALUES IN (2);
            """, capture: [model])
        let writer = try captured.another()
        try writer.query("INSERT INTO spread VALUES (1, 10); INSERT INTO spread_2 VALUES (2, 20)")
        try writer.query("UPDATE spread SET region = 2 WHERE id = 10")
        try writer.query(
            "UPDATE spread_2 SET id = 21 WHERE id = 20; DELETE FROM spread_2 WHERE id = 10")
        try writer.query("CREATE TABLE spread_3 PARTITION OF spread FOR VALUES IN (3)")
        try writer.query(
            "SET session_replication_role = replica; INSERT INTO spread_3 VALUES (3, 30);"
                + "INSERT INTO spread VALUES (3, 31); TRUNCATE spread_2")
        let lines = try captured.lines()
        #expect(
            lines == [
                "insert spread [1,10] {\"region\":1,\"id\":10} -",
                "insert spread [2,20] {\"region\":2,\"id\":20} -",
                "delete spread [1,10] - {\"region\":1,\"id\":10}",
                "insert spread [2,10] {\"region\":2,\"id\":10} -",
                "update spread [2,21] {\"region\":2,\"id\":21} {\"region\":2,\"id\":20}",
                "delete spread [2,10] - {\"region\":2,\"id\":10}",
                "insert spread [3,30] {\"region\":3,\"id\":30} -",
                "insert spread [3,31] {\"region\":3,\"id\":31} -", "truncate spread  - -",
            ])
        // The new partition's own trigger for TRUNCATE, what is noted of it and of the others, and
        // that it may have come with rows.
        #expect(try captured.client.setUp([model]) == 4)
        #expect(try captured.client.setUp([model]) == 0)
    }

    /// Each row is captured before anybody's trigger for it fires, on whichever table.
    @Test func `what other triggers change comes behind what they fire for`() throws {
        let captured = try CapturedDatabase(
            """
            CREATE FUNCTION again() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
              UPDATE items SET name = 'again' WHERE id = NEW.id; RETURN NULL; END $$;
            CREATE TRIGGER again AFTER INSERT ON items FOR EACH ROW EXECUTE FUNCTION again();
            """)
        try captured.client.query("INSERT INTO items VALUES (1, 'a')")
        #expect(
            try captured.lines() == [
                "insert items [1] {\"id\":1,\"name\":\"a\"} -",
                "update items [1] {\"id\":1,\"name\":\"again\"} {\"id\":1,\"name\":\"a\"}",
            ])
    }

    @Test func `what a trigger of another table changes comes behind the row it was made for`()
        throws
    {
        let captured = try CapturedDatabase(
            """
            CREATE FUNCTION counted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
              UPDATE items SET name = name || '+part' WHERE id = NEW.item; RETURN NULL; END $$;
            CREATE TRIGGER counted AFTER INSERT ON parts FOR EACH ROW EXECUTE FUNCTION counted();
            """)
        try captured.client.query(
            """
            WITH made AS (INSERT INTO items VALUES (1, 'a') RETURNING id)
            INSERT INTO parts SELECT 7, id FROM made
            """)
        #expect(
            try captured.lines() == [
                "insert items [1] {\"id\":1,\"name\":\"a\"} -",
                "insert parts [7] {\"id\":7,\"item\":1} -",
                "update items [1] {\"id\":1,\"name\":\"a+part\"} {\"id\":1,\"name\":\"a\"}",
            ])
    }
}
