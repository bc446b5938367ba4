import PostgresTestSupport
import Store
import StorePostgres
import StorePostgresTestSupport
import TestSupport
import Testing
import Values

/// Rows inside of rows, and rows that are gone.
@Suite(.blocking, .needsPostgres) struct EmbedTests {
    static let types: [(String, ColumnType)] = [
        ("id", .integer), ("small", .integer32), ("title", .text), ("key", .uuid),
        ("made", .timestamp), ("day", .date), ("hour", .time),
        ("price", .decimal(precision: 12, scale: 2)), ("score", .real), ("flag", .boolean),
        ("data", .json), ("blob", .bytes),
    ]
    static let table = Table(
        "items", types.map { .init($0.0, $0.1, isNullable: true) }, primaryKey: .init("pk", [0]))
    static let rows: [[Value]] = [
        [
            .integer(1), .integer(-5), .text("a\"\\\n/é😀"),
            .text("6f9619ff-8b86-d011-b42d-00c04fc964ff"), .text("2026-11-21T10:15:00.12+00:00"),
            .text("2026-11-21"), .text("10:15:00.5"), .integer(1050), .real(0.1), .integer(1),
            .text(#"{"a":[1,{"b":": , "}],"c":null}"#), .blob([0, 255]),
        ],
        [.integer(2)] + [Value](repeating: .null, count: 11),
        [
            .integer(3), .integer(0), .text(""), .text("00000000-0000-0000-0000-000000000000"),
            .text("0001-01-01T00:00:00+00:00"), .text("0001-01-01"), .text("24:00:00"),
            .integer(-1), .real(-.infinity), .integer(0), .text("null"), .blob([]),
        ],
    ]

    private func rowsAsJSON(_ layout: RowLayout, _ rows: [[Value]]) -> String {
        var json: [UInt8] = []
        for row in rows {
            json.append(UInt8(ascii: json.isEmpty ? "[" : ","))
            layout.appendObject(row, to: &json)
        }
        return json.isEmpty ? "[]" : String(decoding: json, as: UTF8.self) + "]"
    }

    static let layouts: [[String]] = [
        types.map(\.0), (0..<12).map { _ in "same" },
        (0..<12).map { "\($0): a name that is longer than the 63 bytes of which the server cuts it" },
        (0..<12).map { $0 == 3 ? "" : "it's \"\($0)\\\u{1}" },
    ]

    @Test(arguments: layouts)
    func `an embed has the bytes that the encoder prints`(keys: [String]) throws {
        let database = try SampleDatabase()
        try database.make(Self.table, Self.rows)
        // More members than a function has arguments.
        for repetitions in [1, 5] {
            let names = Array(repeatElement(keys, count: repetitions).joined())
            let members = Array(repeatElement(Self.types.map(\.1), count: repetitions).joined())
            let layout = RowLayout(Array(zip(names, members)))
            let values = Self.rows.map { Array(repeatElement($0, count: repetitions).joined()) }
            let rows = SelectStatement(
                members.indices.map { .init(Self.table.column($0 % 12, of: "t")) },
                from: [.init(.table("items"), as: "t")],
                order: [.init(Self.table.column(0, of: "t"))])
            let embeds = RowLayout([("many", .json), ("one", .json)])
            let select = SelectStatement(
                [.init(.array(layout, rows)), .init(.object(layout, rows))], from: [])
            let one = rowsAsJSON(layout, [values[0]]).dropFirst().dropLast()
            #expect(
                try database.json(of: database.dialect.text(of: select), embeds)
                    == #"[{"many":\#(rowsAsJSON(layout, values)),"one":\#(one)}]"#)
        }
    }

    @Test func `an embed without rows is an empty array or null`() throws {
        let database = try SampleDatabase()
        try database.make(Self.table, Self.rows)
        let layout = RowLayout([("id", .integer)])
        var none = SelectStatement(
            [.init(Self.table.column(0, of: "t"))], from: [.init(.table("items"), as: "t")],
            where: [.no])
        var select = SelectStatement(
            [.init(.array(layout, none)), .init(.object(layout, none))], from: [])
        let embeds = RowLayout([("many", .json), ("one", .json)])
        #expect(
            try database.json(of: database.dialect.text(of: select), embeds)
                == #"[{"many":[],"one":null}]"#)
        none.conditions = []
        select.columns = [
            .init(.array(RowLayout([]), none)), .init(.object(RowLayout([]), none)),
        ]
        #expect(
            try database.json(of: database.dialect.text(of: select), embeds)
                == #"[{"many":[{},{},{}],"one":{}}]"#)
    }

    @Test func `rows that are gone are read as if they were there`() throws {
        let database = try SampleDatabase()
        try database.make(Self.table, [Self.rows[1]])
        var restored = RestoredTable(
            name: "items", columns: Self.types.map { (name: $0.0, type: $0.1) })
        restored.append(Self.rows[0])
        restored.append(Self.rows[2])
        let select = SelectStatement(
            Self.types.indices.map { .init(Self.table.column($0, of: "t")) },
            from: [.init(.table("items"), as: "t")],
            where: [
                .comparison(
                    .less, Self.table.column(0, of: "t"), .argument(.integer(99), .integer))
            ], order: [.init(Self.table.column(0, of: "t"))])
        let plain = database.dialect.text(of: select)
        let sql = database.dialect.reading(plain, with: [restored])
        #expect(try database.rows(of: sql, as: plain.columns) == Self.rows)
        #expect(try database.rows(of: plain, as: plain.columns) == [Self.rows[1]])
        #expect(database.dialect.reading(plain, with: []).text == plain.text)
    }
}
