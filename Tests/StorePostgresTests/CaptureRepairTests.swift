import Diagnostics
import Foundation
import PostgresTestSupport
import PostgresWire
import Store
import TestSupport
import Testing
import Values

@testable import StorePostgres

/// What an administrator takes away while nodes follow the changes.
@Suite(.blocking, .needsPostgres) struct CaptureRepairTests {
    static let models = [CapturedDatabase.items, CapturedDatabase.parts]

    private func node(_ captured: CapturedDatabase) throws -> FeedNode {
        let node = try FeedNode(captured.database.url, capturing: Self.models)
        try captured.client.query("INSERT INTO items VALUES (1, 'a')")
        node.changes.wait(for: 1)
        return node
    }

    private func expectWarning(of name: String, _ node: FeedNode) {
        node.events.wait("a warning that names \(name)") { events in
            events.contains { $0.level == .warning && $0.description.contains("\(name)'") }
        }
    }

    static let silencings = [
        "DROP TRIGGER \"0_apus_insert\" ON items",
        "ALTER TABLE items DISABLE TRIGGER \"0_apus_insert\"",
        "ALTER TABLE items DISABLE TRIGGER ALL",
        "ALTER TABLE items DISABLE TRIGGER ALL; ALTER TABLE items ENABLE TRIGGER ALL",
        """
        DO $$ DECLARE f regproc; BEGIN SELECT tgfoid INTO f FROM pg_trigger
          WHERE tgrelid = 'items'::regclass AND tgname = '0_apus_insert';
          EXECUTE format('DROP FUNCTION %s() CASCADE', f); END $$
        """,
        "ALTER TABLE items ENABLE REPLICA TRIGGER \"0_apus_insert\"",
        """
        ALTER TABLE items DISABLE TRIGGER "0_apus_insert";
        ALTER TABLE items ENABLE ALWAYS TRIGGER "0_apus_insert"
        """,
        """
        DO $$ DECLARE t text; f text; BEGIN
          SELECT pg_get_triggerdef(oid), tgfoid::regproc INTO t, f FROM pg_trigger
          WHERE tgrelid = 'items'::regclass AND tgname = '0_apus_insert';
          EXECUTE 'DROP TRIGGER "0_apus_insert" ON items';
          EXECUTE 'CREATE TRIGGER "0_apus_insert" AFTER INSERT ON items FOR EACH ROW '
            'WHEN (false) EXECUTE FUNCTION ' || f || '()';
          EXECUTE 'ALTER TABLE items ENABLE ALWAYS TRIGGER "0_apus_insert"'; END $$
        """,
        """
        DO $$ DECLARE f text; BEGIN
          SELECT tgfoid::regproc INTO f FROM pg_trigger
          WHERE tgrelid = 'items'::regclass AND tgname = '0_apus_insert';
          EXECUTE format('CREATE OR REPLACE FUNCTION %s() RETURNS trigger LANGUAGE plpgsql AS %L',
            f, 'BEGIN RETURN NULL; END'); END $$
        """,
        """
        DROP TABLE items CASCADE; CREATE TABLE items (id bigint PRIMARY KEY, name text)
        """,
    ]

    @Test(arguments: silencings)
    func `triggers that go are put back, and their table is fetched anew`(
        loss: String
    ) async throws {
        let captured = try CapturedDatabase()
        let nodes = [
            try node(captured), try FeedNode(captured.database.url, capturing: Self.models),
        ]
        try captured.client.query("\(loss); INSERT INTO items VALUES (5, 'nobody saw it')")
        for node in nodes {
            node.changes.wait("a reset of items") { changes in
                changes.contains { $0.table == "items" && $0.reset != nil }
            }
            #expect(!node.changes.all.contains { $0.table == "parts" && $0.reset != nil })
        }
        #expect(await eventually { nodes.contains { !$0.events.all.isEmpty } })
        try captured.client.query("INSERT INTO items VALUES (6, 'b')")
        for node in nodes {
            node.changes.wait("the row behind it") { changes in
                changes.last?.line == #"insert items 6 {"id":6,"name":"b"} -"#
            }
        }
        #expect(try captured.client.setUp(Self.models) == 0)
    }

    @Test func `what goes is told by its name`() throws {
        let captured = try CapturedDatabase()
        let node = try node(captured)
        try captured.client.query("ALTER TABLE parts DISABLE TRIGGER \"0_apus_update\"")
        expectWarning(of: "parts", node)
        try captured.client.query("DROP TABLE _apus.log")
        expectWarning(of: "log", node)
        try captured.client.query("DROP TABLE parts")
        expectWarning(of: "parts", node)
        // The others are looked after all the same.
        try captured.client.query("DROP TRIGGER \"0_apus_insert\" ON items")
        expectWarning(of: "items", node)
    }

    static let tables = ["log", "commits", "cut", "epochs", "trimmed"]

