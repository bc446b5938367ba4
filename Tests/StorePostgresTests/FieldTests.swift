import Bytes
import Diagnostics
import PostgresTestSupport
import PostgresWire
import Store
import StorePostgres
import StorePostgresTestSupport
import TestSupport
import Testing
import Values

/// Values on their way to the server and back, and into clients' JSON.
@Suite struct FieldTests {
    static let types: [ColumnType] = [
        .text, .uuid, .timestamp, .date, .time, .decimal(precision: 12, scale: 2),
        .decimal(precision: 18, scale: 18), .decimal(precision: 9, scale: 0), .integer, .integer32,
        .real, .boolean, .json, .bytes,
    ]

    @Test(.needsPostgres, arguments: types)
    func `a value comes back as it went, and prints as the other engine prints it`(
        type: ColumnType
    ) throws {
        let database = try SampleDatabase()
        var random = SeededGenerator(seed: 7)
        var values = type.extremes + [.null]
        for _ in 0..<200 { values.append(type.randomValue(&random)) }
        let layout = RowLayout([("a", type), ("b", .json)])
        for value in values {
            // As it is, and as an embed prints it.
            let sql = BoundSQL(
                text: """
                    SELECT $7, (SELECT row_to_json(r) FROM (SELECT $8 AS v) AS r)
                    """, arguments: [value, value], types: [type, type], mentions: [])
            #expect(try database.rows(of: sql, as: [type, .json])[0][0] == value)
            var expected: [UInt8] = []
            type.appendJSON(value, to: &expected)
            let text = String(utf8: expected)
            #expect(
                try database.json(of: sql, layout) == #"[{"a":\#(text),"b":{"v":\#(text)}}]"#)
        }
    }

    @Test(.needsPostgres) func `a value of another type is refused`() throws {
        let database = try SampleDatabase()
        for (value, type): (Value, ColumnType) in [
            (.text("x"), .uuid), (.text("x"), .integer), (.integer(1), .text), (.real(1), .text),
            (.blob([]), .text), (.text("soon"), .timestamp), (.text("x"), .date),
            (.text("25:00"), .time), (.text("1"), .bytes),
        ] {
            let sql = BoundSQL(
                text: "SELECT $7", arguments: [value], types: [type], mentions: [])
            #expect(throws: FormatFault.self) { try database.rows(of: sql, as: [type]) }
        }
        #expect(try database.client.value("SELECT 1") == "1")
    }

    @Test(.needsPostgres)
    func `a number that its type does not hold is sent in a wider one`() throws {
        let database = try SampleDatabase()
        for (value, type, text): (Value, ColumnType, String) in [
            (.integer(3_000_000_000), .integer32, "3000000000"),
            (.real(1.5), .integer, "1.5"),
            (.real(100.5), .decimal(precision: 9, scale: 2), "1.005"),
            (.real(1e30), .integer32, "1000000000000000019884624838656"),
            (.real(-0x1p-10), .integer, "-0.0009765625"), (.real(.infinity), .integer, "Infinity"),
            (.real(0), .integer, "0"),
        ] {
            let sql = BoundSQL(
                text: "SELECT $7::text", arguments: [value], types: [type], mentions: [])
            #expect(try database.rows(of: sql, as: [.text]) == [[.text(text)]])
        }
    }

