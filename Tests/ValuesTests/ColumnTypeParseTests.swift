import Bytes
import Diagnostics
import Testing
import Values

struct ParseCase: CustomTestStringConvertible {
    let type: ColumnType
    let text: String
    let value: Value
    init(_ type: ColumnType, _ text: String, _ value: Value) {
        (self.type, self.text, self.value) = (type, text, value)
    }
    var testDescription: String { "\(type) \(text)" }
}

struct RefusalCase: CustomTestStringConvertible {
    let type: ColumnType
    let text: String
    let code: String
    let message: String
    init(_ type: ColumnType, _ text: String, _ code: String, _ message: String) {
        (self.type, self.text, self.code, self.message) = (type, text, code, message)
    }
    var testDescription: String { "\(type) \(text)" }
}

@Suite struct ColumnTypeParseTests {
    static let id = "0190f5e3-7b1c-7def-8abc-0123456789ab"
    static let price = ColumnType.decimal(precision: 5, scale: 2)
    static let wide = ColumnType.decimal(precision: 18, scale: 0)

    static let accepted: [ParseCase] = [
        ParseCase(.text, "", .text("")),
        ParseCase(.text, " å\n", .text(" å\n")),
        ParseCase(.integer, "0", .integer(0)),
        ParseCase(.integer, " -42\t", .integer(-42)),
        ParseCase(.integer, "+007", .integer(7)),
        ParseCase(.integer, "9223372036854775807", .integer(.max)),
        ParseCase(.integer, "-9223372036854775808", .integer(.min)),
        ParseCase(.integer32, "2147483647", .integer(2_147_483_647)),
        ParseCase(.integer32, "-2147483648", .integer(-2_147_483_648)),
        ParseCase(.real, "49", .real(49)),
        ParseCase(.real, " 1e-3 ", .real(0.001)),
        ParseCase(.real, ".5", .real(0.5)),
        ParseCase(.real, "5.", .real(5)),
        ParseCase(.real, "0e999", .real(0)),
        ParseCase(.real, "-Infinity", .real(-.infinity)),
        ParseCase(.real, "inf", .real(.infinity)),
        ParseCase(price, "10.5", .integer(1050)),
        ParseCase(price, "-0.005", .integer(-1)),
        ParseCase(price, "0.004", .integer(0)),
        ParseCase(price, "999.994", .integer(99999)),
        ParseCase(price, "1e2", .integer(10000)),
        ParseCase(price, "12345e-5", .integer(12)),
        ParseCase(price, "0.000000000000000000000001", .integer(0)),
        ParseCase(price, "0e1000000000", .integer(0)),
        ParseCase(wide, "999999999999999999", .integer(999_999_999_999_999_999)),
        ParseCase(.boolean, "t", .integer(1)),
        ParseCase(.boolean, " TRUE ", .integer(1)),
        ParseCase(.boolean, "Ye", .integer(1)),
        ParseCase(.boolean, "on", .integer(1)),
        ParseCase(.boolean, "1", .integer(1)),
        ParseCase(.boolean, "of", .integer(0)),
        ParseCase(.boolean, "n", .integer(0)),
        ParseCase(.boolean, "fals", .integer(0)),
        ParseCase(.uuid, id, .text(id)),
        ParseCase(.uuid, id.uppercased(), .text(id)),
        ParseCase(.uuid, "{0190f5e37b1c7def8abc0123456789ab}", .text(id)),
        ParseCase(.uuid, "0190-f5e3-7b1c-7def-8abc-0123-4567-89ab", .text(id)),
        ParseCase(.timestamp, "2026-11-21T10:15:00Z", .text("2026-11-21T10:15:00+00:00")),
        ParseCase(.timestamp, "2026-11-21 10:15", .text("2026-11-21T10:15:00+00:00")),
        ParseCase(.timestamp, "2026-11-21", .text("2026-11-21T00:00:00+00:00")),
        ParseCase(
            .timestamp, "2026-11-21T10:15:00.1200+02:30", .text("2026-11-21T07:45:00.12+00:00")),
        ParseCase(.timestamp, "2024-02-29T23:59:60Z", .text("2024-03-01T00:00:00+00:00")),
        ParseCase(.timestamp, "0001-01-01", .text("0001-01-01T00:00:00+00:00")),
        ParseCase(.date, "2024-2-9", .text("2024-02-09")),
        ParseCase(.date, "2024-02-29T10:00:00+02", .text("2024-02-29")),
        ParseCase(.time, "10:15", .text("10:15:00")),
        ParseCase(.time, "10:15:00.500", .text("10:15:00.5")),
        ParseCase(
            .json, " {\"bb\": 1, \"a\":[ true ], \"bb\":2} ", .text("{\"a\":[true],\"bb\":2}")),
        ParseCase(.json, "null", .text("null")),
        ParseCase(.json, "\"\\\\u0000\"", .text("\"\\\\u0000\"")),
        ParseCase(.bytes, "\\xDEad 00", .blob([0xDE, 0xAD, 0])),
        ParseCase(.bytes, "\\x", .blob([])),
        ParseCase(.bytes, "a\\\\b\\377", .blob([0x61, 0x5C, 0x62, 0xFF])),
    ]

    @Test(arguments: accepted)
    func `a text becomes the value PostgreSQL would read`(_ row: ParseCase) throws {
        #expect(try row.type.parse(row.text) == row.value)
    }

