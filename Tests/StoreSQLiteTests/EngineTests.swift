import Bytes
import Diagnostics
import Store
import Testing
import Values

@testable import StoreSQLite

/// A temporary database with a table of items.
func makeItems(_ configuration: DatabaseConfiguration = .temporary) throws(Problem)
    -> SQLiteDatabase
{
    let database = try SQLiteDatabase.open(configuration)
    try database.writeAndWait { transaction throws(Problem) in
        try transaction.script(
            """
            CREATE TABLE items (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,
                price INTEGER, ok INTEGER CONSTRAINT ok_bool CHECK (ok IN (0, 1)),
                data TEXT) STRICT;
            CREATE TABLE parts (id INTEGER PRIMARY KEY,
                item INTEGER REFERENCES items(id) ON DELETE CASCADE) STRICT;
            """)
    }
    return database
}

extension SQLiteTransaction {
    /// `executeScript` for closures that throw problems.
    func script(_ sql: String) throws(Problem) {
        do throws(DatabaseError) { try executeScript(sql) } catch { throw Problem(error) }
    }

    /// `run` for closures that throw problems.
    @discardableResult
    func exec(_ text: String, _ arguments: Value...) throws(Problem) -> Int {
        do throws(DatabaseError) {
            return try run(text: text, arguments: arguments)
        } catch {
            throw Problem(error)
        }
    }
}

extension SQLiteReader {
    /// All rows of a query.
    func all(
        _ text: String, _ arguments: Value..., budget: Budget = .inline
    ) throws(DatabaseError) -> [[Value]] {
        try query(text: text, arguments: arguments, budget: budget) {
            rows throws(DatabaseError) in
            var all: [[Value]] = []
            while try rows.next() { all.append((0..<rows.columnCount).map { rows.value($0) }) }
            return all
        }
    }
}

let insertItem = "INSERT INTO items(name, price, ok, data) VALUES (?7, ?8, ?9, ?10)"

