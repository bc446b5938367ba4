import Store
import StorePostgres
import Testing

/// Migration files as PostgreSQL reads them.
@Suite struct ScriptTests {
    private func script(_ text: String) -> MigrationScript {
        PostgresDialect().script(Array(text.utf8))
    }

    @Test func `a script is cut at semicolons outside texts and bodies`() {
        let text = #"""
            \restrict abc
            -- first; comment /* ; */
            INSERT INTO t VALUES ('a;b', E'\';', "x;y", $$;$$, $tag$ ; $$ ; $tag$);
            /* a /* b; */ ; */
            CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC
              SELECT CASE WHEN true THEN 2 END;
              SELECT 3;
            END;
            CREATE RULE r AS ON DELETE TO t DO (SELECT 1; SELECT 2);
            ;
            \unrestrict abc
            SELECT $1, a$b$c; SELECT U&'\0041;'
            """#
        let statements = script(text).statements
        #expect(
            statements.map { String($0.text.prefix(9)) }
                == [
                    "INSERT IN", "CREATE FU", "CREATE RU", "SELECT $1", "SELECT U&",
                ])
        #expect(statements[0].text.hasSuffix("$tag$)"))
        #expect(script(text).faults == [])
        #expect(script("\u{FEFF}SELECT 1").statements.map(\.offset) == [3])
    }

    static let unfinished = [
        "SELECT 'a;", "SELECT \"a;", "SELECT $$a;", "SELECT /* ;", "SELECT E'\\", "$", "SELECT (1;",
        "\\", "E'", "U&", "/*", "'", "1e", "$a", "\u{FEFF}",
    ]

    @Test(arguments: unfinished)
    func `an unfinished text is one statement at most`(_ text: String) {
        #expect(script(text).statements.count <= 1)
    }

    static let refused: [(sql: String, message: String)] = [
        ("BEGIN;", "BEGIN cannot stand in a migration file"),
        ("PREPARE TRANSACTION 'a'", "PREPARE cannot stand in a migration file"),
        ("COPY t FROM STDIN;", "COPY FROM STDIN cannot stand"),
        ("\\copy t from 'x'", "\\copy is for psql and no SQL"),
        ("DROP TABLE \"_Apus_meta\"", "_apus_meta is the server's own"),
        ("SELECT 1;\0", "a NUL byte"),
    ]

    @Test(arguments: refused)
    func `what cannot stand in a file is refused`(_ sql: String, _ message: String) {
        let faults = script(sql).faults
        #expect(faults.count == 1 && faults.first?.message.hasPrefix(message) == true)
    }

    static let structural: [(sql: String, isStructural: Bool)] = [
        ("CREATE TABLE a (x int)", true), ("CREATE UNIQUE INDEX CONCURRENTLY i ON a (x)", true),
        ("ALTER TABLE a ADD x int, ADD COLUMN y numeric(1, 2)", true),
        ("ALTER TABLE a DROP x", true), ("DROP INDEX i", true), ("DROP TABLE a, b", true),
        ("CREATE TABLE a AS SELECT 1", false), ("INSERT INTO a VALUES (1)", false),
        ("CREATE VIEW a AS SELECT 1", false), ("SELECT setval('s', 1)", false),
    ]

    @Test(arguments: structural)
    func `what changes nothing but tables and indexes is told`(
        _ sql: String, _ isStructural: Bool
    ) {
        #expect(script(sql).isStructural == isStructural)
    }

    /// A statement, and the index that it leaves if it fails.
    static let alone: [(sql: String, index: String?)] = [
        ("CREATE INDEX CONCURRENTLY i ON a (x)", "i"),
        ("CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS \"On\" ON a (x)", "\"On\""),
        ("create index concurrently S.\"I\" on a (x)", "s.\"I\""),
        ("DROP INDEX CONCURRENTLY i", nil), ("REINDEX (VERBOSE) TABLE CONCURRENTLY a", nil),
        ("VACUUM a", nil),
    ]

    @Test(arguments: alone)
    func `what stands alone is told, and what it leaves`(_ sql: String, _ index: String?) {
        let script = script(sql)
        #expect(script.faults == [])
        #expect(script.statements.map(\.standsAlone) == [true])
        #expect(script.statements.map(\.unfinishedIndex) == [index])
    }

    @Test func `an index without a name is not built beside writers`() {
        let faults = script("SELECT 1; CREATE INDEX CONCURRENTLY ON a (x)").faults
        #expect(faults.map(\.offset) == [10])
        let others = script("CREATE INDEX ON a (x); REFRESH MATERIALIZED VIEW CONCURRENTLY v")
        #expect(others.faults == [] && others.statements.allSatisfy { !$0.standsAlone })
    }

    @Test func `what may drop is told`() {
        #expect(script("ALTER TABLE a DROP x").statements[0].mayDrop)
        #expect(script("DROP TABLE a, \"B\"").statements[0].droppedNames.contains("b"))
        #expect(!script("DELETE FROM a").statements[0].mayDrop)
    }
}
