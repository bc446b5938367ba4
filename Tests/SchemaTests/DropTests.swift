import Diagnostics
import Store
import StoreSQLite
import Testing
import Values

@testable import Schema

/// What migration files may drop: dropping a table deletes its rows first, and that would take the
/// rows of the tables which refer to it along.
@Suite struct DropTests {
    /// Rooms with members (cascade), notes (set null) and a tree of their own.
    private static let base = """
        CREATE TABLE rooms (id INTEGER PRIMARY KEY, above INTEGER REFERENCES rooms) STRICT;
        CREATE TABLE members (
          id INTEGER PRIMARY KEY, room INTEGER REFERENCES "Rooms" (id) ON DELETE CASCADE) STRICT;
        CREATE TABLE notes (
          id INTEGER PRIMARY KEY, room INTEGER REFERENCES rooms ON DELETE SET NULL) STRICT;
        INSERT INTO rooms VALUES (1, NULL), (2, 1);
        INSERT INTO members VALUES (1, 1), (2, 2);
        INSERT INTO notes VALUES (1, 2);
        """

    /// Files that drop `rooms` while others refer to it, and the line of the drop.
    static let refused: [(sql: String, line: Int)] = [
        ("DROP TABLE rooms;", 1),
        ("DROP TABLE IF EXISTS main.\"ROOMS\";", 1),
        ("-- first\n/* ; */\ndrop\n  table [rooms]", 3),
        ("DROP TABLE rooms; DROP TABLE members; DROP TABLE notes;", 1),
        ("DROP TABLE members;\nDROP TABLE rooms;", 2),
        (
            """
            ALTER TABLE rooms RENAME TO old;
            CREATE TABLE rooms (id INTEGER PRIMARY KEY, above INTEGER, name TEXT) STRICT;
            INSERT INTO rooms SELECT id, above, 'x' FROM old;
            DROP TABLE old;
            """, 4
        ),
        (
            """
            CREATE TABLE fresh (id INTEGER PRIMARY KEY, name TEXT) STRICT;
            INSERT INTO fresh SELECT id, 'x' FROM rooms;
            DROP TABLE rooms;
            ALTER TABLE fresh RENAME TO rooms;
            """, 3
        ),
        ("DELETE FROM members; DELETE FROM notes;\nDROP TABLE rooms;", 2),
    ]

    private static func counts(_ database: SQLiteDatabase) throws -> [Value] {
        let sql = """
            SELECT (SELECT count(*) FROM rooms), (SELECT count(*) FROM members),
              (SELECT count(*) FROM notes WHERE room IS NOT NULL)
            """
        return try database.makeReader().query(SQL(text: sql)) { rows throws(DatabaseError) in
            _ = try rows.next()
            return (0..<3).map { rows.value($0) }
        }
    }

