import Expressions
import HTTP
import Schema
import Store
import StoreSQLite
import Testing
import Values

@testable import REST

/// The SQL that requests become, word for word: what an index can serve must stay servable.
@Suite struct StatementTests {
    func plan(_ target: String, _ identity: Identity = .anonymous) throws -> ReadPlan {
        let catalogue = try Catalogue(
            parsing: RulesTests.models.map { ("models/\($0).json", Array($1.utf8)) })
        let request = Request(.get, target, fields: [("prefer", "count=exact")])
        let key = PlanKey(request, table: request.rawPath, isService: false)
        let settings = RESTSettings()
        let use = PlanKey.use(of: request, table: request.rawPath)
        let parsed = try ApiRequest(
            request, table: request.rawPath.dropFirst(),
            masked: key?.operands.map(\.parameter) ?? [])
        let permissions = Permissions(
            rulebook: try Rulebook.compile(catalogue), identity: identity, context: .none)
        var planner = Planner(
            catalogue: catalogue, permissions: permissions, settings: settings,
            dialect: SQLiteDialect(), use: use)
        return try planner.readPlan(parsed).plan
    }

    @Test func `a lookup by key is one search`() throws {
        let plan = try plan("/posts?select=id,title&id=eq.7", .service)
        #expect(
            plan.query.rows.text == """
                SELECT "_apus_0"."id", "_apus_0"."title" FROM "posts" AS "_apus_0" \
                WHERE "_apus_0"."id" = ?7 ORDER BY "_apus_0".rowid LIMIT ?8 OFFSET ?9
                """)
        #expect(plan.query.rows.arguments == [.integer(7), .integer(1000), .integer(0)])
        #expect(
            plan.query.rows.slots.map(\.source)
                == [.operand(parameter: 1, .value(.integer))])
        #expect(
            plan.query.counting.statement?.text == """
                SELECT count(*) FROM "posts" AS "_apus_0" WHERE "_apus_0"."id" = ?7
                """)
    }

    @Test func `a request that is too long for its plan to be kept is run once`() throws {
        for (count, use) in [(1, StatementUse.kept), (300, .once)] {
            let names = (0..<count).map { "a\($0):id" }.joined(separator: ",")
            let query = try plan("/posts?select=\(names)&id=gt.1").query
            #expect(query.rows.use == use && query.counting.statement?.use == use)
            #expect(query.windowCount(ReadArguments(query)).use == use)
        }
    }

    @Test func `rules come first and ask for the caller by parameter`() throws {
        let plan = try plan("/posts?select=id&order=title.desc&limit=5")
        #expect(
            plan.query.rows.text == """
                SELECT "_apus_0"."id" FROM "posts" AS "_apus_0" \
                WHERE "_apus_0"."open" OR "_apus_0"."owner" = ?1 \
                ORDER BY "_apus_0"."title" DESC LIMIT ?7 OFFSET ?8
                """)
        #expect(plan.query.rows.arguments == [.integer(5), .integer(0)])
    }

    @Test func `an embed carries its rule where it is shown and where it is required`() throws {
        let plan = try plan("/posts?select=id,comments!inner(id)&comments.id=gt.1", .service)
        #expect(
            plan.query.rows.text == """
                SELECT "_apus_0"."id", (SELECT apus_array(apus_object('["id","int8"]',"c0")) FROM (SELECT \
                "_apus_1"."id" AS "c0" FROM "comments" AS "_apus_1" \
                WHERE "_apus_1"."id" > ?7 AND "_apus_1"."post_id" = "_apus_0"."id" \
                LIMIT ?8 OFFSET ?9)) FROM "posts" AS "_apus_0" \
                WHERE EXISTS (SELECT 1 FROM "comments" AS "_apus_1" \
                WHERE "_apus_1"."id" > ?10 AND "_apus_1"."post_id" = "_apus_0"."id") \
                ORDER BY "_apus_0".rowid LIMIT ?11 OFFSET ?12
                """)
        #expect(plan.query.rows.slots.map(\.argument) == [0, 3])
    }

    @Test func `a verb without a rule reaches nothing`() throws {
        #expect(try plan("/vault?select=id").query.rows.text.contains("WHERE 0"))
    }

    @Test func `nothing a client writes becomes SQL text`() throws {
        let marks = "x'\"); DROP TABLE posts; --"
        let targets = [
            "/posts?title=eq.\(marks)", "/posts?title=in.(\"x'; DROP TABLE posts\")",
            "/posts?title=like.\(marks)",
            "/posts?or=(title.eq.\"x'; DROP TABLE posts\")", "/posts?select=title->\"DROP TABLE\"",
        ]
        for target in targets {
            #expect(!(try plan(target).query.rows.text.contains("DROP")))
        }
    }
}
