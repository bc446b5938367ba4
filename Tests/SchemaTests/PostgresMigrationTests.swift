import Bytes
import Diagnostics
import Foundation
import PostgresTestSupport
import Store
import StorePostgres
import StorePostgresTestSupport
import TestSupport
import Testing
import Values

@testable import Schema

/// Migration files on PostgreSQL.
@Suite(.needsPostgres, .blocking) struct PostgresMigrationTests: OnPostgres {
    let place: PostgresPlace

    init() throws { place = try PostgresPlace() }

    @discardableResult
    private func apply(_ set: MigrationSet) throws -> [MigrationFile] {
        try migrator(set).apply(at: MigrationTests.now)
    }

    private func states(_ set: MigrationSet) throws -> [MigrationStatus.State] {
        try migrator(set).status().entries.map(\.state)
    }

    static let applied = MigrationStatus.State.applied(at: MigrationTests.now.postgres)

    @Test func `files are applied in order, remembered, and not applied again`() throws {
        let set = MigrationTests.files(
            "CREATE TABLE a (x int);",
            "INSERT INTO a VALUES (1); INSERT INTO a VALUES (2)")
        #expect(try migrator(set).status().pending == set.files)
        #expect(try apply(set) == set.files)
        #expect(try apply(set) == [])
        #expect(try states(set) == [Self.applied, Self.applied])
        #expect(try client.value("SELECT count(*) FROM a") == "2")
    }

