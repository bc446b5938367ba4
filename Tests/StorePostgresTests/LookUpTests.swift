import Diagnostics
import PostgresTestSupport
import Store
import StorePostgres
import StorePostgresTestSupport
import Testing
import Values

/// Values and rows that are asked for beside answers.
@Suite(.needsPostgres) struct LookUpTests {
    /// A query of the first row's value, and its type.
    static func lookUp(
        _ expression: String, _ type: ColumnType, _ argument: Value = .null,
        _ context: QueryContext = .none
    ) -> ScalarQuery {
        var sql = BoundSQL(text: "SELECT \(expression)", arguments: [argument], types: [.integer])
        sql.columns = [type]
        return ScalarQuery(sql, context)
    }

    @Test func `many look-ups are one unit, and answered in their order`() throws {
        let (_, user) = try ReaderTests.items(5)
        _ = try user.ask([Self.lookUp("1::int8", .integer)])
        let begun = user.counts.unitsBegun
        let queries = (0..<200).map { index -> ScalarQuery in
            switch index % 4 {
            case 0: Self.lookUp("$7::int8 FROM items ORDER BY id", .integer, .integer(Int64(index)))
            case 1: Self.lookUp("id > $7 FROM items ORDER BY id", .boolean, .integer(0))
            case 2: Self.lookUp("id FROM items WHERE id < $7", .integer, .integer(0))
            default: Self.lookUp("title FROM items WHERE id = $7", .text, .integer(5))
            }
        }
        let values = try user.ask(queries)
        #expect(user.counts.unitsBegun == begun + 1)
        #expect(values.count == 200)
        for (index, value) in values.enumerated() {
            let expected: [Value] = [
                .integer(Int64(index)), .integer(1), .null, .text("row 5"),
            ]
            #expect(value == expected[index % 4])
        }
        #expect(try user.ask([]) == [])
    }

    @Test func `a look-up knows who asks`() throws {
        let (_, user) = try ReaderTests.items(0)
        let id = "00000000-0000-0000-0000-00000000000a"
        let context = QueryContext(
            userID: .text(id), role: .text("authenticated"), jwt: .text(#"{"a":1}"#),
            now: Instant(microseconds: 1_500_000))
        let values = try user.ask([
            Self.lookUp("$1", .uuid, .null, context), Self.lookUp("$2", .text, .null, context),
            Self.lookUp("$3", .text, .null, context), Self.lookUp("$4", .json, .null, context),
            Self.lookUp("$6", .timestamp, .null, context),
        ])
        #expect(
            values == [
                .text(id), .text("authenticated"), .null, .text(#"{"a":1}"#),
                .text("1970-01-01T00:00:01.5+00:00"),
            ])
    }

    @Test func `restored rows are looked up too`() throws {
        let (_, user) = try ReaderTests.items(1)
        let dialect = PostgresDialect()
        var restored = RestoredTable(
            name: "items", columns: ReaderTests.table.columns.map { ($0.name, $0.type) })
        restored.append([.integer(7), .text("gone"), .null])
        let select = SelectStatement(
            [.init(ReaderTests.table.column(1, of: "t"))], from: [.init(.table("items"), as: "t")],
            where: [
                .comparison(
                    .equal, ReaderTests.table.column(0, of: "t"), .argument(.integer(7), .integer))
            ])
        let plain = dialect.text(of: select)
        let asked = [plain, dialect.reading(plain, with: [restored])]
        #expect(
            try user.ask(asked.map { ScalarQuery($0, .none) }) == [.null, .text("gone")])
    }

    @Test func `one look-up that fails fails all`() throws {
        let (_, user) = try ReaderTests.items(0)
        let good = Self.lookUp("1::int8", .integer)
        for (bad, code) in [
            (Self.lookUp("abs($7)", .integer, .integer(.min)), "22003"),
            (Self.lookUp("1 / $7", .integer, .integer(0)), "XX000"),
            (Self.lookUp("nothing", .integer), "XX000"),
            (Self.lookUp("'NaN'::numeric", .decimal(precision: 5, scale: 1)), "XX000"),
            (ScalarQuery(BoundSQL(text: "SELECT 1", arguments: []), .none), "XX000"),
        ] {
            let problem = #expect(throws: Problem.self) { try user.ask([good, bad, good]) }
            #expect(problem?.code == code)
        }
        #expect(try user.ask([good]) == [.integer(1)])
    }
}