    @Test(.needsPostgres, arguments: [
        ("'infinity'::timestamptz", ColumnType.timestamp), ("'-infinity'::date", .date),
        ("'10000-01-01 00:00+00'::timestamptz", .timestamp), ("'10000-01-01'::date", .date),
        ("'0001-12-31 BC'::date", .date), ("'NaN'::numeric", .decimal(precision: 9, scale: 2)),
        ("1.005", .decimal(precision: 9, scale: 2)),
        ("1e20::numeric", .decimal(precision: 9, scale: 0)), ("'7'::text", .integer),
        ("'seven'::text", .integer32),
    ])
    func `what no model holds is refused when it is read`(text: String, type: ColumnType) throws {
        let sql = BoundSQL(text: "SELECT \(text)", arguments: [], mentions: [])
        let database = try SampleDatabase()
        #expect(throws: FormatFault.self) { try database.rows(of: sql, as: [type]) }
        #expect(throws: FormatFault.self) {
            try database.json(of: sql, RowLayout([("a", type)]))
        }
        #expect(try database.client.value("SELECT 1") == "1")
    }

    @Test(.needsPostgres) func `members that are null are left out`() throws {
        let sql = BoundSQL(
            text: #"""
                SELECT NULL::int8, 'x'::text, '{"a": null, "b": [null]}'::jsonb, 'null'::jsonb
                """#, arguments: [], mentions: [])
        let layout = RowLayout([("a", .integer), ("b", .text), ("c", .json), ("d", .json)])
        let database = try SampleDatabase()
        let shape = StatementShape(sql.text, parameters: sql.parameterTypes)
        var json: [UInt8] = []
        try database.client.run(shape, { try $0.append(sql, in: .none) }) { row in
            var row = row
            try layout.appendObject(strippingNulls: &row, to: &json)
        }
        #expect(String(utf8: json) == #"{"b":"x","c":{"b":[null]}}"#)
    }

    @Test(.needsPostgres) func `the caller and the moment are bound where they are asked for`()
        throws
    {
        let id = "6F9619FF-8B86-D011-B42D-00C04FC964FF"
        let context = QueryContext(
            userID: .text(id), role: .text("anon"), email: .null, jwt: .text(#"{"a":1}"#),
            aal: .text("aal1"), now: .init(microseconds: 1_500_000))
        let select = SelectStatement(ContextSlot.allCases.map { .init(.context($0)) }, from: [])
        let database = try SampleDatabase()
        let sql = database.dialect.text(of: select)
        #expect(
            try database.rows(of: sql, as: sql.columns, context) == [
                [
                    .text(id.lowercased()), .text("anon"), .null, .text(#"{"a":1}"#),
                    .text("aal1"), .text("1970-01-01T00:00:01.5+00:00"),
                ]
            ])
        var nobody = context
        nobody.userID = .text("no uuid")
        #expect(try database.rows(of: sql, as: sql.columns, nobody)[0][0] == .null)
        let one = database.dialect.text(of: SelectStatement([.init(.context(.role))], from: []))
        #expect(one.mentions == ContextSlots(.role))
        let all = BoundSQL(text: "SELECT $1 IS NULL AND $4 IS NULL", arguments: [], mentions: [])
        #expect(try database.rows(of: all, as: [.boolean], context) == [[.integer(1)]])
    }
}

extension ColumnType {
    /// Values at the ends of what the type holds.
    fileprivate var extremes: [Value] {
        switch self {
        case .text: ["", "\"\\/\u{1}\u{1F}\u{7F}\n\t é 日本 😀"].map { .text($0) }
        case .uuid: [.text("00000000-0000-0000-0000-000000000000")]
        case .timestamp:
            ["0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59.999999+00:00",
                "1999-12-31T23:59:59.000001+00:00"].map { .text($0) }
        case .date: ["0001-01-01", "9999-12-31", "2000-02-29"].map { .text($0) }
        case .time: ["00:00:00", "23:59:59.999999", "24:00:00"].map { .text($0) }
        case .decimal(let precision, _):
            [powerOfTen(precision) - 1, 1 - powerOfTen(precision), 0, 1, -1].map { .integer($0) }
        case .integer: [.min, .max, 0].map { .integer($0) }
        case .integer32: [.integer(Int64(Int32.min)), .integer(Int64(Int32.max))]
        case .real:
            [0, -0.0, 0.1, 1e15, 1e16, 123_456_789_012_345_680, 1e-5, 0.0001, 1e300, .leastNonzeroMagnitude,
                .infinity, -.infinity, 999_999_999_999_999, 0.30000000000000004].map { .real($0) }
        case .boolean: [.integer(0), .integer(1)]
        case .json:
            ["null", "\"\"", "[]", "{}", #"{"\\":null,"a":1,"b":[1,2.50,{"c":"x: y, \" z"}]}"#,
                "-0.001", "\"a\\\"b\\\\\""].map { .text($0) }
        case .bytes: [.blob([]), .blob([0, 255])]
        }
    }

    fileprivate func randomValue(_ random: inout SeededGenerator) -> Value {
        func number(_ range: ClosedRange<Int64>) -> Int64 { .random(in: range, using: &random) }
        func bytes() -> [UInt8] {
            (0..<number(0...20)).map { _ in UInt8.random(in: 0...255, using: &random) }
        }
        switch self {
        case .text:
            let scalars = (0..<number(0...20)).compactMap { _ in
                Unicode.Scalar(UInt32(number(1...0x2_FFFF)))
            }
            return .text(String(String.UnicodeScalarView(scalars)))
        case .uuid:
            var uuid: [UInt8] = []
            for index in 0..<16 {
                if [4, 6, 8, 10].contains(index) { uuid.append(ASCII.minus) }
                uuid.append(hex: [UInt8(number(0...255))])
            }
            return .text(String(utf8: uuid))
        case .timestamp:
            return .text(
                Instant(microseconds: number(-62_135_596_800_000_000...253_402_300_799_999_999))
                    .postgres)
        case .date:
            var text: [UInt8] = []
            CivilDate(daysSinceEpoch: Int(number(-719_162...2_932_896))).append(to: &text)
            return .text(String(utf8: text))
        case .time: return .text(TimeOfDay(microseconds: number(0...86_400_000_000)).text)
        case .decimal(let precision, _):
            return .integer(number((1 - powerOfTen(precision))...(powerOfTen(precision) - 1)))
        case .integer: return .integer(number(.min ... .max))
        case .integer32: return .integer(number(Int64(Int32.min)...Int64(Int32.max)))
        case .real:
            let double = Double(bitPattern: UInt64(bitPattern: number(.min ... .max)))
            return .real(double.isNaN ? 0 : double)
        case .boolean: return .integer(number(0...1))
        case .json:
            var text: [UInt8] = []
            ColumnType.bytes.appendJSON(blob: bytes().span, to: &text)
            return .text(#"{"k": [\#(String(utf8: text)), \#(number(.min ... .max))]}"#
                .replacing(" ", with: ""))
        case .bytes: return .blob(bytes())
        }
    }
}
