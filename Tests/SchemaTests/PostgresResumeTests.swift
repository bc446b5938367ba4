import Bytes
import Diagnostics
import Foundation
import PostgresTestSupport
import Store
import StorePostgres
import StorePostgresTestSupport
import TestSupport
import Testing

@testable import Schema

/// Files that run without a transaction and are ended in their midst: the next attempt goes on.
@Suite(.needsPostgres, .blocking) struct PostgresResumeTests: OnPostgres {
    let place: PostgresPlace

    init() throws { place = try PostgresPlace() }

    private func apply(_ set: MigrationSet) throws -> [MigrationFile] {
        try migrator(set).apply(at: MigrationTests.now)
    }

    private func state(_ set: MigrationSet) throws -> MigrationStatus.State? {
        try migrator(set).status().entries.last?.state
    }

    /// A first file, which is applied, and a second that runs without a transaction.
    private func begun(_ first: String, _ second: String) throws -> MigrationSet {
        let set = MigrationTests.files(first, "-- apus: no transaction\n" + second)
        _ = try apply(MigrationSet([set.files[0]]))
        return set
    }

    private func edited(_ set: MigrationSet, _ text: String) -> MigrationSet {
        MigrationTests.files(String(utf8: set.files[0].text), text)
    }

    private static let statements = """
        CREATE INDEX CONCURRENTLY a_x ON a (x);
        INSERT INTO a VALUES (2, 2);
        CREATE UNIQUE INDEX CONCURRENTLY "A_y" ON a (y);
        VACUUM a;
        """

