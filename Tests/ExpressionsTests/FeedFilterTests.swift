import Database
import Diagnostics
import Testing

@testable import Expressions

@Suite struct FeedFilterTests {
    static let cases: [FilterCase] = [
        FilterCase("", "n=eq.5", #""t"."n" = ?7"#, [.integer(5)]),
        FilterCase(
            "", " n=gt.5 , title=eq.x ", #"("t"."n" > ?7 AND "t"."title" = ?8)"#,
            [.integer(5), .text("x")]),
        FilterCase("", "title=eq.a=b", #""t"."title" = ?7"#, [.text("a=b")]),
        FilterCase("", #"title=eq."a,b""#, #""t"."title" = ?7"#, [.text("a,b")]),
        FilterCase("", #"title=eq."a"b"#, #""t"."title" = ?7"#, [.text(#""a"b"#)]),
        FilterCase("", #"title=eq."a"#, #""t"."title" = ?7"#, [.text(#""a"#)]),
        FilterCase("", "title=eq.a)", #""t"."title" = ?7"#, [.text("a)")]),
        FilterCase(
            "", #"title=in.(a,b,"c,d"),n=lt.1"#,
            #"("t"."title" IN (?7, ?8, ?9, ?10) AND "t"."n" < ?11)"#,
            [.text("a"), .text("b"), .text("c,d"), .text("c,d"), .integer(1)]),
        FilterCase("", "n=in.()", "0"),
        FilterCase("", "title=like.a%", #"apus_like("t"."title", ?7)"#, [.text("a%")]),
        FilterCase("", "title=not.is.null", #""t"."title" IS NOT NULL"#),
        FilterCase("", "n=isdistinct.5", #""t"."n" IS NOT ?7"#, [.integer(5)]),
        FilterCase(
            "", #"data=eq.{"a":1.0}"#, #"apus_json_key("t"."data") = ?7"#,
            [.text(#"{"a":1}"#)]),
    ]

    @Test(arguments: cases)
    func `a feed's filter becomes the same tree`(_ filter: FilterCase) throws {
        let node = try #require(try Filter.parse(realtime: filter.value))
        var sql = SQL()
        try node.resolve(Fixture.model("items")).appendSQL(to: &sql, row: "t")
        #expect(sql.text == filter.sql)
        #expect(sql.arguments == filter.arguments)
    }

    @Test(arguments: [
        ("n=eq.1,", "filter must not contain empty segments"),
        (",n=eq.1", "filter must not contain empty segments"),
        ("n=eq.1,,m=eq.1", "filter must not contain empty segments"),
        ("undefined", #"Error parsing `filter` params: ["undefined"]"#),
        ("n=5", #"Error parsing `filter` params: ["n=5"]"#),
        ("n=between.5", #"Error parsing `filter` params: ["n=between.5"]"#),
        ("n=in.1", #"Error parsing `filter` params: ["n=in.1"]"#),
        ("title=match.a", "The operator match (regular expression) is not built yet."),
        ("data=gt.{}", #"order of json values is not supported: "data""#),
        ("x=eq.1", "column items.x does not exist"),
        ("n=eq.a", #"invalid input syntax for type bigint: "a""#),
        ("n=is.true", "argument of IS TRUE must be type boolean, not type bigint"),
    ])
    func `a wrong feed filter is told in the protocol's words`(text: String, message: String) throws
    {
        let problem = #expect(throws: Problem.self) {
            _ = try Filter.parse(realtime: text)?.resolve(Fixture.model("items"))
        }
        #expect(problem?.message == message)
    }

    @Test func `an empty filter is none, and lists are bounded`() throws {
        #expect(try Filter.parse(realtime: "") == nil)
        #expect(try Filter.parse(realtime: "  ") == nil)
        func list(_ count: Int) -> String {
            "n=in.(\((0..<count).map { "\($0)" }.joined(separator: ",")))"
        }
        #expect(throws: Never.self) { try Filter.parse(realtime: list(100)) }
        #expect(throws: Problem.self) { try Filter.parse(realtime: list(101)) }
    }
}
