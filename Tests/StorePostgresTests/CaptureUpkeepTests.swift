import PostgresTestSupport
import StorePostgres
import TestSupport
import Testing
import Values

/// What is installed is compared with what should be, and brought in line.
@Suite(.blocking, .needsPostgres) struct CaptureUpkeepTests {
    static let models = [CapturedDatabase.items, CapturedDatabase.parts]

    static let damages = [
        "DROP TRIGGER \"0_apus_insert\" ON items",
        "ALTER TABLE items DISABLE TRIGGER \"0_apus_update\"",
        "ALTER TABLE items ENABLE TRIGGER \"0_apus_delete\"",
        "ALTER TABLE items DISABLE TRIGGER ALL",
        """
        DO $$ DECLARE f regproc; BEGIN SELECT tgfoid INTO f FROM pg_trigger
          WHERE tgrelid = 'items'::regclass AND tgname = '0_apus_insert';
          EXECUTE format('ALTER FUNCTION %s() RESET ALL', f); END $$
        """,
        """
        DO $$ DECLARE f regproc; BEGIN SELECT tgfoid INTO f FROM pg_trigger
          WHERE tgrelid = 'items'::regclass AND tgname = '0_apus_insert';
          EXECUTE format('DROP FUNCTION %s() CASCADE', f); END $$
        """,
        "CREATE OR REPLACE FUNCTION _apus.timeline() RETURNS text LANGUAGE sql AS 'SELECT ''x'''",
    ]

    @Test(arguments: damages)
    func `what is damaged is mended`(damage: String) throws {
        let captured = try CapturedDatabase()
        #expect(try captured.client.setUp(Self.models) == 0)
        try captured.client.query(damage)
        #expect(try captured.client.setUp(Self.models) > 0)
        #expect(try captured.client.setUp(Self.models) == 0)
        try captured.client.query(
            "INSERT INTO items VALUES (1, 'a'); UPDATE items SET name = 'b'; DELETE FROM items")
        #expect(try captured.lines().filter { !$0.hasPrefix("gap") }.count == 3)
        #expect(try captured.client.history().epoch != nil)
    }

    /// Earlier versions captured the inserts of most tables statement by statement.
    @Test func `what an earlier version has made is brought forward, and nobody told to fetch`()
        throws
    {
        let captured = try CapturedDatabase()
        try captured.client.query(
            """
            DO $$ DECLARE f text; BEGIN
              SELECT tgfoid::regproc || '_statement' INTO f FROM pg_trigger
              WHERE tgrelid = 'items'::regclass AND tgname = '0_apus_insert';
              EXECUTE format('CREATE FUNCTION %s() RETURNS trigger LANGUAGE plpgsql AS %L', f,
                'BEGIN INSERT INTO _apus.log (model, op, new)
                  SELECT ''items'', ''I'', row_to_json(c.*) FROM changed AS c; RETURN NULL; END');
              EXECUTE 'CREATE OR REPLACE TRIGGER "0_apus_insert" AFTER INSERT ON items '
                'REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION ' || f || '()';
              EXECUTE 'ALTER TABLE items ENABLE ALWAYS TRIGGER "0_apus_insert"';
              EXECUTE (SELECT format('COMMENT ON TRIGGER %I ON items IS %L', tgname, xmin)
                FROM pg_trigger WHERE tgrelid = 'items'::regclass AND tgname = '0_apus_insert');
            END $$
            """)
        #expect(try captured.client.missing(of: Self.models).isEmpty)
        #expect(try captured.client.setUp(Self.models) > 0)
        #expect(try captured.client.setUp(Self.models) == 0)
        let left =
            "SELECT (SELECT count(*) FROM pg_trigger WHERE tgname = '0_apus_insert'"
            + " AND tgtype & 1 = 0) + (SELECT count(*) FROM pg_proc WHERE proname ~ '^capture_.*_statement$')"
        #expect(try captured.client.value(left) == "0")
        try captured.client.query("INSERT INTO items VALUES (1, 'a')")
        #expect(try captured.lines() == ["insert items [1] {\"id\":1,\"name\":\"a\"} -"])
    }

