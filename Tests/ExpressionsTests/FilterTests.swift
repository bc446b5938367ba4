import Database
import Diagnostics
import Testing

@testable import Expressions

struct FilterCase: CustomTestStringConvertible, Sendable {
    let name: String
    let value: String
    let sql: String
    let arguments: [Value]

    init(_ name: String, _ value: String, _ sql: String, _ arguments: [Value] = []) {
        (self.name, self.value, self.sql, self.arguments) = (name, value, sql, arguments)
    }

    var testDescription: String { "?\(name)=\(value)" }
}

struct FilterRefusal: CustomTestStringConvertible, Sendable {
    let name: String
    let value: String
    let code: String
    let status: Int
    /// Must occur in the problem's message, details or hint.
    let told: String

    init(_ name: String, _ value: String, _ code: String, _ told: String, status: Int = 400) {
        (self.name, self.value, self.code, self.told) = (name, value, code, told)
        self.status = status
    }

    var testDescription: String { "?\(name)=\(value)" }
}

@Suite struct FilterTests {
    static let cases: [FilterCase] = [
        FilterCase("title", "eq.x", #""t"."title" = ?7"#, [.text("x")]),
        FilterCase("title", "eq.", #""t"."title" = ?7"#, [.text("")]),
        FilterCase("title", #"eq."x""#, #""t"."title" = ?7"#, [.text(#""x""#)]),
        FilterCase("title", "eq.a,b.c(d", #""t"."title" = ?7"#, [.text("a,b.c(d")]),
        FilterCase(#""title""#, "neq.x", #""t"."title" <> ?7"#, [.text("x")]),
        FilterCase(" title ", "gt.x", #""t"."title" > ?7"#, [.text("x")]),
        FilterCase("n", "gte. 5", #""t"."n" >= ?7"#, [.integer(5)]),
        FilterCase("n", "not.lt.5", #"NOT "t"."n" < ?7"#, [.integer(5)]),
        FilterCase("price", "lte.1.5", #""t"."price" <= ?7"#, [.integer(150)]),
        FilterCase("flag", "eq.yes", #""t"."flag" = ?7"#, [.integer(1)]),
        FilterCase("title", "like.a*", #"apus_like("t"."title", ?7)"#, [.text("a%")]),
        FilterCase("title", "not.ilike.*x", #"NOT apus_ilike("t"."title", ?7)"#, [.text("%x")]),
        FilterCase("title", "is.null", #""t"."title" IS NULL"#),
        FilterCase("title", "is.NOT_NULL", #""t"."title" IS NOT NULL"#),
        FilterCase("title", "not.is.null", #""t"."title" IS NOT NULL"#),
        FilterCase("flag", "is.true", #""t"."flag" IS 1"#),
        FilterCase("flag", "not.is.false", #""t"."flag" IS NOT 0"#),
        FilterCase("flag", "is.unknown", #""t"."flag" IS NULL"#),
        FilterCase("n", "isdistinct.5", #""t"."n" IS NOT ?7"#, [.integer(5)]),
        FilterCase("n", "in.(1,2)", #""t"."n" IN (?7, ?8)"#, [.integer(1), .integer(2)]),
        FilterCase(
            "n", "in.( 1,2,3)", #""t"."n" IN (?7, ?8, ?9, ?10)"#,
            [.integer(1), .integer(2), .integer(3), .integer(3)]),
        FilterCase(
            "title", #"in.(a b ,"c,d",")"#, #""t"."title" IN (?7, ?8, ?9, ?10)"#,
            [.text("a b "), .text("c,d"), .text("\""), .text("\"")]),
        FilterCase("title", #"in.("a\"b")"#, #""t"."title" IN (?7)"#, [.text(#"a"b"#)]),
        FilterCase("n", "in.()", "0"),
        FilterCase("n", "not.in.()", "1"),
        FilterCase(
            "n", "eq(any).{1,2}", #"("t"."n" = ?7 OR "t"."n" = ?8)"#,
            [.integer(1), .integer(2)]),
        FilterCase(
            "title", #"like(all).{a*,"b c",NULL}"#,
            #"(apus_like("t"."title", ?7) AND apus_like("t"."title", ?8) AND "#
                + #"apus_like("t"."title", ?9))"#,
            [.text("a%"), .text("b c"), .null]),
        FilterCase("n", "eq(any).{}", "0"),
        FilterCase(
            "data->>city", "eq.Oslo", #"apus_json_text("t"."data", 'city') = ?7"#,
            [.text("Oslo")]),
        FilterCase(
            "data->tags->>0", "eq.x",
            #"apus_json_text(apus_json_get("t"."data", 'tags'), 0) = ?7"#, [.text("x")]),
        FilterCase(
            "data->a-b->-1", "eq.5",
            #"apus_json_key(apus_json_get(apus_json_get("t"."data", 'a-b'), -1)) = ?7"#,
            [.text("5")]),
        FilterCase(
            "data", #"in.("{\"b\": 1.50}")"#, #"apus_json_key("t"."data") IN (?7)"#,
            [.text(#"{"b":15e-1}"#)]),
        FilterCase("title->>x", "is.null", "NULL IS NULL"),
        FilterCase(
            "or", "(n.eq.1,title.eq.x)", #"("t"."n" = ?7 OR "t"."title" = ?8)"#,
            [.integer(1), .text("x")]),
        FilterCase(
            "or", #"( n.eq.1 , title.eq."a,b")"#.replacing(" ,", with: ","),
            #"("t"."n" = ?7 OR "t"."title" = ?8)"#, [.integer(1), .text("a,b")]),
        FilterCase(
            "not.and", "(n.eq.1,flag.is.true)", #"(NOT "t"."n" = ?7 OR "t"."flag" IS NOT 1)"#,
            [.integer(1)]),
        FilterCase(
            "and", "(n.not.in.(1,2),or(flag.is.true,not.and(n.gt.1,n.lt.9)))",
            #"("t"."n" NOT IN (?7, ?8) AND "#
                + #"("t"."flag" IS 1 OR NOT "t"."n" > ?9 OR NOT "t"."n" < ?10))"#,
            [.integer(1), .integer(2), .integer(1), .integer(9)]),
        FilterCase(
            "and", "(title.eq(any).{a,b},data->>x.eq.y)",
            #"(("t"."title" = ?7 OR "t"."title" = ?8) AND apus_json_text("t"."data", 'x') = ?9)"#,
            [.text("a"), .text("b"), .text("y")]),
    ]

    @Test(arguments: cases)
    func `a filter becomes SQL and arguments`(_ filter: FilterCase) throws {
        let node = try Filter.parse(name: filter.name, value: filter.value)
        var sql = SQL()
        try node.resolve(Fixture.model("items")).appendSQL(to: &sql, row: "t")
        #expect(sql.text == filter.sql)
        #expect(sql.arguments == filter.arguments)
    }

    static let refusals: [FilterRefusal] = [
        FilterRefusal("titel", "eq.x", "42703", "items.title"),
        FilterRefusal("title", "x", "PGRST100", "unexpected \"x\" expecting operator"),
        FilterRefusal("title", "", "PGRST100", "end of input"),
        FilterRefusal("title", "equ.x", "PGRST100", "Perhaps you meant the operator 'eq'."),
        FilterRefusal("title", "eq", "PGRST100", "\".\" after the operator"),
        FilterRefusal("title", "eq().x", "PGRST100", "(any) or (all)"),
        FilterRefusal("title", "is.nil", "PGRST100", "null, not_null"),
        FilterRefusal("title", "in.(a", "PGRST100", "\")\""),
        FilterRefusal("title", "in.a", "PGRST100", "\"in.(\""),
        FilterRefusal("title", "in.(a)b", "PGRST100", "the end"),
        FilterRefusal("or", "()", "PGRST100", "a column's name"),
        FilterRefusal("or", "(n.eq.1", "PGRST100", "\")\""),
        FilterRefusal("or", "n.eq.1", "PGRST100", "or=(a.eq.1,b.eq.2)"),
        FilterRefusal("title", "fts.cat", "PGRST127", "Full-text search is not built yet."),
        FilterRefusal("data", "cs.{}", "PGRST127", "contains"),
        FilterRefusal("title", "match.^a", "PGRST127", "regular expression"),
        FilterRefusal("data->a", "gt.5", "0A000", "\"data->a\""),
        FilterRefusal("n", "eq.abc", "22P02", "invalid input syntax for type bigint: \"abc\""),
        FilterRefusal("n", "eq.null", "22P02", "null"),
        FilterRefusal("m", "eq.3000000000", "22003", "out of range"),
        FilterRefusal("made", "gt.soon", "22007", "timestamp"),
        FilterRefusal("n", "in.(1,)", "22P02", "\"\""),
        FilterRefusal("n", "eq(any).1", "22P02", "malformed array literal: \"1\""),
        FilterRefusal(
            "title", "is.true", "42804", "argument of IS TRUE must be type boolean, not type text"),
        FilterRefusal(
            "n", "like.1*", "42883", "operator does not exist: bigint ~~ unknown", status: 404),
        FilterRefusal("data", "ilike.x", "42883", "jsonb ~~* unknown", status: 404),
        FilterRefusal(
            "data" + String(repeating: "->a", count: 33), "eq.1", "PGRST100", "at most 32 steps"),
        FilterRefusal("title", "like.a\\", "22025", "escape character"),
        FilterRefusal("data->>a->b", "eq.x", "42883", "text -> unknown", status: 404),
    ]

    @Test(arguments: refusals)
    func `a wrong filter is refused with its code`(_ refusal: FilterRefusal) throws {
        let problem = #expect(throws: Problem.self) {
            _ = try Filter.parse(name: refusal.name, value: refusal.value)
                .resolve(Fixture.model("items"))
        }
        guard let problem else { return }
        #expect(problem.code == refusal.code)
        #expect(problem.status == refusal.status)
        #expect(problem.description.contains(refusal.told))
    }

    @Test func `a name addresses embeds and groups`() throws {
        #expect(try Filter.parse(name: "a.b.title", value: "eq.x").path == ["a", "b"])
        #expect(try Filter.parse(name: "a.or", value: "(x.eq.1)").path == ["a"])
        let negated = try Filter.parse(name: "a.b.not.and", value: "(x.eq.1)")
        #expect(negated.path == ["a", "b"])
        #expect(negated.shape == .not(.all([FilterShape.test(try test("x", "eq.1"))])))
        #expect(try Filter.parse(name: #""or""#, value: "eq.1").shape.tests[0].field.name == "or")
        #expect(try Filter.parse(name: #""a.b""#, value: "eq.1").path.isEmpty)
    }

    private func test(_ name: String, _ value: String) throws -> FilterTest {
        try Filter.parse(name: name, value: value).shape.tests[0]
    }

    @Test func `one plan serves every filter of a shape`() throws {
        let first = try Filter.parse(name: "or", value: "(n.eq.1,and(title.in.(a,b,c),flag.eq.t))")
        let second = try Filter.parse(name: "or", value: "(n.eq.9,and(title.in.(x,y,z),flag.eq.f))")
        #expect(first.shape == second.shape)
        let plan = try FilterPlan(first.shape, Fixture.model("items"))
        var sql = SQL()
        plan.predicate.bound(to: try plan.arguments(second.values)).appendSQL(to: &sql, row: "t")
        #expect(sql.arguments == (try plan.arguments(second.values)))
        #expect(
            Set(sql.arguments) == [.integer(9), .text("x"), .text("y"), .text("z"), .integer(0)])
        #expect(first.shape != (try Filter.parse(name: "or", value: "(n.eq.1)").shape))
    }

    @Test func `groups nest to a depth`() throws {
        func nested(_ depth: Int) -> String {
            (0..<depth).reduce("n.eq.1") { inner, level in
                "\(level.isMultiple(of: 2) ? "or" : "and")(n.eq.\(level),\(inner))"
            }
        }
        let node = try Filter.parse(name: "and", value: "(\(nested(60)))")
        #expect(throws: Never.self) { try node.resolve(Fixture.model("items")) }
        #expect(throws: Problem.self) { try Filter.parse(name: "and", value: "(\(nested(64)))") }
        #expect(throws: Problem.self) {
            try Filter.parse(name: "or", value: String(repeating: "(", count: 100_000))
        }
    }
}
