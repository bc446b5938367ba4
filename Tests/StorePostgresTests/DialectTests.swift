import Bytes
import Store
import StorePostgres
import Testing
import Values

/// The text that PostgreSQL is asked in.
@Suite struct DialectTests {
    static let title = ValueExpression.column("title", of: "t", type: .text)
    static let data = ValueExpression.column("data", of: "t", type: .json)
    static let small = ValueExpression.column("m", of: "t", type: .integer32)

    private static func weight(_ precision: Int) -> ValueExpression {
        .column("w", of: "t", type: .decimal(precision: precision, scale: 3))
    }

    private static func text(_ value: String) -> ValueExpression { .constant(.text(value), .text) }

    static let expressions: [(ValueExpression, String)] = [
        (.context(.userID), "$1"), (.argument(.integer(5), .integer), "$7"),
        (.constant(.null, .uuid), "NULL::uuid"), (.yes, "true"), (.no, "false"),
        (.constant(.integer(.min), .integer), "'-9223372036854775808'::int8"),
        (.constant(.integer(5), .integer32), "'5'::int4"),
        (.constant(.integer(-150), .decimal(precision: 5, scale: 2)), "'-1.50'::numeric"),
        (.constant(.real(100.5), .decimal(precision: 5, scale: 2)), "'1.005'::numeric"),
        (.constant(.real(1.5), .integer), "'1.5'::numeric"),
        (.constant(.real(-.infinity), .integer), "'-Infinity'::numeric"),
        (.constant(.real(0.1), .real), "'0.1'::float8"),
        (text("it's"), "'it''s'"), (text(#"a\'b"#), #"E'a\\''b'"#),
        (.constant(.text(#"{"a":1}"#), .json), #"'{"a":1}'::jsonb"#),
        (.constant(.blob([0, 255]), .bytes), #"E'\\x00ff'::bytea"#),
        (
            .distinct(.column("flag", of: "t", type: .boolean), .yes),
            #""t"."flag" IS DISTINCT FROM true"#
        ),
        (.comparison(.equal, title, .context(.role)), #""t"."title" = $2"#),
        (.comparison(.less, title, .context(.role)), #""t"."title" < $2 COLLATE "C""#),
        (.comparison(.less, title, title), #""t"."title" < "t"."title""#),
        (
            .comparison(.less, title, .call(.concatenate, [title, text("x")])),
            #""t"."title" < ("t"."title" || 'x') COLLATE "C""#
        ),
        (
            .not(.like(title, pattern: text("a%"), ignoresCase: false)),
            #"NOT "t"."title" LIKE 'a%'"#
        ),
        (
            .like(title, pattern: .argument(.text("a%"), .text), ignoresCase: true),
            #""_apus".lower("t"."title") LIKE "_apus".lower($7)"#
        ),
        (.call(.jsonKey, [data]), #""t"."data""#),
        (
            .call(.jsonMemberText, [.call(.jsonMember, [data, text("a")]), text("b")]),
            #""_apus".json_text("t"."data" -> 'a' -> 'b')"#
        ),
        (
            .call(.jsonMember, [data, .constant(.integer(0), .integer)]),
            #""_apus".json_element("t"."data", '0'::int8)"#
        ),
        (.call(.absolute, [small]), #"abs("t"."m"::int8)"#),
        (.call(.floor(digits: 1), [weight(8)]), #"(floor("t"."w" * 100) * 0.01)"#),
        (.call(.ceiling(digits: 3), [weight(8)]), #"ceil("t"."w")::int8"#),
        (.call(.real, [weight(8)]), #""t"."w"::float8"#),
        (.call(.real, [weight(18)]), #"(("t"."w" * 1000)::float8 / '1000'::float8)"#),
        (.call(.greatest, [text("a"), title]), #"greatest('a' COLLATE "C", "t"."title")"#),
    ]

    @Test(arguments: expressions)
    func `an expression is written in PostgreSQL's SQL`(
        expression: ValueExpression, sql: String
    ) {
        var writer = StatementWriter(PostgresDialect())
        writer.append(expression)
        #expect(writer.statement.text == sql)
    }

    @Test func `rows are ordered by key where nothing else is asked`() {
        let table = Table(
            "a\"b", [.init("x", .integer, isNullable: false), .init("y", .text, isNullable: false)],
            primaryKey: .init("k", [1, 0]))
        var select = SelectStatement(
            [.init(table.column(0, of: "t"))], from: [.init(.table("a\"b"), as: "t")])
        select.defaultOrder = .identity(of: table)
        let sql = PostgresDialect().text(of: select)
        #expect(
            sql.text == #"SELECT "t"."x" FROM "a""b" AS "t" ORDER BY "t"."y", "t"."x""#)
        #expect(sql.columns == [.integer] && sql.mentions.isEmpty)
    }

    @Test func `a text that is no column is ordered by code point`() {
        let select = SelectStatement(
            [], from: [.init(.table("x"), as: "t")],
            order: [
                .init(Self.title, isDescending: true, nullsFirst: false),
                .init(.call(.jsonMemberText, [Self.data, Self.text("a")])),
            ])
        #expect(
            PostgresDialect().text(of: select).text == #"""
                SELECT 1 FROM "x" AS "t" ORDER BY "t"."title" DESC NULLS LAST, \#
                "_apus".json_text("t"."data" -> 'a') COLLATE "C"
                """#)
    }
}
