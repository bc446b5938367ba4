import Diagnostics
import Store
import StoreSQLite
import Testing
import Values

@testable import Schema

/// Nothing temporary comes from a migration file: it would stay on the writer's connection, where
/// it hides the tables of the same name, and take writes that nobody ever reads.
@Suite struct TemporaryTests {
    private static let base = """
        CREATE TABLE rooms (id INTEGER PRIMARY KEY, name TEXT) STRICT;
        CREATE TABLE members (
          id INTEGER PRIMARY KEY, room INTEGER REFERENCES rooms ON DELETE CASCADE) STRICT;
        INSERT INTO rooms VALUES (1, 'a');
        INSERT INTO members VALUES (1, 1);
        """

    /// Files that make something temporary, in the spellings that SQLite takes, and the line of it.
    static let refused: [(sql: String, line: Int)] = [
        ("CREATE TEMP TABLE rooms AS SELECT * FROM rooms;", 1),
        ("-- first\ncreate temporary table\n  if not exists rooms (id INTEGER);", 2),
        ("CREATE TABLE temp.rooms (id INTEGER, name TEXT);", 1),
        ("CREATE TABLE IF NOT EXISTS \"TEMP\".rooms AS SELECT 1 AS id;", 1),
        ("CREATE TABLE 'temp'.rooms (id INTEGER);", 1),
        ("CREATE TABLE [temp] . [rooms] (id INTEGER);", 1),
        ("CREATE TEMP VIEW rooms AS SELECT 1 AS id;", 1),
        ("CREATE VIEW temp.rooms AS SELECT 1 AS id;", 1),
        ("CREATE VIRTUAL TABLE temp.rooms USING fts5(name);", 1),
        ("CREATE TEMP TRIGGER t AFTER INSERT ON rooms BEGIN DELETE FROM rooms; END;", 1),
        ("CREATE TRIGGER temp.t AFTER INSERT ON rooms BEGIN DELETE FROM rooms; END;", 1),
        ("CREATE TEMP TABLE members (id INTEGER);\nDROP TABLE rooms;", 1),
        ("SELECT 1;\nCREATE TEMP TABLE fresh (id INTEGER);\nDROP TABLE temp.fresh;", 2),
    ]

    private static func migrate(_ database: SQLiteDatabase, _ sql: String) -> Problem? {
        do throws(Problem) {
            let set = MigrationTests.files(base, sql)
            for files in [MigrationSet([set.files[0]]), set] {
                _ = try Migrator(database, files).apply(at: MigrationTests.now)
            }
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: refused)
    func `nothing temporary is made, and writes go where readers look`(_ sql: String, _ line: Int)
        throws
    {
        let database = try SQLiteDatabase.open(.temporary)
        defer { database.close() }
        let problem = Self.migrate(database, sql)
        #expect(
            problem?.message
                == "Migrations/20261121T100001_step1.sql:\(line):1: nothing temporary can be made "
                + "here: it would outlive the script and hide what has the same name; make a table "
                + "and drop it at the end")
        try database.writeAndWait { transaction throws(Problem) in
            do throws(DatabaseError) {
                try transaction.run(SQL("INSERT INTO rooms(id, name) VALUES (2, 'b')"))
            } catch {
                throw Problem(error)
            }
        }
        let names = try database.makeReader().query(SQL("SELECT name FROM rooms ORDER BY id")) {
            rows throws(DatabaseError) in
            var names: [String] = []
            while try rows.next() { names.append(rows.text(0)) }
            return names
        }
        #expect(names == ["a", "b"])
    }

    @Test func `tables that serve a file and go with it are no fault`() throws {
        let database = try SQLiteDatabase.open(.temporary)
        defer { database.close() }
        let sql = """
            CREATE TABLE temp_rooms AS SELECT * FROM rooms;
            CREATE VIRTUAL TABLE temporary USING fts5(name);
            CREATE TRIGGER temp AFTER INSERT ON rooms BEGIN SELECT 1; END;
            ALTER TABLE members RENAME TO people;
            DROP TRIGGER temp; DROP TABLE temporary; DROP TABLE temp_rooms;
            """
        #expect(Self.migrate(database, sql) == nil)
    }
}
