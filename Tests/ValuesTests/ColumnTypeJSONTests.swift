import Bytes
import Diagnostics
import Testing
import Values

@Suite struct ColumnTypeJSONTests {
    static let price = ColumnType.decimal(precision: 5, scale: 2)

    static let bodies: [(ColumnType, String, Value)] = [
        (.integer, "null", .null), (.json, "null", .null),
        (.integer, "42", .integer(42)), (.integer, "\"42\"", .integer(42)),
        (.text, "\"a\\u00e9\"", .text("aé")), (.text, "1.50", .text("1.50")),
        (.text, "true", .text("true")), (.text, "{\"a\": 1}", .text("{\"a\": 1}")),
        (.boolean, "true", .integer(1)), (.boolean, "\"off\"", .integer(0)),
        (.boolean, "1", .integer(1)),
        (.real, "1e3", .real(1000)), (price, "10.5", .integer(1050)),
        (price, "\"-1\"", .integer(-100)),
        (.json, "\"x\"", .text("\"x\"")), (.json, "{\"b\":1,\"a\":2}", .text("{\"a\":2,\"b\":1}")),
        (.bytes, "\"\\\\x00ff\"", .blob([0, 255])),
    ]

    @Test(arguments: bodies)
    func `a body member becomes the column's value`(
        type: ColumnType, json: String, expected: Value
    ) throws {
        let document = try JSONDocument(parsing: Array(json.utf8))
        #expect(try type.value(from: document.root) == expected)
    }

    static let refused: [(ColumnType, String, String, String)] = [
        (.integer, "true", "22P02", "invalid input syntax for type bigint: \"true\""),
        (.integer, "1.5", "22P02", "invalid input syntax for type bigint: \"1.5\""),
        (.integer, "1e3", "22P02", "invalid input syntax for type bigint: \"1e3\""),
        (
            .integer32, "3000000000", "22003",
            "value \"3000000000\" is out of range for type integer"
        ),
        (.uuid, "{}", "22P02", "invalid input syntax for type uuid: \"{}\""),
        (.text, "\"a\\u0000\"", "22P05", "unsupported Unicode escape sequence"),
        (.json, "[\"\\u0000\"]", "22P05", "unsupported Unicode escape sequence"),
    ]

    @Test(arguments: refused)
    func `a body member of the wrong kind is refused`(
        type: ColumnType, json: String, code: String, message: String
    ) throws {
        let document = try JSONDocument(parsing: Array(json.utf8))
        let problem = #expect(throws: Problem.self) { try type.value(from: document.root) }
        #expect(problem?.code == code)
        #expect(problem?.message == message)
    }

    static let encoded: [(ColumnType, Value, String)] = [
        (.text, .null, "null"), (.text, .text("a\"\\\n\u{1}é"), "\"a\\\"\\\\\\n\\u0001é\""),
        (.integer, .integer(.min), "-9223372036854775808"),
        (.real, .real(49), "49"), (.real, .real(0.1), "0.1"),
        (.real, .real(.infinity), "\"Infinity\""),
        (price, .integer(1050), "10.50"), (price, .integer(-5), "-0.05"),
        (price, .integer(0), "0.00"),
        (price, .real(1055.5), "10.555"),
        (.decimal(precision: 18, scale: 0), .integer(-7), "-7"),
        (.decimal(precision: 18, scale: 18), .integer(.max), "9.223372036854775807"),
        (.boolean, .integer(1), "true"), (.boolean, .integer(0), "false"),
        (.json, .text("{\"a\":1}"), "{\"a\":1}"), (.json, .null, "null"),
        (.bytes, .blob([0xDE, 0xAD]), "\"\\\\xdead\""),
        (.uuid, .text("ab"), "\"ab\""),
    ]

    @Test(arguments: encoded)
    func `a stored value is sent in its wire form`(type: ColumnType, value: Value, json: String) {
        var out: [UInt8] = []
        type.appendJSON(value, to: &out)
        #expect(String(utf8: out) == json)
    }

    static let texts: [(ColumnType, Value, String?)] = [
        (.integer, .null, nil), (.boolean, .integer(1), "true"), (price, .integer(1050), "10.50"),
        (.timestamp, .text("2026-11-21T10:15:00.5+00:00"), "2026-11-21 10:15:00.5+00"),
        (.bytes, .blob([1, 255]), "\\x01ff"), (.real, .real(-.infinity), "-Infinity"),
        (.json, .text("\"x\""), "\"x\""),
    ]

    @Test(arguments: texts)
    func `a stored value has PostgreSQL's text`(type: ColumnType, value: Value, text: String?) {
        #expect(type.text(of: value) == text)
    }

    @Test(arguments: ["10:00:00", "10:00:00.5", "10:00:00.51", "10:00:01"].indices.dropLast())
    func `stored times sort as text`(index: Int) throws {
        let times = ["10:00:00", "10:00:00.5", "10:00:00.51", "10:00:01"]
        let stamps = times.map { "2026-11-21T\($0)Z" }
        let a = try ColumnType.timestamp.parse(stamps[index])
        let b = try ColumnType.timestamp.parse(stamps[index + 1])
        guard case .text(let earlier) = a, case .text(let later) = b else {
            Issue.record("timestamps are text")
            return
        }
        #expect(earlier.utf8.lexicographicallyPrecedes(later.utf8))
    }
}
