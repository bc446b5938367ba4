import Diagnostics
import Query
import Schema
import Store
import StoreSQLite
import Testing
import Values

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
        let sql = try Fixture.filter(filter.name, filter.value)
            .resolved(for: Fixture.model("items")).condition(on: "t").text
        #expect(sql.text == filter.sql)
        #expect(sql.arguments == filter.arguments)
    }

    static let refusals: [FilterRefusal] = [
        FilterRefusal("titel", "eq.x", "42703", "items.title"),
        FilterRefusal("data->a", "gt.5", "0A000", "\"data->a\""),
        FilterRefusal("n", "eq.abc", "22P02", "invalid input syntax for type bigint: \"abc\""),
        FilterRefusal("n", "eq.null", "22P02", "null"),
        FilterRefusal("m", "eq.3000000000", "22003", "out of range"),
        FilterRefusal("made", "gt.soon", "22007", "timestamp"),
        FilterRefusal("n", "in.(1,)", "22P02", "\"\""),
        FilterRefusal(
            "title", "is.true", "42804", "argument of IS TRUE must be type boolean, not type text"),
        FilterRefusal(
            "n", "like.1*", "42883", "operator does not exist: bigint ~~ unknown", status: 404),
        FilterRefusal("data", "ilike.x", "42883", "jsonb ~~* unknown", status: 404),
        FilterRefusal("title", "like.a\\", "22025", "escape character"),
    ]

    @Test(arguments: refusals)
    func `a wrong filter is refused with its code`(_ refusal: FilterRefusal) throws {
        let problem = #expect(throws: Problem.self) {
            _ = try Fixture.filter(refusal.name, refusal.value)
                .resolved(for: Fixture.model("items"))
        }
        guard let problem else { return }
        #expect(problem.code == refusal.code)
        #expect(problem.status == refusal.status)
        #expect(problem.description.contains(refusal.told))
    }

    @Test func `groups nest as deep as their grammar says`() throws {
        let nested = (0..<60).reduce("n.eq.1") { inner, level in
            "\(level.isMultiple(of: 2) ? "or" : "and")(n.eq.\(level),\(inner))"
        }
        let filter = try Fixture.filter("and", "(\(nested))")
        #expect(throws: Never.self) { try filter.resolved(for: Fixture.model("items")) }
    }

    @Test func `related tables and permissions are the scope's`() throws {
        let scope = FilterScope(
            permit: { (column) throws(Problem) in
                if column == Fixture.model("items").columnIndex("n") { throw .notImplemented("n") }
            }, related: { $0 == "author" ? 3 : nil })
        func resolve(_ value: String) throws -> ResolvedFilter {
            try Fixture.filter("or", value).resolved(for: Fixture.model("items"), in: scope)
        }
        let filter = try resolve("(author.not.is.null,and(author.is.null,title.eq.x))")
        #expect(filter.relatedTables == [3])
        let rows = SelectStatement([], from: [.init(.table("x"), as: "y")])
        let sql = filter.condition(on: "t", related: [3: .exists(rows)]).text
        let exists = #"EXISTS (SELECT 1 FROM "x" AS "y")"#
        #expect(sql.text == #"(\#(exists) OR NOT \#(exists) AND "t"."title" = ?7)"#)
        #expect(throws: Problem.notImplemented("n")) { try resolve("(n.eq.1,title.eq.x)") }
        #expect(throws: Problem.self) { try resolve("(author.eq.1)") }
        let row = RowInput(
            new: Fixture.model("items").columns.map { _ in .null }, model: Fixture.model("items"))
        #expect(throws: Problem.self) {
            try filter.predicate.evaluate(row, in: Evaluation(context: .none))
        }
    }
}