@Suite(.timeLimit(.minutes(10))) struct EngineTests {
    @Test func `a committed write is seen by readers`() async throws {
        let database = try makeItems()
        defer { database.close() }
        let rowID = try await database.write { transaction throws(Problem) in
            #expect(try transaction.exec(insertItem, "a", .integer(1050), .integer(1), "{}") == 1)
            return transaction.lastInsertRowID
        }
        let reader = try database.makeReader()
        #expect(rowID == 1)
        #expect(
            try reader.all("SELECT * FROM items")
                == [[.integer(1), "a", .integer(1050), .integer(1), "{}"]])
    }

    @Test func `values come back as they were bound`() throws {
        let database = try makeItems()
        defer { database.close() }
        let values: [Value] = [
            .null, .integer(.max), .integer(.min), .real(0.1), .real(.infinity), "", "é\0x",
            .blob([]), .blob([0, 255]),
        ]
        let reader = try database.makeReader()
        for value in values {
            #expect(try reader.all("SELECT ?7", value) == [[value]])
        }
    }

    @Test func `rows are encoded by their layout in Swift and in SQL alike`() throws {
        let database = try makeItems()
        defer { database.close() }
        try database.writeAndWait { transaction throws(Problem) in
            try transaction.exec(insertItem, "a\"b", .integer(1050), .integer(1), "{\"x\":1}")
            try transaction.exec(insertItem, "c", .null, .integer(0), .null)
        }
        let layout = RowLayout([
            ("id", .integer), ("name", .text), ("price", .decimal(precision: 5, scale: 2)),
            ("it's", .boolean), ("data", .json),
        ])
        let columns = ["id", "name", "price", "ok", "data"]
        var writer = StatementWriter(SQLiteDialect())
        writer.append("SELECT apus_array(o) FROM (SELECT ")
        layout.appendCall(to: &writer) { index, writer in writer.append(columns[index]) }
        writer.append(" AS o FROM items ORDER BY id)")
        let sql = SQL(text: writer.statement.text)
        let reader = try database.makeReader()
        let inSQL = try reader.query(sql) { rows throws(DatabaseError) in
            _ = try rows.next()
            return rows.text(0)
        }
        var out: [UInt8] = []
        try reader.query(SQL("SELECT id, name, price, ok, data FROM items ORDER BY id")) {
            rows throws(DatabaseError) in
            while try rows.next() {
                out.append(out.isEmpty ? ASCII.leftBracket : ASCII.comma)
                layout.appendObject(rows, to: &out)
            }
        }
        out.append(ASCII.rightBracket)
        #expect(String(utf8: out) == inSQL)
        #expect(
            inSQL
                == "[{\"id\":1,\"name\":\"a\\\"b\",\"price\":10.50,\"it's\":true,"
                + "\"data\":{\"x\":1}},"
                + "{\"id\":2,\"name\":\"c\",\"price\":null,\"it's\":false,\"data\":null}]")
    }

    @Test(arguments: [0, 1, 126, 127, 300])
    func `objects of any width are made`(count: Int) throws {
        let database = try SQLiteDatabase.open(.temporary)
        defer { database.close() }
        let layout = RowLayout((0..<count).map { ("c\($0)", .integer) })
        var writer = StatementWriter(SQLiteDialect())
        writer.append("SELECT ")
        layout.appendCall(to: &writer) { index, writer in writer.append("\(index)") }
        let sql = SQL(text: writer.statement.text)
        let reader = try database.makeReader()
        let text = try reader.query(sql) { rows throws(DatabaseError) in
            _ = try rows.next()
            return rows.bytes(0)
        }
        let root = try JSONDocument(parsing: text).root
        #expect(root.count == count)
        #expect(root.members.map { $0.value.int64 } == (0..<Int64(count)).map { $0 })
    }

    static let violations: [(String, DatabaseError)] = [
        ("INSERT INTO items(id, name) VALUES (1, 'b')", .unique(table: "items", columns: ["id"])),
        ("INSERT INTO items(name) VALUES ('a')", .unique(table: "items", columns: ["name"])),
        ("INSERT INTO items(name) VALUES (NULL)", .notNull(table: "items", column: "name")),
        ("INSERT INTO items(name, ok) VALUES ('b', 2)", .check(name: "ok_bool")),
        ("INSERT INTO parts(item) VALUES (99)", .foreignKey),
        ("INSERT INTO pairs VALUES (1, 2), (1, 2)", .unique(table: "pairs", columns: ["a", "b"])),
        ("INSERT INTO folded VALUES ('X'), ('x')", .uniqueIndex("folded_x")),
        ("DELETE FROM guarded", .foreignKey),
    ]

    @Test(arguments: violations)
    func `a violated constraint is named`(sql: String, expected: DatabaseError) throws {
        let database = try makeItems()
        defer { database.close() }
        let error = try database.writeAndWait { transaction throws(Problem) -> DatabaseError? in
            try transaction.script(
                """
                CREATE TABLE pairs (a INTEGER, b INTEGER, PRIMARY KEY (a, b)) STRICT;
                CREATE TABLE folded (x TEXT) STRICT;
                CREATE UNIQUE INDEX folded_x ON folded (lower(x));
                CREATE TABLE guarded (id INTEGER PRIMARY KEY) STRICT;
                CREATE TABLE guards (id INTEGER REFERENCES guarded(id) ON DELETE RESTRICT) STRICT;
                INSERT INTO guarded VALUES (1);
                INSERT INTO guards VALUES (1);
                """)
            try transaction.exec("INSERT INTO items(id, name) VALUES (1, 'a')")
            do throws(DatabaseError) {
                try transaction.run(SQL(text: sql))
                return nil
            } catch {
                return error
            }
        }
        #expect(error == expected)
    }

    @Test func `a script's error names its line and undoes the write`() throws {
        let database = try makeItems()
        defer { database.close() }
        for (script, line) in [
            ("CREATE TABLE a (x);\n\nCREATE TABLE b (;\n", "line 3: "),
            ("CREATE TABLE a (x);\n-- no\nINSERT INTO nowhere VALUES (1);", "line 3: "),
            ("CREATE TABLE a (x);\nCOMMIT;", "line 2: "),
        ] {
            let problem = #expect(throws: Problem.self) {
                try database.writeAndWait { transaction throws(Problem) in
                    try transaction.script(script)
                }
            }
            #expect(problem?.cause?.contains(line) == true, "\(problem?.cause ?? "")")
        }
        #expect(throws: DatabaseError.self) {
            try database.makeReader().all("SELECT * FROM a")
        }
    }

    @Test func `a reader cannot write`() throws {
        let database = try makeItems()
        defer { database.close() }
        let reader = try database.makeReader()
        let error = #expect(throws: DatabaseError.self) {
            try reader.all("INSERT INTO items(name) VALUES ('x')")
        }
        guard case .readOnly = error else {
            Issue.record("readOnly expected, not \(String(describing: error))")
            return
        }
    }

    @Test func `a snapshot does not see later commits`() async throws {
        let database = try makeItems()
        defer { database.close() }
        let reader = try database.makeReader()
        let counts = try reader.snapshot { () throws -> [[[Value]]] in
            let first = try reader.all("SELECT count(*) FROM items")
            try database.writeAndWait { transaction throws(Problem) in
                _ = try transaction.exec(insertItem, "a", .null, .null, .null)
            }
            return [first, try reader.all("SELECT count(*) FROM items")]
        }
        #expect(counts[0] == counts[1])
        #expect(try reader.all("SELECT count(*) FROM items") == [[.integer(1)]])
    }

    @Test func `the context fills the first six parameters`() throws {
        let database = try makeItems()
        defer { database.close() }
        let reader = try database.makeReader()
        let context = QueryContext(
            userID: "u", role: "r", email: "e", jwt: "{}", aal: "aal1",
            now: Instant(seconds: 0))
        var sql = SQL("SELECT ?6, ?1, ")
        sql.append(argument: .integer(5), .integer)
        let row = try reader.query(sql, context) { rows throws(DatabaseError) in
            _ = try rows.next()
            return (0..<3).map { rows.value($0) }
        }
        #expect(row == ["1970-01-01T00:00:00+00:00", "u", .integer(5)])
    }
}