    @Test(arguments: tables)
    func `a log that loses a table begins a new history`(table: String) throws {
        let captured = try CapturedDatabase()
        let node = try node(captured)
        let first = node.door.epoch
        try captured.client.query("DROP TABLE _apus.\(table)")
        node.changes.wait("resets") { $0.suffix(2).map(\.line) == ["reset items epoch", "reset parts epoch"] }
        #expect(node.door.epoch != first)
        try captured.client.query("INSERT INTO items VALUES (6, 'b')")
        node.changes.wait("the row behind it") { changes in
            changes.last?.line == #"insert items 6 {"id":6,"name":"b"} -"#
        }
        #expect(try captured.client.setUp(Self.models) == 0)
    }

    static let others = [
        "DROP TABLE _apus.meta", "DROP FUNCTION _apus.tick", "DROP FUNCTION _apus.origin",
        "DROP FUNCTION _apus.timeline", "DROP FUNCTION _apus.trim",
    ]

    @Test(arguments: others)
    func `what holds no changes is made again, and nobody is told to fetch`(
        loss: String
    ) async throws {
        let captured = try CapturedDatabase()
        let node = try node(captured)
        try captured.client.query(loss)
        node.events.wait("a warning") { $0.contains { $0.level == .warning } }
        #expect(try await eventually { try captured.client.missing(of: Self.models).isEmpty })
        try captured.client.query("INSERT INTO items VALUES (6, 'b')")
        #expect(node.lines(2).last == #"insert items 6 {"id":6,"name":"b"} -"#)
    }

    @Test func `a schema that is dropped with all that is in it is made again`() throws {
        let captured = try CapturedDatabase()
        let node = try node(captured)
        try captured.client.query("DROP SCHEMA _apus CASCADE")
        node.changes.wait("resets") { $0.count { $0.reset != nil } == 2 }
        try captured.client.query("INSERT INTO items VALUES (6, 'b')")
        node.changes.wait("the row behind it") { changes in
            changes.last?.line == #"insert items 6 {"id":6,"name":"b"} -"#
        }
    }

