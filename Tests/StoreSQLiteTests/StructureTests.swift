import Store
import Testing

@testable import StoreSQLite

@Suite struct StructureTests {
    /// Two ways to write one table.
    static let same: [(String, String)] = [
        (
            "CREATE TABLE t (a TEXT PRIMARY KEY) STRICT",
            "create table \"t\" (\n  a text not null, -- the key\n  constraint t_pkey primary key ([A])\n) strict"
        ),
        (
            "CREATE TABLE t (a INTEGER UNIQUE, b TEXT CHECK ((b <> ''))) STRICT",
            "CREATE TABLE t (a INTEGER, b TEXT, UNIQUE (a), CHECK (\"b\" != '')) STRICT"
        ),
        (
            "CREATE TABLE t (a TEXT REFERENCES u ON DELETE SET NULL NOT NULL) STRICT",
            "CREATE TABLE t (a TEXT NOT NULL, FOREIGN KEY (a) REFERENCES u ON DELETE SET NULL) STRICT"
        ),
        (
            "CREATE TABLE t (a TEXT REFERENCES u) STRICT",
            "CREATE TABLE t (a TEXT REFERENCES u ON DELETE RESTRICT) STRICT"
        ),
        (
            "CREATE TABLE t (a INT DEFAULT (1), b INT DEFAULT -1) STRICT",
            "CREATE TABLE IF NOT EXISTS main.t (a INT DEFAULT 1, b INT DEFAULT - 1) STRICT"
        ),
        (
            "CREATE INDEX i ON t (a, b DESC) WHERE a > 1",
            "CREATE INDEX IF NOT EXISTS \"i\" ON \"t\" (\"a\" ASC, b DESC) /* few */ WHERE (a > 1)"
        ),
        (
            "CREATE TABLE t (a INTEGER NOT NULL, CONSTRAINT p PRIMARY KEY (a)) STRICT",
            "CREATE TABLE t (a INTEGER CONSTRAINT p PRIMARY KEY AUTOINCREMENT NOT NULL) STRICT"
        ),
        (
            "CREATE TABLE t (a TEXT DEFAULT 'x--y', b TEXT) STRICT",
            "CREATE TABLE t (a TEXT /* , */ DEFAULT 'x--y' , b TEXT) STRICT"
        ),
    ]

    @Test(arguments: same)
    func `the spelling of a table makes no difference`(_ one: String, _ other: String) {
        #expect(DatabaseStructure(statements: [one]) == DatabaseStructure(statements: [other]))
    }

    static let different: [(String, String)] = [
        ("CREATE TABLE t (a TEXT) STRICT", "CREATE TABLE t (a TEXT)"),
        (
            "CREATE TABLE t (a TEXT DEFAULT 'A') STRICT",
            "CREATE TABLE t (a TEXT DEFAULT 'a') STRICT"
        ),
        (
            "CREATE TABLE t (a TEXT CHECK (a > 1)) STRICT",
            "CREATE TABLE t (a TEXT CHECK (a > 2)) STRICT"
        ),
        ("CREATE INDEX i ON t (a)", "CREATE INDEX i ON t (a DESC)"),
    ]

    @Test(arguments: different)
    func `what matters to SQLite is told apart`(_ one: String, _ other: String) {
        #expect(DatabaseStructure(statements: [one]) != DatabaseStructure(statements: [other]))
    }

    @Test func `the server's own tables are left out`() {
        let structure = DatabaseStructure(statements: [
            "CREATE TABLE _apus_meta (a TEXT)", "CREATE TABLE sqlite_sequence (name, seq)",
            "CREATE INDEX i ON _apus_meta (a)",
        ])
        #expect(structure == DatabaseStructure(statements: []))
    }

    @Test func `a script is cut at semicolons outside texts and triggers`() {
        let script = """
            -- first; comment
            INSERT INTO t VALUES ('a;b');
            CREATE TRIGGER x AFTER INSERT ON t BEGIN
              SELECT CASE WHEN 1 THEN 2 END;
              DELETE FROM t;
            END;
            ;
            SELECT ";" /* ; */
            """
        let statements = SQLScript(Array(script.utf8)).statements.map(\.text)
        #expect(
            statements.map { String($0.prefix(9)) } == ["INSERT IN", "CREATE TR", "SELECT \";"])
    }
}
