import Testing

@testable import SQLite

@Suite struct ConnectionTests {
    static let endless =
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT sum(x) FROM n"

    private func open() throws(SQLiteError) -> Connection {
        try Connection(
            path: ":memory:",
            options: ConnectionOptions(
                mode: .create, busyTimeoutMilliseconds: 0, cachedStatementsMax: 8,
                cachedStatementBytesMax: 1 << 20))
    }

    @Test func `leaving a run resets its statement`() throws {
        let connection = try open()
        try connection.execute("CREATE TABLE t (x)")
        try connection.execute("INSERT INTO t VALUES (1), (2)")
        for _ in 0..<2 {
            var run = try connection.run("SELECT x FROM t")
            #expect(try run.step())
            #expect(run.cell(0).integer == 1)
        }
        try connection.execute("DROP TABLE t")  // would be locked by a statement left running
    }

    @Test func `a running statement is not shared`() throws {
        let connection = try open()
        var outer = try connection.run("SELECT 1 UNION ALL SELECT 2")
        #expect(try outer.step())
        var inner = try connection.run("SELECT 1 UNION ALL SELECT 2")
        #expect(try inner.step())
        #expect(try outer.step())
        #expect(outer.cell(0).integer == 2)
        #expect(inner.cell(0).integer == 1)
    }

    @Test func `the statement cache stays within its bound`() throws {
        let connection = try open()
        for number in 0..<100 { _ = try connection.integer("SELECT \(number)") }
        #expect(connection.cachedStatements <= 8)
        #expect(try connection.integer("SELECT 99") == 99)
    }

    @Test func `it keeps no more bytes than it may, and nothing that takes an eighth of them`()
        throws
    {
        let connection = try Connection(
            path: ":memory:",
            options: ConnectionOptions(
                mode: .create, busyTimeoutMilliseconds: 0, cachedStatementsMax: 1000,
                cachedStatementBytesMax: 100_000))
        func columns(_ count: Int) -> String {
            (0..<count).map { "1 AS c\($0)" }.joined(separator: ", ")
        }
        for number in 0..<400 { _ = try connection.integer("SELECT \(number), \(columns(20))") }
        #expect((8...100).contains(connection.cachedStatements))
        connection.forgetStatements()
        _ = try connection.integer("SELECT \(columns(1000))")
        #expect(connection.cachedStatements == 0)
    }

    @Test func `what is run once is not kept`() throws {
        let connection = try open()
        for _ in 0..<2 {
            var run = try connection.run("SELECT 7", isKept: false)
            #expect(try run.step() && run.cell(0).integer == 7)
        }
        #expect(connection.cachedStatements == 0)
    }

    @Test func `a text is known by its bytes, wherever they lie`() throws {
        let connection = try open()
        for round in 0..<3 {
            for number in 100..<500 {
                // Each text is gone before the next is made, often in the same place.
                let text = "SELECT \(number) AS a_name_that_makes_it_long"
                #expect(try connection.integer(text) == number, "round \(round)")
                #expect(try connection.integer(text) == number, "round \(round)")
            }
        }
        #expect(connection.cachedStatements <= 8)
    }

    @Test func `texts that differ in normalisation are different statements`() throws {
        let connection = try open()
        #expect(try connection.integer("SELECT length('\u{E9}')") == 1)
        #expect(try connection.integer("SELECT length('e\u{301}')") == 2)
    }

    @Test(arguments: ["", "  ", "SELECT 1; SELECT 2", "SELEC 1", "SELECT \"no such\""])
    func `text that is not one statement is refused`(sql: String) throws {
        let connection = try open()
        #expect(throws: SQLiteError.self) { try connection.integer(sql) }
    }

    @Test func `a trailing semicolon is no second statement`() throws {
        #expect(try open().integer("SELECT 7;\n ") == 7)
    }

    @Test func `a limit of time interrupts and lifts`() throws {
        let connection = try open()
        connection.limit(.time(1_000_000))
        let error = #expect(throws: SQLiteError.self) { try connection.integer(Self.endless) }
        #expect(error?.primary == ResultCode.interrupt)
        #expect(connection.isOverLimit)
        connection.limit(.none)
        #expect(try connection.integer("SELECT 1") == 1)
    }

    @Test func `a deadline interrupts`() throws {
        let connection = try open()
        connection.limit(.deadline(1))
        #expect(throws: SQLiteError.self) {
            try connection.integer(Self.endless)
        }
    }

    @Test func `a script stops at its first error and says where`() throws {
        let connection = try open()
        let script =
            "CREATE TABLE a (x);\nINSERT INTO a VALUES (1);\n/* c */ -- d\n"
            + "INSERT INTO b VALUES (1);"
        let error = #expect(throws: SQLiteError.self) {
            try connection.executeScript(script, rights: .all)
        }
        #expect(error?.offset == script.utf8.count - "INSERT INTO b VALUES (1);".utf8.count)
        #expect(try connection.integer("SELECT count(*) FROM a") == 1)
    }

    @Test func `mentioned parameters are known`() throws {
        let run = try open().run("SELECT ?2, ?7")
        #expect(run.parameterCount == 7)
        #expect([1, 2, 3, 6, 7].map { run.mentions($0) } == [false, true, false, false, true])
    }

    @Test func `functions see arguments and answer every kind`() throws {
        let connection = try open()
        try connection.define("same", argumentCount: 1) { call in
            if call[0].storageClass == .null { return call.answerNull() }
            call.answer(call[0].text)
        }
        try connection.define("bad", argumentCount: 0) { $0.fail("no good") }
        #expect(
            try connection.text("SELECT same('x') || same(1) || typeof(same(NULL))") == "x1null")
        let error = #expect(throws: SQLiteError.self) { try connection.execute("SELECT bad()") }
        #expect(error?.message == "no good")
    }

    @Test func `opening a missing file or a directory fails with its reason`() {
        let options = ConnectionOptions(
            mode: .existing, busyTimeoutMilliseconds: 0, cachedStatementsMax: 8,
            cachedStatementBytesMax: 1 << 20)
        for path in ["/nonexistent/apus.db", "/tmp"] {
            let error = #expect(throws: SQLiteError.self) {
                try Connection(path: path, options: options)
            }
            #expect(error?.primary == ResultCode.cannotOpen)
        }
    }
}