    @Test(arguments: refused)
    func `a table that others refer to is not dropped, and no row is lost`(
        _ sql: String, _ line: Int
    ) throws {
        let database = try SQLiteDatabase.open(.temporary)
        defer { database.close() }
        let set = MigrationTests.files(Self.base, sql)
        _ = try Migrator(database, MigrationSet([set.files[0]])).apply(at: MigrationTests.now)
        let problem = #expect(throws: Problem.self) {
            try Migrator(database, set).apply(at: MigrationTests.now)
        }
        let place = "Migrations/20261121T100001_step1.sql:\(line):"
        #expect(problem?.message.hasPrefix(place) == true, "\(problem?.message ?? "applied")")
        #expect(try Self.counts(database) == [.integer(2), .integer(2), .integer(1)])
        let states = try Migrator(database, set).status().entries.map(\.state)
        #expect(states == [.applied(at: MigrationTests.now.postgres), .pending])
    }

    /// Files that drop tables nobody refers to at that point.
    static let accepted = [
        "DROP TABLE members;",
        "DROP TABLE notes; DROP TABLE members; DROP TABLE rooms;",
        "DROP TABLE IF EXISTS gone;",
        """
        CREATE TABLE fresh (id INTEGER PRIMARY KEY, room INTEGER REFERENCES rooms) STRICT;
        INSERT INTO fresh SELECT id, room FROM members;
        DROP TABLE members;
        ALTER TABLE fresh RENAME TO members;
        """,
        "CREATE TABLE rooms_of_old (id INTEGER) STRICT; DROP TABLE rooms_of_old;",
    ]

    @Test(arguments: accepted)
    func `a table that nobody else refers to may be dropped`(_ sql: String) throws {
        let database = try SQLiteDatabase.open(.temporary)
        defer { database.close() }
        let set = MigrationTests.files(Self.base, sql)
        #expect(try Migrator(database, set).apply(at: MigrationTests.now).count == 2)
    }

    /// Files that would delete rows of `rooms` which are in the way of others, and the line.
    static let replacing: [(sql: String, line: Int)] = [
        ("REPLACE INTO rooms VALUES (1, NULL);", 1),
        ("SELECT 1;\nINSERT OR REPLACE INTO \"ROOMS\" SELECT 1, NULL;", 2),
        ("WITH one AS (SELECT 1)\nreplace into [rooms] SELECT 1, NULL FROM one;", 1),
        ("UPDATE OR REPLACE rooms SET id = 1 WHERE id = 2;", 1),
    ]

    @Test(arguments: replacing)
    func `a row that others refer to is not replaced, and no row is lost`(
        _ sql: String, _ line: Int
    ) throws {
        let database = try SQLiteDatabase.open(.temporary)
        defer { database.close() }
        let set = MigrationTests.files(Self.base, sql)
        _ = try Migrator(database, MigrationSet([set.files[0]])).apply(at: MigrationTests.now)
        let problem = #expect(throws: Problem.self) {
            try Migrator(database, set).apply(at: MigrationTests.now)
        }
        #expect(
            problem?.message
                == #"""
                Migrations/20261121T100001_step1.sql:\#(line):1: rows of "rooms" cannot be replaced: \#
                "members", "notes" and "rooms" refer to it, and the rows there would be deleted or \#
                changed along with those of "rooms"
                """#)
        #expect(
            problem?.hint
                == #"""
                Nothing of the file was applied. Change the rows that are there with INSERT … ON \#
                CONFLICT DO UPDATE: REPLACE deletes them first.
                """#)
        #expect(try Self.counts(database) == [.integer(2), .integer(2), .integer(1)])
    }

    /// Files that would delete row 1 of a table whose row 2 refers to it, and nobody else's.
    static let replacingItself = [
        "REPLACE INTO solo VALUES (1, NULL, 'z');",
        "INSERT OR REPLACE INTO \"Solo\" VALUES (1, NULL, 'z');",
        "UPDATE OR REPLACE solo SET id = 1 WHERE id = 3;",
        "INSERT OR REPLACE INTO solo SELECT 1, NULL, name FROM solo WHERE id = 3;",
    ]

    @Test(arguments: replacingItself, ["CASCADE", "SET NULL"])
    func `a row is not replaced in a table that refers to itself`(
        _ sql: String, _ action: String
    ) throws {
        let database = try SQLiteDatabase.open(.temporary)
        defer { database.close() }
        let base = """
            CREATE TABLE solo (id INTEGER PRIMARY KEY,
              parent INTEGER REFERENCES solo ON DELETE \(action), name TEXT) STRICT;
            INSERT INTO solo VALUES (1, NULL, 'a'), (2, 1, 'b'), (3, NULL, 'c');
            """
        let set = MigrationTests.files(base, sql)
        _ = try Migrator(database, MigrationSet([set.files[0]])).apply(at: MigrationTests.now)
        let problem = #expect(throws: Problem.self) {
            try Migrator(database, set).apply(at: MigrationTests.now)
        }
        #expect(
            problem?.message.hasPrefix(
                "Migrations/20261121T100001_step1.sql:1:1: rows of \"solo\" cannot be replaced: "
                    + "\"solo\" refers to it") == true, "\(problem?.message ?? "applied")")
        let rows = try database.makeReader().query(
            SQL("SELECT id, parent, name FROM solo ORDER BY id")
        ) { rows throws(DatabaseError) in
            var found: [[Value]] = []
            while try rows.next() { found.append((0..<3).map { rows.value($0) }) }
            return found
        }
        #expect(
            rows == [
                [.integer(1), .null, .text("a")], [.integer(2), .integer(1), .text("b")],
                [.integer(3), .null, .text("c")],
            ])
    }

    /// Files that keep rows of `rooms`, or say that they delete them.
    static let explicit = [
        "REPLACE INTO members VALUES (1, 2);", "UPDATE OR REPLACE notes SET id = 7;",
        "INSERT INTO rooms VALUES (1, 2) ON CONFLICT (id) DO UPDATE SET above = 2;",
        "INSERT OR IGNORE INTO rooms VALUES (1, NULL);",
        "UPDATE rooms SET above = NULL WHERE above = 1 OR replace('a', 'a', 'b') = 'b';",
        "DELETE FROM rooms WHERE id = 2;",
        "REPLACE INTO members SELECT id, (SELECT max(id) FROM rooms) FROM members;",
    ]

    @Test(arguments: explicit)
    func `what says what it deletes may run`(_ sql: String) throws {
        let database = try SQLiteDatabase.open(.temporary)
        defer { database.close() }
        let set = MigrationTests.files(Self.base, sql)
        #expect(try Migrator(database, set).apply(at: MigrationTests.now).count == 2)
    }

    @Test func `the refusal names the tables and says what is possible`() throws {
        let database = try SQLiteDatabase.open(.temporary)
        defer { database.close() }
        let problem = #expect(throws: Problem.self) {
            try Migrator(database, MigrationTests.files(Self.base, "\nDROP TABLE Rooms;")).apply()
        }
        #expect(
            problem?.message
                == #"""
                Migrations/20261121T100001_step1.sql:2:1: "rooms" cannot be dropped: "members" and \#
                "notes" refer to it, and the rows there would be deleted or changed along with \#
                those of "rooms"
                """#)
        #expect(
            problem?.hint
                == #"""
                Nothing of the file was applied. Keep "rooms" and add columns to it, or make a new \#
                table beside it: migrations cannot rebuild a table yet that others refer to.
                """#)
    }

    @Test func `a file is judged alike where there are no rows`() {
        let empty = "CREATE TABLE a (x INTEGER PRIMARY KEY); CREATE TABLE b (y REFERENCES a);"
        #expect(throws: Problem.self) {
            try outcome(of: MigrationTests.files(empty, "DROP TABLE a;"))
        }
    }
}