    @Test(arguments: ["DROP SCHEMA _apus CASCADE", "DROP FUNCTION _apus.upper CASCADE"])
    func `the functions that requests call are put back with the rest`(loss: String) async throws {
        let captured = try CapturedDatabase()
        for function in DatabaseFunction.all {
            try captured.client.query("\(function.statement()); \(function.comment)")
        }
        let node = try node(captured)
        try captured.client.query(loss)
        let names = DatabaseFunction.all.map(\.name)
        let there = """
            SELECT count(DISTINCT proname) FROM pg_proc WHERE pronamespace = '_apus'::regnamespace
              AND proname IN (\(names.map(PostgresDialect.literal).joined(separator: ", ")))
            """
        #expect(
            await eventually { (try? captured.client.value(there)) == "\(names.count)" })
        expectWarning(of: "_apus.upper", node)
    }

    @Test func `while somebody migrates, who makes them too, all else is put back`() async throws {
        let captured = try CapturedDatabase()
        let node = try node(captured)
        let lock = LogSpace().arguments(.migration)
        let migrating = try captured.another()
        try migrating.query("SELECT pg_catalog.pg_advisory_lock(\(lock))")
        try captured.client.query(
            "DROP FUNCTION _apus.refuse CASCADE; DROP TRIGGER \"0_apus_insert\" ON items")
        expectWarning(of: "items", node)
        let there = "SELECT count(*) FROM pg_proc WHERE proname = 'refuse'"
        #expect(try captured.client.value(there) == "0")
        try migrating.query("SELECT pg_catalog.pg_advisory_unlock(\(lock))")
        expectWarning(of: "_apus.refuse", node)
        #expect(try captured.client.value(there) == "1")
    }

    /// While it is told of what was put back, the feed may look for itself.
    @Test func `a table that is captured no longer is not captured again by those who repair`()
        async throws
    {
        let captured = try CapturedDatabase()
        let client = captured.client
        let url = captured.database.url
        let ofParts = "SELECT count(*) FROM pg_trigger WHERE tgrelid = 'parts'::regclass"
            + " AND NOT tgisinternal"
        let told = Counter()
        let configuration = PostgresConfiguration(
            ClusterConfiguration(try ConnectionTarget(url, systemUser: "apus")))
        let database = try PostgresDatabase.open(configuration) { event in
            guard case .feed(.repaired(.triggers(of: "items"))) = event, told.next() == 1,
                let watcher = try? LogClient(url)
            else { return }
            for _ in 0..<800 where (try? watcher.value(ofParts)) == "0" {
                Thread.sleep(forTimeInterval: 0.01)
            }
        }
        defer { database.close(within: .seconds(1)) }
        let tables = ["items", "parts"].map { name in
            CapturedTable(
                name: name, columns: [("id", .integer)], key: [0], retain: .seconds(60))
        }
        try database.setCaptured(tables)
        database.onCommit({ _ in }, afterReplies: {}, listenedTo: { ["items", "parts"] })
        try client.query("DROP TRIGGER \"0_apus_insert\" ON items")
        try database.setCaptured([tables[0]])
        #expect(told.count > 0)
        #expect(try client.value(ofParts) == "0")
    }

    @Test func `a repair ends when other tables are followed`() async throws {
        let captured = try CapturedDatabase()
        let node = try node(captured)
        let lock = LogSpace().arguments(.setup)
        try captured.client.query("SELECT pg_catalog.pg_advisory_lock(\(lock))")
        try captured.client.query(
            "DROP TRIGGER \"0_apus_insert\" ON items; DROP TRIGGER \"0_apus_insert\" ON parts")
        #expect(await eventually { node.isRepairing })
        node.follow([CapturedDatabase.items])
        try captured.client.query("SELECT pg_catalog.pg_advisory_unlock(\(lock))")
        node.changes.wait("a reset of items") { changes in
            changes.contains { $0.table == "items" && $0.reset != nil }
        }
        #expect(await eventually { !node.isRepairing })
        let missing = try captured.client.missing(of: Self.models)
        #expect(missing.contains { $0.contains("0_apus_insert") && $0.contains("parts") })
        #expect(try captured.client.missing(of: [CapturedDatabase.items]).isEmpty)
    }

    /// Such a look neither ends the connection nor is made again at once.
    @Test func `a look that the server refuses is told of, and disturbs nothing`() async throws {
        let database = try PostgresServer.shared.makeDatabase()
        let administrator = try LogClient(database.url)
        let role = "looker_of_\(database.name)"
        try administrator.query(
            "CREATE ROLE \(role) LOGIN; GRANT ALL ON SCHEMA public TO \(role)")
        try administrator.query("GRANT CREATE ON DATABASE \(database.name) TO \(role)")
        let url = database.url.replacing("//apus@", with: "//\(role)@")
        let client = try LogClient(url)
        try client.query("CREATE TABLE items (id bigint PRIMARY KEY, name text)")
        do {
            let node = try FeedNode(url, capturing: [CapturedDatabase.items])
            try client.query("INSERT INTO items VALUES (1, 'a')")
            node.changes.wait(for: 1)
            #expect(await eventually { node.user.open(.write) == 1 })
            let backend = node.backend
            try administrator.query("REVOKE SELECT ON pg_catalog.pg_description FROM PUBLIC")
            node.events.wait("a failure") { !$0.isEmpty }
            for number in 2...5 {
                try client.query("INSERT INTO items VALUES (\(number), 'a')")
                node.changes.wait(for: number)
            }
            #expect(node.backend == backend && node.user.counts.losses == 0)
            try administrator.query("GRANT SELECT ON pg_catalog.pg_description TO PUBLIC")
            node.events.wait("the end of it") { $0.count == 2 }
            if case .recovered? = node.events.all.last {} else {
                Issue.record("\(node.events.all)")
            }
        }
        try administrator.query("DROP OWNED BY \(role); DROP ROLE \(role)")
    }

    /// Another version of the program, or one that has not reloaded yet, has other functions and
    /// captures other tables: what they have made stays.
    @Test func `what others have made is left alone`() async throws {
        let captured = try CapturedDatabase()
        let node = try node(captured)
        let other = CapturedModel(
            name: "items", columns: [.init("name", .text), .init("id", .integer)], key: [1],
            retain: .seconds(60))
        try captured.client.query("CREATE TABLE more (id bigint PRIMARY KEY, item bigint)")
        let more = CapturedModel(
            name: "more", columns: CapturedDatabase.parts.columns, key: [0], retain: .seconds(60))
        try captured.client.setUp([other, CapturedDatabase.parts, more])
        try captured.client.query("DROP TRIGGER \"0_apus_delete\" ON parts")
        node.changes.wait("a reset of parts") { changes in
            changes.contains { $0.table == "parts" && $0.reset != nil }
        }
        #expect(try captured.client.setUp([other, CapturedDatabase.parts, more]) == 0)
    }

    /// What others lost while no node ran is told to whoever comes back with a cursor.
    @Test func `a start that finds triggers off says so in the log`() throws {
        let captured = try CapturedDatabase()
        try captured.client.query(
            "INSERT INTO items VALUES (1, 'a'); ALTER TABLE items DISABLE TRIGGER ALL;"
                + "INSERT INTO items VALUES (2, 'nobody saw it')")
        try captured.client.setUp(Self.models)
        #expect(try captured.lines().map { $0.prefix(12) } == ["insert items", "gap items  -"])
        try captured.client.query("CREATE TABLE more (id bigint PRIMARY KEY, item bigint)")
        let more = CapturedModel(
            name: "more", columns: CapturedDatabase.parts.columns, key: [0], retain: .seconds(60))
        // A table that was not captured before has no gap.
        try captured.client.setUp(Self.models + [more])
        #expect(try captured.lines().count == 2)
    }

    @Test(arguments: tables + ["meta"])
    func `a start makes a table of the log again that was dropped`(table: String) throws {
        let captured = try CapturedDatabase()
        try captured.client.query(
            "INSERT INTO items VALUES (1, 'a'); DROP TABLE _apus.\(table)")
        #expect(try captured.client.setUp(Self.models) > 0)
        #expect(try captured.client.setUp(Self.models) == 0)
        try captured.client.query("INSERT INTO items VALUES (2, 'b')")
        #expect(try captured.lines().last == #"insert items [2] {"id":2,"name":"b"} -"#)
    }
}
