import Bytes
import Diagnostics
import Testing
import Values

/// Numbers of json columns have the form of PostgreSQL's `numeric`, as in `jsonb`. The expected
/// texts are those of PostgreSQL 15: `SELECT '1e2'::jsonb`.
@Suite struct JSONNumberTests {
    static let forms: [(String, String)] = [
        ("0", "0"), ("-0", "0"), ("-0.0", "0.0"), ("0e5", "0"), ("0.00e1", "0.0"), ("0.0e5", "0"),
        ("0e-3", "0.000"), ("-0e-3", "0.000"), ("0e99999", "0"), ("0e1000000000", "0"),
        ("1", "1"), ("-1", "-1"), ("2.0", "2.0"), ("1.50", "1.50"), ("-1.0e-1", "-0.10"),
        ("1e2", "100"), ("1E+2", "100"), ("1e+002", "100"), ("1e0000000000000000000002", "100"),
        ("1.0e2", "100"), ("12.5e1", "125"), ("1.23e1", "12.3"), ("1.500e2", "150.0"),
        ("1.00e1", "10.0"), ("1e0", "1"), ("5e-0", "5"), ("100e-2", "1.00"), ("0.001e5", "100"),
        ("1E-3", "0.001"), ("1e-002", "0.01"), ("1e-5", "0.00001"), ("1.5e-3", "0.0015"),
        ("123456789e-9", "0.123456789"), ("-12345.678e-2", "-123.45678"),
        ("9007199254740993", "9007199254740993"),
        ("123456789012345678901234567890.10", "123456789012345678901234567890.10"),
        ("1.7976931348623157e+308", "17976931348623157" + zeros(292)),
        ("5e-324", "0." + zeros(323) + "5"),
        // As far as numeric goes: 131,072 digits before the point and 16,383 behind it.
        ("1" + zeros(131_071), "1" + zeros(131_071)),
        ("1" + zeros(131_072) + "e-5", "1" + zeros(131_067) + ".00000"),
        ("0." + zeros(16_382) + "1", "0." + zeros(16_382) + "1"),
        ("0." + zeros(131_080) + "1e131080", "0.1"),
    ]

    @Test(arguments: forms)
    func `a number is stored as numeric writes it`(text: String, stored: String) throws {
        #expect(try ColumnType.json.parse(text) == .text(stored))
        let inside = try ColumnType.json.parse(#"{"a":[\#(text)]}"#)
        #expect(inside == .text(#"{"a":[\#(stored)]}"#))
        #expect(try ColumnType.json.parse(stored) == .text(stored))
    }

    static let refused: [String] = [
        "1e131072", "12e131071", "-1e131072", "1e1000000000", "1e2147483647", "1e-16384",
        "0e-16384", "0e-20000", "0e2000000000", "1e99999999999999999999", "0e99999999999999999999",
        "1e-99999999999999999999", "1" + zeros(131_072), "0." + zeros(16_383) + "1",
        "0." + zeros(16_384),
    ]

    @Test(arguments: refused)
    func `a number that numeric cannot hold is refused`(text: String) {
        for text in [text, #"{"a":[\#(text)]}"#] {
            let problem = #expect(throws: Problem.self) { try ColumnType.json.parse(text) }
            #expect(problem?.code == "22003" && problem?.status == 400)
            #expect(problem?.message == "value overflows numeric format")
        }
    }

    /// PostgreSQL keeps `1e131071` in a few bytes and writes it out for each reader. Here it stands
    /// as text, so a body must not grow much by what its exponents ask for.
    @Test(arguments: [
        ("1e131071", 1), ("-1e100000", 1), ("1e-16383", 10), ("1e131071", 10_000),
        ("1e-16383", 10_000), ("1e308", 10_000),
    ])
    func `exponents cannot make a text many times longer`(number: String, count: Int) throws {
        let list = "[" + [String](repeating: number, count: count).joined(separator: ",") + "]"
        let problem = #expect(throws: Problem.self) { try ColumnType.json.parse(list) }
        #expect(problem?.code == "22003")
        #expect(problem?.message == "value overflows numeric format")
        // Every row of a body stands in the same text.
        let rows = try JSONDocument(parsing: Array(#"[{"a":1},\#(list)]"#.utf8)).root.elements
        #expect(throws: Problem.self) { try ColumnType.json.value(from: rows[0]) }
        #expect(try ColumnType.text.value(from: rows[0]) == .text(#"{"a":1}"#))
    }

    @Test(arguments: [("1e308", 50), ("1e-7", 10_000), ("1.7976931348623157e+308", 50), ("0e9", 9)])
    func `the numbers of ordinary texts may have exponents`(number: String, count: Int) throws {
        let list = "[" + [String](repeating: number, count: count).joined(separator: ",") + "]"
        guard case .text(let one) = try ColumnType.json.parse(number) else { return }
        let stored = "[" + [String](repeating: one, count: count).joined(separator: ",") + "]"
        #expect(try ColumnType.json.parse(list) == .text(stored))
    }

    @Test(arguments: [#"{"a\u0000":1}"#, #"[{"a":"\u0000"}]"#, #""\\\u0000""#, #""é\u0000é""#])
    func `NUL has no place in a json value`(text: String) throws {
        let problem = #expect(throws: Problem.self) { try ColumnType.json.parse(text) }
        #expect(problem?.code == "22P05")
        #expect(problem?.message == "unsupported Unicode escape sequence")
        #expect(problem?.details == .text("\\u0000 cannot be converted to text."))
    }

    @Test(arguments: [#""\ud800""#, #""\udc00""#, #""\ud800\ud800""#, #"{"\ud800x":1}"#])
    func `half a surrogate pair is no JSON`(text: String) throws {
        let problem = #expect(throws: Problem.self) { try ColumnType.json.parse(text) }
        #expect(problem?.code == "22P02")
        #expect(problem?.message == "invalid input syntax for type json")
    }
}

private func zeros(_ count: Int) -> String { String(repeating: "0", count: count) }