    @Test func `a failing file leaves no trace and is told with its line`() throws {
        let set = MigrationTests.files(
            "CREATE TABLE a (x int);\nINSERT INTO a VALUES (1);",
            "-- more\nCREATE TABLE b (y text);\nCREATE UNIQUE INDEX a_x\n  ON a (x);")
        try apply(MigrationSet([set.files[0]]))
        try client.execute("INSERT INTO a VALUES (1)")
        let problem = #expect(throws: Problem.self) { try apply(set) }
        #expect(
            problem?.message
                == "Migrations/20261121T100001_step1.sql:3:1: two rows of \"a\" have the same x: "
                + "1 is in 2 of them")
        #expect(try states(set) == [Self.applied, .pending])
        #expect(try migrator(set).structure().tables.keys.sorted() == ["a"])
    }

    /// Files that fail, and how that is told.
    static let failing: [(sql: String, message: String)] = [
        ("SELECT 1;\n\nSELECT\n  nothing;", ":4:1: column \"nothing\" does not exist"),
        ("SELECT 1; SELEC 2;", ":1:11: syntax error at or near \"SELEC\""),
        (
            "CREATE TABLE a (x int PRIMARY KEY);\nCREATE TABLE b (y int REFERENCES a);\nDROP TABLE a;",
            ":3:1: cannot drop table a because other objects depend on it: constraint b_y_fkey on "
                + "table b depends on table a"
        ),
        ("DROP TABLE notes;", ":1:1: table \"notes\" does not exist"),
        (
            "CREATE TABLE a (x int);\nCREATE TABLE a (x int);",
            ":2:1: relation \"a\" already exists"
        ),
        (
            "CREATE TABLE a (x int PRIMARY KEY);\nCREATE TABLE b (y int REFERENCES a);\n"
                + "INSERT INTO b VALUES (7);",
            ":3:1: a row refers to one that is not there"
        ),
        (
            "CREATE TABLE a (x int PRIMARY KEY);\n"
                + "CREATE TABLE b (y int REFERENCES a DEFERRABLE INITIALLY DEFERRED);\n"
                + "INSERT INTO b VALUES (7);",
            ": rows of \"b\" refer to rows of \"a\" that are not there"
        ),
        (
            "CREATE TABLE a (x int CONSTRAINT small CHECK (x < 3)); INSERT INTO a VALUES (3);",
            ":1:56: a row does not keep the check \"small\""
        ),
        (
            "SELECT 1;\nUPDATE public.notes SET y = 'z';",
            ":2:1: a migration file changes public.notes: name tables without their schema, since files "
                + "are tried in an empty one first"
        ),
    ]

    @Test(arguments: failing)
    func `files that build no database from nothing touch none`(
        _ sql: String, _ message: String
    ) throws {
        try client.execute("CREATE TABLE notes (y text); INSERT INTO notes VALUES ('kept')")
        let set = MigrationTests.files("SELECT 1;", sql)
        let problem = #expect(throws: Problem.self) { try apply(set) }
        let told = "Migrations/20261121T100001_step1.sql\(message)"
        #expect(problem?.message == told)
        #expect(try states(set) == [.pending, .pending])
        #expect(try migrator(set).structure().tables.keys.sorted() == ["notes"])
        #expect(try client.value("SELECT y FROM notes") == "kept")
        let schemas = try client.query(
            "SELECT nspname FROM pg_namespace WHERE nspname LIKE '\\_apus\\_%'")
        #expect(schemas == [])
    }

    @Test func `keys that are checked at the end are so in every file`() throws {
        let set = MigrationTests.files(
            """
            CREATE TABLE a (x int PRIMARY KEY);
            CREATE TABLE b (y int REFERENCES a DEFERRABLE INITIALLY DEFERRED);
            """,
            "INSERT INTO b VALUES (7); INSERT INTO a VALUES (7);",
            "INSERT INTO b VALUES (8); INSERT INTO a VALUES (8);")
        #expect(try apply(set).count == 3)
        #expect(try client.value("SELECT count(*) FROM b") == "2")
    }

    @Test func `a new file makes what is declared, once, and says what it costs`() throws {
        let catalogue = try catalogue([MigrationTests.rooms])
        let declared = try DeclaredTables(catalogue, on: migrations, render: asWritten)
        let difference = Difference.between(DatabaseStructure(), from: .migrations, declared)
        let file = MigrationFile(
            overcoming: difference, in: PostgresDialect().fileForm, name: "Next Step", after: nil,
            now: MigrationTests.now)
        #expect(
            String(utf8: file.text) == """
                -- apus: postgresql
                -- next_step: written by `apus migrate new`.
                -- Review it, commit it, and do not change it once it has been applied.
                -- apus: statements \(try MigrationTests.sum(of: file))

                -- table rooms (instant)
                CREATE TABLE "rooms" (
                  "id" uuid NOT NULL,
                  "name" text COLLATE "C" NOT NULL,
                  CONSTRAINT "rooms_pkey" PRIMARY KEY ("id")
                );

                """)
        let set = MigrationSet([file])
        #expect(try Difference.between(DryRun(set, on: migrations).built, declared).isEmpty)
        // What dev has added is taken over.
        try migrator(MigrationSet([])).apply(difference)
        #expect(try apply(set).count == 1)
        #expect(try migrator(set).status().pending.isEmpty)
    }

    static let costs: [(sql: String, cost: String)] = [
        ("CREATE TABLE a (x int CHECK (x > 1))", "instant"),
        ("ALTER TABLE a ADD COLUMN b boolean NOT NULL DEFAULT false", "instant"),
        ("ALTER TABLE a ADD COLUMN b date CONSTRAINT c CHECK (b > '0001-01-01')", "scan"),
        ("ALTER TABLE a ADD COLUMN b uuid CONSTRAINT c REFERENCES d (id)", "scan"),
        ("ALTER TABLE a ADD COLUMN b bigint GENERATED BY DEFAULT AS IDENTITY", "rewrite"),
        ("CREATE UNIQUE INDEX i ON a (b)", "scan"), ("CREATE INDEX i ON a (b)", "scan"),
    ]

    @Test(arguments: costs)
    func `the class of a change is told`(_ sql: String, _ cost: String) {
        #expect(PostgresDialect().cost(of: sql)?.split(separator: ":").first.map(String.init) == cost)
    }

    @Test func `nodes that start at once on an empty database apply each file once`()
        async throws
    {
        let set = MigrationTests.files(
            "CREATE TABLE a (x int);", "INSERT INTO a VALUES (1);",
            "-- apus: no transaction\nCREATE INDEX CONCURRENTLY i ON a (x);",
            "INSERT INTO a VALUES (2);")
        let nodes = try [pooled] + (1...2).map { _ in try PooledDatabase(pooled.database) }
        let count = try await withThrowingTaskGroup(of: Int.self) { group in
            for node in nodes {
                group.addTask {
                    try await onThread {
                        try Migrator(node.migrations, set).apply(at: MigrationTests.now).count
                    }
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(count == 4)
        #expect(try client.value("SELECT count(*) FROM a") == "2")
        #expect(try states(set) == [Self.applied, Self.applied, Self.applied, Self.applied])
    }

    @Test func `what is applied is told without making anything`() throws {
        #expect(try migrations.standing().records == [])
        let ours = "SELECT count(*) FROM pg_class WHERE relname LIKE '\\_apus%'"
        #expect(try client.value(ours) == "0")
        #expect(try client.value("SELECT to_regnamespace('_apus')") == nil)
        let set = MigrationTests.files("CREATE TABLE a (x int);")
        try apply(set)
        #expect(try migrations.standing().records.map(\.version) == set.files.map(\.version))
    }

    @Test func `who waits for others too long is told`() throws {
        let busy = PostgresMigrations(pooled.access, patience: .milliseconds(300))
        // The first start of all makes our functions.
        try apply(MigrationSet([]))
        let started = Record<Bool>()
        let free = Record<Bool>()
        let node = migrations
        let thread = Thread {
            _ = try? node.migrate { _ throws(Problem) in
                started.append(true)
                free.wait(for: 1)
            }
        }
        thread.start()
        started.wait(for: 1)
        let problem = #expect(throws: Problem.self) {
            try busy.migrate { _ throws(Problem) in }
        }
        // Who only looks does not wait.
        #expect(throws: Never.self) { try Migrator(busy, MigrationSet([])).survey() }
        free.append(true)
        #expect(problem?.message.hasPrefix("another node has been migrating") == true)
        #expect(try migrator(MigrationSet([])).status().entries == [])
    }

    @Test func `an index is built beside writers, and again where that has failed`() throws {
        let set = MigrationTests.files(
            "CREATE TABLE a (x int);",
            "-- apus: no transaction\nCREATE UNIQUE INDEX CONCURRENTLY a_x\n  ON a (x);",
            "INSERT INTO a VALUES (3);")
        try apply(MigrationSet([set.files[0]]))
        // Somebody else's index is none of the file's.
        try client.execute(
            """
            INSERT INTO a VALUES (1), (1); CREATE INDEX other ON a (x);
            SET allow_system_table_mods = on;
            UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'other'::regclass
            """)
        let problem = #expect(throws: Problem.self) { try apply(set) }
        #expect(
            problem?.message
                == "Migrations/20261121T100001_step1.sql:2:1: two rows of \"a\" have the same x: "
                + "1 is in 2 of them")
        #expect(try states(set) == [Self.applied, .begun(done: 0, count: 1), .pending])
        // What failed is of no use to anybody.
        #expect(try client.value("SELECT to_regclass('a_x')") == nil)
        let valid = "SELECT indisvalid FROM pg_index WHERE indexrelid = 'a_x'::regclass"
        try client.execute("DELETE FROM a WHERE ctid = '(0,1)'")
        #expect(try apply(set).count == 2)
        #expect(try client.value(valid) == "t")
        #expect(try client.value("SELECT to_regclass('other')") == "other")
        #expect(try states(set) == [Self.applied, Self.applied, Self.applied])
    }

    @Test func `a table that is in use is waited for, and the file applied then`() throws {
        let set = MigrationTests.files("CREATE TABLE a (x int);", "ALTER TABLE a ADD y int;")
        try apply(MigrationSet([set.files[0]]))
        #expect(try Self.applies(set, migrator(set), besides: client, in: pooled))
    }

    /// Whether a file is applied although somebody uses the table for longer than it is waited for
    /// at once.
    private static func applies(
        _ set: MigrationSet, _ node: Migrator, besides client: PostgresClient,
        in pooled: PooledDatabase
    ) throws -> Bool {
        try client.execute("BEGIN; SELECT * FROM a")
        let done = Record<Int>()
        let thread = Thread {
            done.append((try? node.apply(at: MigrationTests.now).count) ?? -1)
        }
        thread.start()
        let observer = try pooled.database.client()
        let waiting = """
            SELECT count(*) FROM pg_stat_activity
            WHERE wait_event_type = 'Lock' AND datname = current_database()
            """
        while try observer.value(waiting) == "0" {}
        // Its first attempt is given up.
        while try observer.value(waiting) != "0" {}
        try client.execute("COMMIT")
        return done.wait(for: 1) == [1]
    }

    @Test func `what stands alone has our functions, and waits for no table for long`() throws {
        try migrations.migrateOutsideTransaction { transaction throws(Problem) in
            try migrating { () throws(DatabaseError) in
                try transaction.execute(
                    """
                    CREATE TABLE a AS SELECT current_setting('lock_timeout') AS x,
                      _apus.lower('É') AS y
                    """)
            }
        }
        #expect(try client.query("SELECT x, y FROM a") == [["2s", "é"]])
    }

    @Test func `a statement that stands alone waits for a table again and again`() throws {
        let set = MigrationTests.files(
            "CREATE TABLE a (x int);", "-- apus: no transaction\nALTER TABLE a ADD y int;")
        try apply(MigrationSet([set.files[0]]))
        #expect(try Self.applies(set, migrator(set), besides: client, in: pooled))
    }

    @Test func `a set of the other engine, or of none, is refused`() throws {
        let directory = try TemporaryDirectory()
        for (name, text) in [
            ("20261121T100000_other.sql", "-- apus: sqlite\nCREATE TABLE a (x) STRICT;"),
            ("20261121T100001_none.sql", "CREATE TABLE a (x int);"),
            ("20261121T100002_bad.sql", "-- apus: postgresql\nDROP TABLE _apus_meta;\nCOMMIT;"),
            ("20261121T100003_psql.sql", "-- apus: postgresql\n\\restrict x\nSELECT 1;\n\\d\n"),
            (
                "20261121T100005_alone.sql",
                "-- apus: postgresql\nSELECT 1;\nDROP INDEX CONCURRENTLY i;"
            ),
            ("20261121T100004_good.sql", "-- apus: postgresql\n-- apus: no transaction\nSELECT 1"),
        ] {
            try text.write(
                toFile: "\(directory.path)/\(name)", atomically: true, encoding: .utf8)
        }
        let failure = #expect(throws: SchemaFailure.self) {
            try MigrationSet.load(directory.path, for: PostgresDialect())
        }
        #expect(
            failure?.diagnostics.map { $0.message.prefix(28) } == [
                "no engine is called \"sqlite\": write", "the file does not say that it",
                "_apus_meta is the server's o", "COMMIT cannot stand in a mig",
                "\\d is for psql and no SQL", "it cannot run in a transaction",
            ].map { $0.prefix(28) })
    }

    @Test func `what a set would lose is counted`() throws {
        try client.execute(
            #"""
            CREATE TABLE "Old" (a int, "B" text);
            INSERT INTO "Old" VALUES (1, 'x'), (2, NULL)
            """#)
        let parts: [SchemaPart] = [
            .table("old"), .column(table: "old", name: "b"), .column(table: "none", name: "b"),
        ]
        let holdings = try migrations.inspect { transaction throws(Problem) in
            try Holdings(of: parts, in: transaction)
        }
        #expect(
            holdings.missed.map(\.description) == [
                "drop of table Old loses its 2 rows", "drop of column Old.B loses its 1 value",
            ])
        let none = try declared(Catalogue(parsing: []))
        try migrator().apply(Difference.between(migrator().structure(), none))
        #expect(try migrator(MigrationSet([])).structure() == DatabaseStructure())
    }

    @Test func `our functions are there for definitions that call them`() throws {
        let catalogue = try things(
            #"{"properties": {"a": {"type": "string"}}, "checks": {"low": "lower(a) = a"}}"#)
        let declared = try DeclaredTables(catalogue, on: migrations, render: asWritten)
        let difference = Difference.between(DatabaseStructure(), declared)
        try migrator(MigrationSet([])).apply(difference)
        #expect(throws: (any Error).self) {
            try client.execute("INSERT INTO things VALUES (gen_random_uuid(), 'É')")
        }
        let live = try migrator(MigrationSet([])).structure()
        #expect(Difference.between(live, declared).isEmpty)
    }
}

/// Runs what blocks on a thread of its own.
private func onThread<R: Sendable>(_ body: @escaping @Sendable () throws -> R) async throws -> R {
    try await withCheckedThrowingContinuation { continuation in
        Thread { continuation.resume(with: Result { try body() }) }.start()
    }
}