    @Test func `what is done stays, and the rest follows`() throws {
        let set = try begun("CREATE TABLE a (x int, y int);", Self.statements)
        try client.execute("INSERT INTO a VALUES (1, 1), (1, 1)")
        for _ in 0..<2 {
            let problem = #expect(throws: Problem.self) { try apply(set) }
            #expect(
                problem?.message
                    == "Migrations/20261121T100001_step1.sql:4:1: two rows of \"a\" have the same "
                    + "y: 1 is in 2 of them")
            #expect(
                problem?.hint?.hasPrefix("Its first 2 statements are done, and what they did stays")
                    == true)
            #expect(try state(set) == .begun(done: 2, count: 4))
            #expect(try client.value(#"SELECT to_regclass('"A_y"')"#) == nil)
        }
        #expect(try state(set)?.wording == "begun, 2 of 4 statements done")
        try client.execute("DELETE FROM a WHERE ctid = '(0,1)'")
        #expect(try apply(set).count == 1)
        #expect(try client.value("SELECT count(*) FROM a") == "2")
        #expect(try state(set) == PostgresMigrationTests.applied)
    }

    @Test func `what is behind may be changed meanwhile, and nothing before it`() throws {
        let set = try begun("CREATE TABLE a (x int, y int);", Self.statements)
        try client.execute("INSERT INTO a VALUES (1, 1), (1, 1)")
        #expect(throws: Problem.self) { try apply(set) }
        let text = String(utf8: set.files[1].text)
        for edit in [
            text.replacing("a_x ON a (x)", with: "a_x ON a (y)"), "-- apus: no transaction\n",
            text.replacing("VALUES (2, 2)", with: "VALUES (3, 3)"),
        ] {
            let problem = #expect(throws: Problem.self) { try apply(edited(set, edit)) }
            #expect(
                problem?.message
                    == "Migrations/20261121T100001_step1.sql: its first 2 statements are done "
                    + "already, and have changed since")
        }
        let whole = text.replacing("-- apus: no transaction\n", with: "")
            .replacing("CONCURRENTLY ", with: "").replacing("VACUUM a;", with: "")
        #expect(throws: Problem.self) { try apply(edited(set, whole)) }
        let missing = MigrationSet([set.files[0]])
        #expect(try state(missing) == .left(done: 2))
        #expect(throws: Problem.self) { try apply(missing) }
        // A comment is none of it.
        let mended = text.replacing("UNIQUE ", with: "").replacing("INSERT", with: "-- x\nINSERT")
        #expect(try apply(edited(set, mended)).count == 1)
        #expect(try client.value("SELECT count(*) FROM a") == "3")
        let records = try migrator(edited(set, mended)).status()
        #expect(records.faults == [])
    }

    /// What an attempt has left that was killed while a statement ran, or right behind it.
    @Test(arguments: [
        "CREATE INDEX a_x ON a (x)",
        """
        CREATE INDEX a_x ON a (x); SET allow_system_table_mods = on;
        UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'a_x'::regclass
        """,
        "SELECT 1",
    ])
    func `what a kill has left is known`(left: String) throws {
        let set = try begun(
            "CREATE TABLE a (x int); CREATE INDEX old ON a (x);",
            "CREATE INDEX CONCURRENTLY a_x ON a (x);\nDROP INDEX CONCURRENTLY old;")
        let file = set.files[1]
        let sum = MigrationHeader.sum(
            of: PostgresDialect().script(file.text).statements.prefix(1).map(\.text))
        try client.execute(left)
        let node = migrations
        try node.migrateOutsideTransaction { transaction throws(Problem) in
            try transaction.begin(file, PostgresDialect().script(file.text), at: .now)
        }
        try client.execute("UPDATE _apus_migrations SET running_sum = '\(sum)' WHERE done IS NULL")
        #expect(try apply(set).count == 1)
        let valid = "SELECT indisvalid FROM pg_index WHERE indexrelid = 'a_x'::regclass"
        #expect(try client.value(valid) == "t")
        #expect(try client.value("SELECT to_regclass('old')") == nil)
    }

    @Test func `an index that was dropped before it was noted is dropped`() throws {
        let set = try begun(
            "CREATE TABLE a (x int); CREATE INDEX old ON a (x);",
            "DROP INDEX CONCURRENTLY old;\nCREATE UNIQUE INDEX CONCURRENTLY u ON a (x);")
        try client.execute("INSERT INTO a VALUES (1), (1)")
        #expect(throws: Problem.self) { try apply(set) }
        try client.execute(
            """
            UPDATE _apus_migrations SET running_sum = done_sum, done = 0, done_sum = NULL
            WHERE applied_at IS NULL; DELETE FROM a
            """)
        #expect(try apply(set).count == 1)
    }

    @Test func `a database that an earlier program has begun goes on`() throws {
        let set = try begun(
            "CREATE TABLE a (x int);", "CREATE INDEX CONCURRENTLY a_x ON a (x);\nVACUUM a;")
        try client.execute(
            """
            ALTER TABLE _apus_migrations DROP done, DROP done_sum, DROP statements, DROP running_sum;
            INSERT INTO _apus_migrations VALUES ('20261121T100001', 'step1', '0:0', NULL);
            CREATE INDEX a_x ON a (x); SET allow_system_table_mods = on;
            UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'a_x'::regclass
            """)
        #expect(try state(set) == .begun(done: 0, count: 0))
        #expect(try migrations.standing().progress.count == 1)
        #expect(try apply(set).count == 1)
        #expect(try state(set) == PostgresMigrationTests.applied)
    }

    @Test func `what a session was told is told to the next`() throws {
        let set = try begun(
            "CREATE TABLE a (x int, y text DEFAULT current_setting('apus.x', true));",
            """
            SET apus.x = 'kept';
            INSERT INTO a VALUES (1), (2);
            DO $$ BEGIN INSERT INTO a VALUES (3); END $$;
            -- apus: expect none: there is nine
            SELECT x FROM a WHERE x = 9;
            INSERT INTO a VALUES (5);
            """)
        try client.execute("INSERT INTO a VALUES (9)")
        #expect(throws: Problem.self) { try apply(set) }
        #expect(try state(set) == .begun(done: 3, count: 5))
        try client.execute("UPDATE a SET x = 4, y = 'other' WHERE x = 9")
        #expect(try apply(set).count == 1)
        let found = try client.query("SELECT x, y FROM a ORDER BY x").map { $0.map { $0 ?? "" } }
        #expect(
            found == [["1", "kept"], ["2", "kept"], ["3", "kept"], ["4", "other"], ["5", "kept"]])
    }

    /// Rows that come when the query before a statement has found none.
    @Test func `rows in the way are listed, whenever they come`() throws {
        let set = try begun(
            "CREATE TABLE a (id int PRIMARY KEY, x int);",
            """
            -- apus: expect none: these are too small (id, x)
            SELECT id, x FROM a WHERE NOT (x > 3);
            ALTER TABLE a ADD CONSTRAINT large CHECK (x > 3) NOT VALID;
            ALTER TABLE a VALIDATE CONSTRAINT large;
            """)
        try client.execute("INSERT INTO a VALUES (1, 1)")
        let early = #expect(throws: Problem.self) { try apply(set) }
        #expect(early?.message.hasSuffix("step1.sql:3:1: these are too small (id, x): (1, 1)") == true)
        #expect(early?.hint == "Nothing of the file was applied.")
        #expect(try state(set) == .begun(done: 0, count: 3))
        let only = edited(set, String(utf8: set.files[1].text).replacing("> 3);", with: "> 0);"))
        // The check is one that the row breaks, which the query does not see.
        let late = #expect(throws: Problem.self) { try apply(only) }
        #expect(late?.message.contains("check \"large\"") == true)
        #expect(try state(only) == .begun(done: 2, count: 3))
        try client.execute("DELETE FROM a")
        #expect(try apply(only).count == 1)
        #expect(try client.value("SELECT bool_and(convalidated) FROM pg_constraint") == "t")
    }

    // MARK: Locks

    @Test(arguments: [
        "ALTER TABLE a ADD y int;",
        "-- apus: no transaction\nALTER TABLE a ADD y int;",
        "-- apus: no transaction\nALTER TABLE a ADD CONSTRAINT c CHECK (x > 0) NOT VALID;",
    ])
    func `who keeps a table for too long is named`(sql: String) throws {
        let set = MigrationTests.files("CREATE TABLE a (x int);", sql)
        _ = try apply(MigrationSet([set.files[0]]))
        try client.execute("SET application_name = 'reports'; BEGIN; SELECT * FROM a")
        let pid = try client.value("SELECT pg_backend_pid()") ?? ""
        let problem = #expect(throws: Problem.self) { try apply(set) }
        #expect(problem?.message.contains("process \(pid) (\"reports\", ") == true, "\(problem as Any)")
        #expect(problem?.message.contains("idle in transaction, its query began 20") == true)
        try client.execute("COMMIT")
        #expect(try apply(set).count == 1)
    }

    @Test func `nobody waits behind a migration for longer than it waits itself`() throws {
        let set = try begun(
            "CREATE TABLE a (x int); CREATE TABLE b (x int PRIMARY KEY);",
            """
            ALTER TABLE a ADD CONSTRAINT c CHECK (x > 0) NOT VALID;
            ALTER TABLE a VALIDATE CONSTRAINT c;
            ALTER TABLE a ADD CONSTRAINT d FOREIGN KEY (x) REFERENCES b NOT VALID;
            ALTER TABLE a VALIDATE CONSTRAINT d;
            ALTER TABLE a DROP CONSTRAINT c;
            """)
        let other = try pooled.database.client()
        try client.execute("BEGIN; SELECT * FROM a; SELECT * FROM b")
        let done = Record<Int>()
        let node = migrator(set)
        let thread = Thread {
            done.append((try? node.apply(at: MigrationTests.now).count) ?? -1)
        }
        thread.start()
        var longest = Duration.zero
        let end = ContinuousClock.now + .seconds(5)
        while ContinuousClock.now < end {
            let start = ContinuousClock.now
            try other.execute("INSERT INTO b VALUES (1) ON CONFLICT DO NOTHING; SELECT * FROM a")
            longest = max(longest, ContinuousClock.now - start)
        }
        try client.execute("COMMIT")
        #expect(done.wait(for: 1) == [1])
        #expect(longest < .seconds(2.5), "\(longest)")
        #expect(longest > .milliseconds(100))
    }

    @Test func `a deadlock is tried again`() throws {
        let set = try begun(
            "CREATE TABLE a (x int); CREATE TABLE b (x int PRIMARY KEY);",
            "ALTER TABLE a ADD CONSTRAINT d FOREIGN KEY (x) REFERENCES b NOT VALID;")
        try client.execute("BEGIN; LOCK TABLE b IN ROW EXCLUSIVE MODE")
        let done = Record<Int>()
        let node = migrator(set)
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
        _ = try? client.execute("LOCK TABLE a IN ACCESS EXCLUSIVE MODE")
        try client.execute("ROLLBACK")
        #expect(done.wait(for: 1) == [1])
    }
}
