import Diagnostics
import Schema
import Store
import StoreSQLite
import TestSupport
import Testing
import Values

@testable import Expressions

/// Equality of json values in rules and filters is that of PostgreSQL's `jsonb`, in SQL as in
/// memory: numbers by value, members in any order, strings by their characters.
@Suite(.blocking) struct JSONEqualityTests {
    static let same: [(String, String)] = [
        ("1", "1.0"), ("1", "1.000"), ("10", "1e1"), ("10", "1E+1"), ("10", "100e-1"),
        ("0", "-0"), ("0", "0.00"), ("0", "0e5"), ("-1.5", "-15e-1"), ("0.001", "1e-3"),
        ("9223372036854775808", "9223372036854775808.0"),
        ("123456789012345678901234567890", "12345678901234567890123456789e1"),
        (#""a""#, #""\u0061""#), ("[1, 2.50]", "[1.0,2.5]"), ("{}", "{ }"),
        (#"{"a":{"b":[1e0]}}"#, #"{"a":{"b":[1]}}"#), (#"{"a":1,"bb":2}"#, #"{"bb":2.0,"a":1}"#),
    ]

    static let different: [(String, String)] = [
        ("1", "2"), ("1", "10"), ("1", "-1"), ("1", #""1""#), (#""1""#, #""1.0""#),
        ("9007199254740993", "9007199254740992"), ("0.1", "0.10000000000000001"),
        (#""1e1""#, #""10""#), (#""a\"1.0""#, #""a\"1""#), ("null", "0"), ("true", "1"),
        ("[1,2]", "[2,1]"), ("[]", "{}"), (#"{"a":1}"#, #"{"a":1,"b":2}"#),
        (#"{"1.0":1}"#, #"{"1":1}"#), ("1e308", "1e307"), ("1e-323", "1e-324"),
        ("12", "1.2"), ("[10]", "[1,0]"), (#""\u00e9""#, #""e\u0301""#),
    ]

    @Test(arguments: same.map { ($0, $1, true) } + different.map { ($0, $1, false) })
    func `json values are compared by value`(left: String, right: String, isEqual: Bool) throws {
        for (left, right) in [(left, right), (right, left)] {
            let literal = SQLiteDialect().literal(.text(right), .text)
            let rules = [
                "data -> 'a' = \(literal)", "not (data -> 'a' <> \(literal))",
                "data -> 'a' in ('[9]', \(literal))",
                "data -> 'a' is not distinct from \(literal)",
                "data -> 'a' = data -> 'b'", "data -> 'a' is not distinct from (data -> 'b')",
                "auth.jwt() -> 'a' = data -> 'b'", "data = old.data", "not changed(data)",
                #"data -> 'a' = coalesce(data -> 'none', data -> 'b')"#,
            ]
            for rule in rules {
                let predicate = try compile(rule, purpose: .updateCheck).get()
                let equal = rule.contains("old") || rule.contains("changed")
                try expect(
                    predicate, equal ? #"{"a":\#(left)}"# : #"{"a":\#(left),"b":\#(right)}"#,
                    old: #"{"a":\#(right)}"#, claims: #"{"a":\#(left)}"#, isEqual, rule)
            }
            for filter in ["eq.", "not.neq.", "not.isdistinct."] {
                let predicate = try Fixture.filter("data->a", filter + right)
                    .resolved(for: Fixture.model("items")).predicate
                try expect(predicate, #"{"a":\#(left)}"#, isEqual, filter + right)
            }
        }
    }

    @Test(arguments: [
        "data -> 'a' < '1'", "data -> 'a' >= data -> 'b'", "'1' > data -> 'a'", "data <= old.data",
        "data -> 'a' between '1' and '2'", "greatest(data -> 'a', data -> 'b') = '1'",
        "nullif(data -> 'a', '1') is null", "least(auth.jwt() -> 'a', '1') = '1'",
        "exists(items as i where i.data -> 'a' > items.data -> 'a')",
    ])
    func `no rule puts json values in order`(rule: String) {
        let faults = faults(in: rule, purpose: .updateCheck)
        #expect(faults.description.contains("json values have no order here"), "\(faults)")
    }

    @Test(arguments: [("1.0", true), ("10e-1", true), (#"{\"b\":2.0}"#, true), ("2", false)])
    func `a column of some json values is known to hold their equals`(text: String, isHeld: Bool)
        throws
    {
        let model = """
            {"properties": {"c": {"enum": [1, {"b": 2}]}}, "access": {"read": "c = '\(text)'"}}
            """
        let catalogue = try Catalogue(parsing: [("models/things.json", Array(model.utf8))])
        let rulebook = try? Rulebook.compile(catalogue)
        #expect((rulebook != nil) == isHeld)
    }

    /// Evaluates both ways a predicate over a row with these documents in `data`.
    private func expect(
        _ predicate: Predicate, _ new: String, old: String = "null", claims: String = "{}",
        _ truth: Bool, _ name: String
    ) throws {
        let database = try SQLiteDatabase.open(.temporary)
        defer { database.close() }
        let model = predicate.model
        let index = try #require(model.columnIndex("data"))
        let canonical = try #require(ColumnType.json.text(of: ColumnType.json.parse(claims)))
        let context = Identity(role: .authenticated, claims: canonical).context(now: nil)
        var rows: [[Value]] = []
        for text in [new, old] {
            var row = [Value](repeating: .null, count: model.columns.count)
            row[index] = try ColumnType.json.parse(text)
            rows.append(row)
        }
        let input = RowInput(new: rows[0], old: rows[1], model: model)
        let inMemory = try predicate.evaluate(input, in: Evaluation(context: context))
        #expect(inMemory == truth, "\(name) on \(new) in memory")
        var writer = StatementWriter(SQLiteDialect())
        writer.append("SELECT ")
        writer.append(predicate.condition(on: "t", old: "o"))
        for (row, alias) in zip(rows, ["t", "o"]) {
            writer.append(alias == "t" ? " FROM (SELECT " : " JOIN (SELECT ")
            writer.append(.init(row[index], .json))
            writer.append(" AS data) AS \(alias)")
        }
        let sql = writer.statement
        let inSQL = try database.makeReader().query(
            text: sql.text, arguments: sql.arguments, context
        ) { (rows) throws(DatabaseError) in
            try rows.next() && !rows.isNull(0) ? rows.int64(0) != 0 : nil
        }
        #expect(inSQL == truth, "\(name) on \(new) in SQL")
    }
}
