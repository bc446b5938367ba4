import Bytes
import Testing

@Suite struct TextTests {
    @Test(arguments: [
        ("", ""), ("ä", "ä"), ("'", "''"), ("a''b", "a''''b"), ("'\u{301}", "''\u{301}"),
        ("\u{600}'", "\u{600}''"),
    ])
    func `a byte is replaced whatever character it is part of`(text: String, expected: String) {
        let found = text.replacing(byte: UInt8(ascii: "'"), with: "''")
        #expect(Array(found.utf8) == Array(expected.utf8))
    }

    /// An answer of many rows gets one value after the other.
    @Test func `what gets many JSON texts is moved now and then`() {
        let value = Array(#"{"a": [1, 2, 3]}"#.utf8)
        var output: [UInt8] = []
        var moves = 0
        for _ in 0..<10_000 {
            let before = output.capacity
            output.append(jsonWithoutBlanks: value.span)
            if output.capacity != before { moves += 1 }
        }
        #expect(output.count == 10_000 * #"{"a":[1,2,3]}"#.utf8.count)
        #expect(moves < 30)
    }

    @Test(arguments: [
        (0.0, "0"), (-0.0, "-0"), (49.0, "49"), (0.1, "0.1"), (0.1 + 0.2, "0.30000000000000004"),
        (1e15, "1e+15"), (1_234_567_890_123_456, "1.234567890123456e+15"),
        (-1_000_000_000_000_000.5, "-1.0000000000000005e+15"), (1.1e15, "1.1e+15"),
        (999_999_999_999_999.9, "999999999999999.9"),
        (12_345_678_901_234_568, "1.2345678901234568e+16"),
        (1e21, "1e+21"), (1.5e-7, "1.5e-07"), (-2.25, "-2.25"),
        (.nan, "\"NaN\""), (-.infinity, "\"-Infinity\""),
    ])
    func `a double has its shortest form`(number: Double, expected: String) {
        var output: [UInt8] = []
        output.append(shortest: number)
        #expect(String(utf8: output) == expected)
    }

    @Test(arguments: [
        (Int64(0), "0"), (7, "7"), (10, "10"), (-1, "-1"), (.max, "9223372036854775807"),
        (.min, "-9223372036854775808"),
    ])
    func `an integer is written in decimal`(number: Int64, expected: String) {
        var output: [UInt8] = []
        output.append(decimal: number)
        #expect(String(utf8: output) == expected)
    }

    @Test(arguments: [
        ("a", "\"a\""), ("", "\"\""), ("\"\\", "\"\\\"\\\\\""), ("é\u{1}\n", "\"é\\u0001\\n\""),
    ])
    func `a string is escaped`(text: String, expected: String) {
        var output: [UInt8] = []
        output.append(jsonString: text)
        #expect(String(utf8: output) == expected)
    }

    /// Wherever it stands among the eight that are looked at together, whatever stands beside it.
    @Test(arguments: [UInt8](0...0xFF)) func `a byte is escaped at every place or at none`(
        byte: UInt8
    ) {
        let isEscaped = byte < 0x20 || byte == 0x22 || byte == 0x5C
        for filler in [UInt8(ascii: "a"), 0x20, 0x21, 0x23, 0x5B, 0x5D, 0x7F, 0x80, 0xFF] {
            for place in 0..<20 {
                var text = [UInt8](repeating: filler, count: 20)
                text[place] = byte
                var output: [UInt8] = []
                output.append(jsonString: text)
                #expect((output.count > 22) == isEscaped, "\(filler) \(place)")
                #expect(output.starts(with: [0x22] + text[..<place]))
                #expect(output.reversed().starts(with: [0x22] + text[(place + 1)...].reversed()))
            }
        }
    }

    @Test(arguments: [
        ("null", "null"), ("[null,{}]", "[null,{}]"), (#"{"a":null}"#, "{}"),
        (#"{"a":null,"b":null,"c":1}"#, #"{"c":1}"#), (#"{"a":1,"b":null}"#, #"{"a":1}"#),
        (#"{"a":1,"b":null,"c":2}"#, #"{"a":1,"c":2}"#),
        (#"[{"a":{"b":null}},null,"null"]"#, #"[{"a":{}},null,"null"]"#),
        (#"{ "a" : null , "b" : [ 1, null ] }"#, #"{"b":[1,null]}"#),
        (#"{"\\":null,"\"":":null","é":nullx"#, #"{"\"":":null"x"#), (#"{"a"#, #"{"a"#),
        (#"{"a":n"#, "{"), (#""\"#, #""\"#), ("", ""), ("nul", "nul"),
    ])
    func `members that are null are left out`(json: String, expected: String) {
        let before = Array(#"{"a":"#.utf8)
        var output = before
        output.append(strippingNulls: Array(json.utf8).span)
        #expect(output.starts(with: before))
        #expect(String(utf8: output[before.count...]) == expected)
    }

    @Test(arguments: [
        ("a%20b+c", true, "a b c"), ("a+b", false, "a+b"), ("%C3%A9", false, "é"), ("", true, ""),
    ])
    func `percent-encoding is undone`(text: String, plusIsSpace: Bool, expected: String) {
        let decoded = PercentEncoding.decode(Array(text.utf8)[...], plusIsSpace: plusIsSpace)
        #expect(decoded.map { String(utf8: $0) } == expected)
    }

    @Test(arguments: ["%", "%2", "%zz", "a%2"])
    func `a broken escape is refused`(text: String) {
        #expect(PercentEncoding.decode(Array(text.utf8)[...], plusIsSpace: false) == nil)
    }

    @Test func `a component keeps only unreserved characters`() {
        #expect(PercentEncoding.encode(component: "a-b_c.d~é /") == "a-b_c.d~%C3%A9%20%2F")
    }

    @Test func `base64 round-trips every length`() {
        for count in 0..<70 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37) }
            #expect(Base64URL.decode(Base64URL.encode(bytes)) == bytes)
            #expect(Base64.decode(Base64.encode(bytes)) == bytes)
        }
    }

    @Test(arguments: ["A", "AA=", "AB", "A A", "AA==", "A+A", "AAA\n"])
    func `unpadded base64 is strict`(text: String) {
        #expect(Base64URL.decode(text) == nil)
    }

    @Test(
        arguments: [("00ff", [0, 255]), ("ABcd", [0xAB, 0xCD]), ("", [])] as [(String, [UInt8])])
    func `hexadecimal is read in either case`(text: String, bytes: [UInt8]) {
        #expect(Hex.decode(text.utf8) == bytes)
    }

    @Test(arguments: ["0", "0g", "0x00"])
    func `broken hexadecimal is refused`(text: String) {
        #expect(Hex.decode(text.utf8) == nil)
    }

    @Test func `lines and columns count from one, columns in characters`() {
        let map = LineMap(Array("ab\né\nx".utf8))
        #expect(map.position(of: 0) == (1, 1))
        #expect(map.position(of: 2) == (1, 3))
        #expect(map.position(of: 5) == (2, 2))
        #expect(map.position(of: 6) == (3, 1))
        #expect(map.position(of: 99) == (3, 2))
    }
}