    @Test func `columns come, go and change their names with their table`() throws {
        let captured = try CapturedDatabase()
        let changed = CapturedModel(
            name: "items",
            columns: [.init("stars", .integer), .init("id", .integer), .init("title", .text)],
            key: [1], retain: .seconds(60))
        try captured.client.query("INSERT INTO items VALUES (1, 'a')")
        try captured.client.query(
            "ALTER TABLE items RENAME name TO title; "
                + "ALTER TABLE items ADD stars bigint DEFAULT 5")
        try captured.client.setUp([changed, CapturedDatabase.parts])
        try captured.client.query(
            "UPDATE items SET title = 'b'; ALTER TABLE items DROP COLUMN title")
        #expect(
            try captured.lines() == [
                "insert items [1] {\"id\":1,\"name\":\"a\"} -",
                #"update items [1] {"id":1,"title":"b","stars":5} {"id":1,"title":"a","stars":5}"#,
            ])
        // A column that goes by a foreign hand makes no write fail; a start does.
        try captured.client.query("UPDATE items SET stars = 6")
        #expect(throws: CaptureSetupFault.missingColumn("title", table: "items")) {
            try captured.client.setUp([changed, CapturedDatabase.parts])
        }
        let last = CapturedModel(
            name: "items", columns: [.init("id", .integer)], key: [0], retain: .seconds(60))
        try captured.client.setUp([last, CapturedDatabase.parts])
        try captured.client.query("DELETE FROM items")
        #expect(try captured.lines().last == #"delete items [1] - {"id":1,"stars":6}"#)
    }

    @Test func `what is captured no longer leaves nothing behind but its changes`() throws {
        let captured = try CapturedDatabase()
        try captured.client.query(
            "INSERT INTO items VALUES (1, 'a'); INSERT INTO parts VALUES (1, 1)")
        try captured.client.setUp([CapturedDatabase.parts])
        let left =
            "SELECT count(*) FROM pg_trigger WHERE tgname ~ '^0_apus' AND tgrelid = '%'::regclass"
        #expect(try captured.client.value(left.replacing("%", with: "items")) == "0")
        #expect(try captured.client.value(left.replacing("%", with: "parts")) == "4")
        try captured.client.query("UPDATE items SET name = 'b'; UPDATE parts SET id = 2")
        #expect(try captured.lines().count == 3)
        try captured.client.setUp([])
        #expect(try captured.client.value(left.replacing("%", with: "parts")) == "0")
        #expect(
            try captured.client.value(
                "SELECT count(*) FROM pg_proc WHERE proname ~ '^capture_'") == "0")
    }

    @Test func `a table that takes another name is captured under it`() throws {
        let captured = try CapturedDatabase()
        try captured.client.query("ALTER TABLE parts RENAME TO pieces")
        let pieces = CapturedModel(
            name: "pieces", columns: CapturedDatabase.parts.columns, key: [0], retain: .seconds(60))
        try captured.client.setUp([CapturedDatabase.items, pieces])
        #expect(try captured.client.setUp([CapturedDatabase.items, pieces]) == 0)
        try captured.client.query("INSERT INTO pieces VALUES (1, NULL)")
        #expect(try captured.lines() == ["insert pieces [1] {\"id\":1,\"item\":null} -"])
        #expect(throws: CaptureSetupFault.missingTables(["parts"])) {
            try captured.client.setUp([CapturedDatabase.parts])
        }
    }

    @Test func `names of any kind and a schema of one's own do`() throws {
        let odd = CapturedModel(
            schema: "it's \"odd\"", name: String(repeating: "é", count: 31),
            columns: [
                .init("new", .integer), .init("c", .text), .init("tg_op", .text),
                .init("a\"b'c\\d", .text),
            ],
            key: [0], retain: .seconds(60))
        let table = "\"it's \"\"odd\"\"\".\"\(odd.name)\""
        let captured = try CapturedDatabase(
            "CREATE SCHEMA \"it's \"\"odd\"\"\";"
                + "CREATE TABLE \(table) (new int, c text, tg_op text, \"a\"\"b'c\\d\" text);",
            capture: [])
        let space = LogSpace(schema: "other \"log\"")
        try captured.client.setUp([odd], space: space)
        #expect(try captured.client.setUp([odd], space: space) == 0)
        try captured.client.query(
            "INSERT INTO \(table) VALUES (1, 'c', 't', 'x'); UPDATE \(table) SET new = 2")
        let row = "{\"new\":1,\"c\":\"c\",\"tg_op\":\"t\",\"a\\\"b'c\\\\d\":\"x\"}"
        #expect(
            try captured.client.query("SELECT new, old FROM \"other \"\"log\"\"\".log ORDER BY ord")
                == [
                    [row, nil], [row.replacing("1", with: "2"), row],
                ])
        #expect(
            try captured.client.query("SELECT n, last_seq FROM \"other \"\"log\"\"\".tick()") == [
                ["1", "2"]
            ])
    }

    @Test func `nodes that start at once make one log`() async throws {
        let database = try PostgresServer.shared.makeDatabase()
        try LogClient(database.url).query(
            "CREATE TABLE items (id bigint PRIMARY KEY, name text); CREATE TABLE parts (id bigint, item bigint)"
        )
        let counts = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<6 { group.addTask { try LogClient(database.url).setUp(Self.models) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(counts.filter { $0 > 0 }.count >= 1)
        let client = try LogClient(database.url)
        #expect(try client.setUp(Self.models) == 0)
        #expect(try client.query("SELECT count(*) FROM _apus.epochs") == [["1"]])
    }
}
