import Diagnostics
import Store
import StoreSQLite
import Testing
import Values

/// A constant means the same wherever it stands: as a literal, as a bound value, and in memory.
@Suite struct LiteralTests {
    static let reals: [Double] = [
        0, -0.0, 1, -1, 2, 0.1, 1.5, -2.25, 7.5623e-06, 0.044563843282862, 5288037007.370646, 1e15,
        1e16, 123_456_789_012_345_680, 9_007_199_254_740_992, 1e21, 1e22, 1e-7, 1e100, 1e308,
        -1e308,
        1.797_693_134_862_315_7e308, .leastNonzeroMagnitude, .leastNormalMagnitude,
        5.462632216004799e-300,
        0.1 + 0.2, .pi, .infinity, -.infinity,
    ]

    static let values: [Value] =
        reals.map(Value.real) + [
            .null, .integer(0), .integer(-1), .integer(.max), .integer(.min), .integer(1 << 53),
            "", "a", "it's", "''", "\"", "a\\'b", "ä\u{1F600}e\u{301}", "a\nb", "\u{0}", "a\u{0}'b",
            "1", "NULL", "?7", "--", .blob([]), .blob([0, 255, 39]),
            // One character each, and a quotation mark in it.
            "'\u{301}", "\u{600}'", "\u{600}'||'\u{301}", "\u{600}'--",
        ]

    /// The value of a literal, and that of a bound value, with their storage classes.
    private func read(_ sql: SQL) throws -> [Value] {
        let database = try SQLiteDatabase.open(.temporary)
        defer { database.close() }
        return try database.makeReader().query(sql) { rows throws(DatabaseError) in
            _ = try rows.next()
            return [rows.value(0), rows.value(1)]
        }
    }

    @Test(arguments: values)
    func `a literal is read back as the value it was made of`(value: Value) throws {
        let literal = SQLiteDialect().literal(value, .text)
        var sql = SQL(text: "SELECT \(literal), ")
        sql.append(argument: value, .text)
        let found = try read(sql)
        #expect(found == [value, value], "\(literal)")
    }

    @Test(arguments: ["a", "a\"b", "\"\"", "\"\u{301}", "\u{600}\"", "\u{600}\"--", "it's"])
    func `a quoted identifier names what it was made of`(name: String) throws {
        let quoted = quoted(identifier: name)
        let found = try read(SQL(text: "SELECT \(quoted), 2 FROM (SELECT 1 AS \(quoted))"))
        #expect(found == [.integer(1), .integer(2)])
    }

    @Test func `any double is read back as itself`() throws {
        var random = SystemRandomNumberGenerator()
        let numbers = (0..<400).map { _ in Double(bitPattern: random.next()) }.filter(\.isFinite)
        let literals = numbers.map { SQLiteDialect().literal(.real($0), .text) }
        let rows = literals.map { "(\($0))" }.joined(separator: ", ")
        let database = try SQLiteDatabase.open(.temporary)
        defer { database.close() }
        let found = try database.makeReader().query(SQL(text: "SELECT column1 FROM (VALUES \(rows))")) {
            rows throws(DatabaseError) in
            var found: [Value] = []
            while try rows.next() { found.append(rows.value(0)) }
            return found
        }
        for (literal, (number, value)) in zip(literals, zip(numbers, found)) {
            #expect(value == .real(number), "\(literal)")
        }
    }

    @Test func `what is no number is NULL, as it is when it is bound`() throws {
        var sql = SQL(text: "SELECT \(SQLiteDialect().literal(.real(.nan), .text)), ")
        sql.append(argument: .real(.nan), .real)
        #expect(try read(sql) == [.null, .null])
    }

    @Test(arguments: values)
    func `a default is the value it was written as`(value: Value) throws {
        let database = try SQLiteDatabase.open(.temporary)
        defer { database.close() }
        let literal = SQLiteDialect().literal(value, .text)
        try database.writeAndWait { transaction throws(Problem) in
            do throws(DatabaseError) {
                try transaction.executeScript(
                    "CREATE TABLE t (id INTEGER PRIMARY KEY, a DEFAULT (\(literal)))")
                try transaction.run(SQL("INSERT INTO t(id) VALUES (1)"))
            } catch {
                throw Problem(error)
            }
        }
        let found = try database.makeReader().query(SQL("SELECT a FROM t")) {
            rows throws(DatabaseError) in
            _ = try rows.next()
            return rows.value(0)
        }
        #expect(found == value, "\(literal)")
    }
}
