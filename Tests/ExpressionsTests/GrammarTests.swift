import Store
import Testing

@testable import Expressions

struct Rendered: CustomTestStringConvertible, Sendable {
    let rule: String
    let sql: String
    init(_ rule: String, _ sql: String) { (self.rule, self.sql) = (rule, sql) }
    var testDescription: String { rule }
}

@Suite struct GrammarTests {
    static let cases: [Rendered] = [
        // Literals and names
        Rendered("title = 'it''s'", #""t"."title" = 'it''s'"#),
        Rendered(#""title" = 'x'"#, #""t"."title" = 'x'"#),
        Rendered("items.title = 'x'", #""t"."title" = 'x'"#),
        Rendered("flag", #""t"."flag""#),
        Rendered("flag IS NOT TRUE", #""t"."flag" IS NOT 1"#),
        Rendered("true", "1"),
        Rendered("n = -5 -- five", #""t"."n" = -5"#),
        Rendered("/* c */ n=+5", #""t"."n" = 5"#),
        Rendered("5 < n", #""t"."n" > 5"#),
        Rendered("flag = 'yes'", #""t"."flag" = 1"#),
        Rendered("made > '2026-01-02 03:04:05+01'", #""t"."made" > '2026-01-02T02:04:05+00:00'"#),
        Rendered(
            "owner = '{A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11}'::uuid",
            #""t"."owner" = 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'"#),
        // Precedence
        Rendered("flag or flag and n = 1", #"("t"."flag" OR "t"."flag" AND "t"."n" = 1)"#),
        Rendered("(flag or flag) and n = 1", #"(("t"."flag" OR "t"."flag") AND "t"."n" = 1)"#),
        Rendered("not n = 1", #"NOT "t"."n" = 1"#),
        Rendered("not (flag and n = 1)", #"(NOT "t"."flag" OR NOT "t"."n" = 1)"#),
        Rendered("not not flag", #""t"."flag""#),
        Rendered("n = 1 is null", #"("t"."n" = 1) IS NULL"#),
        Rendered("title || 'a' like 'b%'", #"apus_like("t"."title" || 'a', 'b%')"#),
        Rendered("n between 1 and 5 and flag", #"("t"."n" >= 1 AND "t"."n" <= 5 AND "t"."flag")"#),
        // Tests
        Rendered("n is null", #""t"."n" IS NULL"#),
        Rendered("n is not null", #""t"."n" IS NOT NULL"#),
        Rendered("flag is true", #""t"."flag" IS 1"#),
        Rendered("(n = 1) is not unknown", #"("t"."n" = 1) IS NOT NULL"#),
        Rendered("n is distinct from m", #""t"."n" IS NOT "t"."m""#),
        Rendered("n is not distinct from 5", #""t"."n" IS 5"#),
        Rendered("status in ('draft', 'gone')", #""t"."status" IN ('draft', 'gone')"#),
        Rendered("n not in (1, 2)", #""t"."n" NOT IN (1, 2)"#),
        Rendered("title not ilike 'a%'", #"NOT apus_ilike("t"."title", 'a%')"#),
        // Numbers
        Rendered("price = 1.5", #""t"."price" = 150"#),
        Rendered("price >= '10'", #""t"."price" >= 1000"#),
        Rendered("price > 1.005", #""t"."price" > 100.5"#),
        Rendered("n > 1.5", #""t"."n" > 1.5"#),
        Rendered("score > 1", #""t"."score" > 1.0"#),
        Rendered(
            "price > n",
            #""t"."n" < "t"."price" / 100 + ("t"."price" % 100 > 0)"#),
        Rendered("score = n", #""t"."score" = CAST("t"."n" AS REAL)"#),
        // Arithmetic
        Rendered("n + 1 > 2", #"apus_add("t"."n", 1) > 2"#),
        Rendered("n - m * 2 = -n", #"apus_subtract("t"."n", apus_multiply("t"."m", 2)) = "#
            + #"apus_subtract(0, "t"."n")"#),
        Rendered("price + 1 = 2", #"apus_add_decimal("t"."price", 100) = 200"#),
        Rendered(
            "price + n = 2",
            #"apus_add_decimal("t"."price", apus_multiply_decimal("t"."n", 100)) = 200"#),
        Rendered("price * 0.5 = 1", #"apus_multiply_decimal("t"."price", 5) = 1000"#),
        Rendered("score * 2 = 1", #"apus_multiply_real("t"."score", 2.0) = 1.0"#),
        // Choices
        Rendered(
            "case when flag then n else 2 end = 2",
            #"CASE WHEN "t"."flag" THEN "t"."n" ELSE 2 END = 2"#),
        Rendered(
            "case title when 'a' then 'b' end is null",
            #"CASE WHEN "t"."title" = 'a' THEN 'b' ELSE NULL END IS NULL"#),
        // Functions
        Rendered("lower(title) = 'a'", #"apus_lower("t"."title") = 'a'"#),
        Rendered("length(trim(title)) > 0", #"apus_length(apus_trim("t"."title")) > 0"#),
        Rendered("coalesce(title, body, '') = ''", #"coalesce("t"."title", "t"."body", '') = ''"#),
        Rendered("greatest(n, 5) = 5", #"max(coalesce("t"."n", 5), coalesce(5, "t"."n")) = 5"#),
        Rendered("starts_with(title, 'a')", #"substr("t"."title", 1, length('a')) = 'a'"#),
        Rendered("auth.uid() = owner", #"?1 = "t"."owner""#),
        Rendered("owner = (select auth.uid())", #""t"."owner" = ?1"#),
        Rendered(
            "(auth.jwt() -> 'app_metadata' ->> 'role') = 'admin'",
            #"apus_json_text(apus_json_get(?4, 'app_metadata'), 'role') = 'admin'"#),
        Rendered("auth.jwt() ->> 'x' is null", #"apus_json_text(?4, 'x') IS NULL"#),
        Rendered("made < now()", #""t"."made" < ?6"#),
        Rendered("auth.uid()::text = title", #"?1 = "t"."title""#),
        // Other rows
        Rendered(
            "exists(members as m where m.team_id = items.team_id and user_id = auth.uid())",
            #"EXISTS (SELECT 1 FROM "members" AS "_apus_e1" WHERE "_apus_e1"."team_id" = "t"."team_id" "#
                + #"AND "_apus_e1"."user_id" = ?1)"#),
        Rendered(
            "exists (select 1 from members m where m.level > 1)",
            #"EXISTS (SELECT 1 FROM "members" AS "_apus_e1" WHERE "_apus_e1"."level" > 1)"#),
        Rendered(
            "team.owner_id = auth.uid()",
            #"(SELECT "_apus_e1"."owner_id" FROM "teams" AS "_apus_e1" WHERE "_apus_e1"."id" = "t"."team_id") = ?1"#
        ),
        Rendered(
            "team_member(team_id)",
            #"EXISTS (SELECT 1 FROM "members" AS "_apus_e1" WHERE "_apus_e1"."team_id" = "t"."team_id" "#
                + #"AND "_apus_e1"."user_id" = ?1)"#),
        Rendered(
            "can(delete, team)",
            #"EXISTS (SELECT 1 FROM "teams" AS "_apus_e1" WHERE "_apus_e1"."id" = "t"."team_id" "#
                + #"AND "_apus_e1"."owner_id" = ?1)"#),
        Rendered("can(update, team)", "0"),
        Rendered("at_least(n, 5) and signed_in()", #"("t"."n" >= 5 AND ?1 IS NOT NULL)"#),
    ]

    @Test(arguments: cases)
    func `an expression becomes SQL`(_ rendered: Rendered) throws {
        #expect(try compile(rendered.rule).get().text == rendered.sql)
    }

    @Test func `update checks see both images`() throws {
        let predicate = try compile(
            "not changed(team_id) and n >= old.n", purpose: .updateCheck
        ).get()
        #expect(predicate.text == #"("t"."team_id" IS "o"."team_id" AND "t"."n" >= "o"."n")"#)
    }

    @Test func `long chains become trees that SQLite takes`() throws {
        let predicate = try compile(
            (0..<3000).map { "n = \($0)" }.joined(separator: " or ")
        ).get()
        #expect(ExpressionDepth(predicate.definition).depth < 200)
        #expect(predicate.text.hasPrefix(#"(((""#))
    }
}