    static let refused: [RefusalCase] = [
        RefusalCase(.integer, "abc", "22P02", "invalid input syntax for type bigint: \"abc\""),
        RefusalCase(.integer32, "1.5", "22P02", "invalid input syntax for type integer: \"1.5\""),
        RefusalCase(.integer, "", "22P02", "invalid input syntax for type bigint: \"\""),
        RefusalCase(.integer, "-", "22P02", "invalid input syntax for type bigint: \"-\""),
        RefusalCase(
            .integer, "9223372036854775808", "22003",
            "value \"9223372036854775808\" is out of range for type bigint"),
        RefusalCase(
            .integer32, "2147483648", "22003",
            "value \"2147483648\" is out of range for type integer"),
        RefusalCase(
            .real, "1,5", "22P02", "invalid input syntax for type double precision: \"1,5\""),
        RefusalCase(
            .real, "0x10", "22P02", "invalid input syntax for type double precision: \"0x10\""),
        RefusalCase(.real, "1e400", "22003", "\"1e400\" is out of range for type double precision"),
        RefusalCase(
            .real, "1e-400", "22003", "\"1e-400\" is out of range for type double precision"),
        RefusalCase(.real, "NaN", "22003", "\"NaN\" is out of range for type double precision"),
        RefusalCase(price, "1.2.3", "22P02", "invalid input syntax for type numeric: \"1.2.3\""),
        RefusalCase(price, "1e", "22P02", "invalid input syntax for type numeric: \"1e\""),
        RefusalCase(price, "1000", "22003", "numeric field overflow"),
        RefusalCase(price, "999.995", "22003", "numeric field overflow"),
        RefusalCase(price, "1e99999999999", "22003", "numeric field overflow"),
        RefusalCase(price, "Infinity", "22003", "numeric field overflow"),
        RefusalCase(wide, "1000000000000000000", "22003", "numeric field overflow"),
        RefusalCase(.boolean, "o", "22P02", "invalid input syntax for type boolean: \"o\""),
        RefusalCase(.boolean, "truex", "22P02", "invalid input syntax for type boolean: \"truex\""),
        RefusalCase(.uuid, "123", "22P02", "invalid input syntax for type uuid: \"123\""),
        RefusalCase(.uuid, id + "0", "22P02", "invalid input syntax for type uuid: \"\(id)0\""),
        RefusalCase(.uuid, "{\(id)", "22P02", "invalid input syntax for type uuid: \"{\(id)\""),
        RefusalCase(
            .timestamp, "yesterday-ish", "22007",
            "invalid input syntax for type timestamp with time zone: \"yesterday-ish\""),
        RefusalCase(
            .timestamp, "2024-13-01", "22008",
            "date/time field value out of range: \"2024-13-01\""),
        RefusalCase(
            .timestamp, "9999-12-31T23:30:00-01", "22008",
            "date/time field value out of range: \"9999-12-31T23:30:00-01\""),
        RefusalCase(
            .date, "2023-02-29", "22008", "date/time field value out of range: \"2023-02-29\""),
        RefusalCase(.date, "soon", "22007", "invalid input syntax for type date: \"soon\""),
        RefusalCase(.time, "25:00", "22008", "date/time field value out of range: \"25:00\""),
        RefusalCase(.time, "ten", "22007", "invalid input syntax for type time: \"ten\""),
        RefusalCase(.json, "{a:1}", "22P02", "invalid input syntax for type json"),
        RefusalCase(.json, "", "22P02", "invalid input syntax for type json"),
        RefusalCase(.json, "\"\\u0000\"", "22P05", "unsupported Unicode escape sequence"),
        RefusalCase(.bytes, "\\xabc", "22023", "invalid hexadecimal data: odd number of digits"),
        RefusalCase(.bytes, "\\xzz", "22023", "invalid hexadecimal digit: \"z\""),
        RefusalCase(.bytes, "a\\9", "22P02", "invalid input syntax for type bytea"),
        RefusalCase(.text, "a\0b", "22021", "invalid byte sequence for encoding \"UTF8\": 0x00"),
    ]

    @Test(arguments: refused)
    func `a bad text is refused in PostgreSQL's words`(_ row: RefusalCase) {
        let problem = #expect(throws: Problem.self) { try row.type.parse(row.text) }
        #expect(problem?.code == row.code)
        #expect(problem?.message == row.message)
        #expect(problem?.status == 400)
    }

    @Test func `a long bad value is cut in the message`() {
        let problem = #expect(throws: Problem.self) {
            try ColumnType.integer.parse(String(repeating: "x", count: 100_000))
        }
        #expect((problem?.message.utf8.count ?? 0) < 400)
    }

    static let comparands: [ParseCase] = [
        ParseCase(price, "10.50", .integer(1050)),
        ParseCase(price, "10.555", .real(1055.5)),
        ParseCase(price, "1e6", .integer(100_000_000)),
        ParseCase(price, "-1e30", .real(-1e32)),
        ParseCase(price, "Infinity", .real(.infinity)),
        ParseCase(.integer, "7", .integer(7)),
    ]

    @Test(arguments: comparands)
    func `a decimal to compare with is never rounded`(_ row: ParseCase) throws {
        #expect(try row.type.parse(comparand: row.text) == row.value)
    }
}
