import Diagnostics
import Store
import StoreSQLite
import Testing

@testable import Schema

/// REPLACE and IGNORE that a table or trigger keeps: each write to come would delete the rows in
/// its way, and what refers to them, or leave out its own, without saying so.
@Suite struct ReplaceTests {
    private static let base = """
        CREATE TABLE rooms (id INTEGER PRIMARY KEY, name TEXT UNIQUE) STRICT;
        CREATE TABLE members (
          id INTEGER PRIMARY KEY, room INTEGER REFERENCES rooms ON DELETE CASCADE) STRICT;
        INSERT INTO rooms VALUES (1, 'a');
        INSERT INTO members VALUES (1, 1);
        """

    /// Files that keep one, where it stands, and in what.
    static let refused: [(sql: String, place: String, kind: String)] = [
        ("CREATE TABLE t (id INTEGER PRIMARY KEY ON CONFLICT REPLACE) STRICT;", "1:52", "table"),
        (
            "CREATE TABLE t (\n  id INTEGER, n TEXT unique\n  on /* */ conflict\n  replace);",
            "4:3", "table"
        ),
        ("CREATE TABLE t (a TEXT, b TEXT, UNIQUE (a, b) ON CONFLICT REPLACE);", "1:59", "table"),
        (
            "CREATE TABLE t (a TEXT, CONSTRAINT k PRIMARY KEY (a) ON CONFLICT REPLACE);", "1:66",
            "table"
        ),
        ("CREATE TABLE t (a TEXT NOT NULL ON CONFLICT REPLACE DEFAULT 'x');", "1:45", "table"),
        (
            "ALTER TABLE rooms ADD COLUMN n TEXT NOT NULL ON CONFLICT REPLACE DEFAULT 'x';", "1:58",
            "table"
        ),
        (
            """
            CREATE TRIGGER t AFTER INSERT ON members BEGIN
              SELECT 1;
              REPLACE INTO rooms VALUES (new.room, 'b');
            END;
            """, "3:3", "trigger"
        ),
        (
            """
            SELECT 1; CREATE TRIGGER t AFTER INSERT ON members BEGIN
              INSERT OR REPLACE INTO rooms VALUES (new.room, 'b');
            END;
            """, "2:13", "trigger"
        ),
        (
            """
            CREATE TRIGGER IF NOT EXISTS t AFTER UPDATE OF room ON members WHEN new.room > 1 BEGIN
              UPDATE OR REPLACE rooms SET name = 'b';
            END;
            """, "2:13", "trigger"
        ),
    ]

    private static func migrate(_ sql: String) throws -> Problem? {
        let database = try SQLiteDatabase.open(.temporary)
        defer { database.close() }
        let set = MigrationTests.files(base, sql)
        do throws(Problem) {
            for files in [MigrationSet([set.files[0]]), set] {
                _ = try Migrator(database, files).apply(at: MigrationTests.now)
            }
            return nil
        } catch {
            let count = try Migrator(database, set).status().pending.count
            #expect(count == 1)
            return error
        }
    }

    /// The same with IGNORE.
    static let ignoring: [(sql: String, place: String, kind: String)] = [
        ("CREATE TABLE t (a TEXT UNIQUE ON CONFLICT IGNORE) STRICT;", "1:43", "table"),
        (
            "CREATE TABLE t (\n  a TEXT NOT NULL on /* */ conflict\n  ignore DEFAULT 'x');", "3:3",
            "table"
        ),
        (
            "ALTER TABLE rooms ADD COLUMN n TEXT NOT NULL ON CONFLICT IGNORE DEFAULT 'x';", "1:58",
            "table"
        ),
        (
            """
            CREATE TRIGGER t BEFORE INSERT ON rooms WHEN new.name = 'b' BEGIN
              SELECT RAISE (IGNORE);
            END;
            """, "2:17", "trigger"
        ),
        (
            """
            CREATE TRIGGER t AFTER INSERT ON members BEGIN
              INSERT OR IGNORE INTO rooms VALUES (new.room, 'b');
            END;
            """, "2:13", "trigger"
        ),
        (
            """
            CREATE TRIGGER t AFTER INSERT ON members BEGIN
              UPDATE OR IGNORE rooms SET name = 'b';
            END;
            """, "2:13", "trigger"
        ),
    ]

    @Test(arguments: ignoring)
    func `an IGNORE that would stay is refused where it stands`(
        _ sql: String, _ place: String, _ kind: String
    ) throws {
        let problem = try Self.migrate(sql)
        let start = "Migrations/20261121T100001_step1.sql:\(place): a \(kind) cannot say IGNORE: "
        #expect(problem?.message.hasPrefix(start) == true, "\(problem?.message ?? "applied")")
        #expect(problem?.hint?.hasPrefix("Nothing of the file was applied. ") == true)
    }

    @Test(arguments: refused)
    func `a REPLACE that would stay is refused where it stands`(
        _ sql: String, _ place: String, _ kind: String
    ) throws {
        let problem = try Self.migrate(sql)
        let start = "Migrations/20261121T100001_step1.sql:\(place): a \(kind) cannot say REPLACE: "
        #expect(problem?.message.hasPrefix(start) == true, "\(problem?.message ?? "applied")")
        #expect(problem?.hint?.hasPrefix("Nothing of the file was applied. ") == true)
    }

    /// Files that keep neither.
    static let accepted = [
        "CREATE TABLE t (a TEXT UNIQUE ON CONFLICT FAIL, b TEXT UNIQUE ON CONFLICT ABORT);",
        "CREATE TABLE t (ignore TEXT, \"raise\" TEXT CHECK (\"raise\" <> 'on conflict ignore'));",
        "INSERT OR IGNORE INTO rooms VALUES (1, 'b');",
        """
        CREATE TRIGGER t BEFORE INSERT ON members BEGIN
          SELECT RAISE(ABORT, 'ignore') WHERE new.room = 7;
          INSERT INTO rooms VALUES (new.room, 'b') ON CONFLICT DO NOTHING;
        END;
        """,
        "CREATE TABLE t (replace TEXT DEFAULT (replace('a', 'b', 'c')), conflict TEXT);",
        "CREATE TABLE t (a TEXT CHECK (replace(a, 'x', 'y') <> 'on conflict replace'));",
        "CREATE TABLE \"replace\" (\"on\" TEXT, \"conflict\" TEXT, \"replace\" TEXT);",
        """
        CREATE TRIGGER t AFTER INSERT ON members BEGIN
          UPDATE rooms SET name = replace(name, 'a', 'b') WHERE id = new.room OR replace(1, 2, 3);
          INSERT INTO rooms VALUES (new.room, 'b') ON CONFLICT (id) DO UPDATE SET name = 'c';
        END;
        """,
        "REPLACE INTO members VALUES (1, 1);",
    ]

    @Test(arguments: accepted)
    func `what keeps neither is applied`(_ sql: String) throws {
        #expect(try Self.migrate(sql) == nil)
    }
}
