import Bytes
import TestSupport
import Testing

@Suite struct JSONDocumentTests {
    private static func canonical(_ text: String) throws -> String {
        String(utf8: try JSONDocument(parsing: Array(text.utf8)).root.canonical)
    }

    @Test(arguments: [
        (#" { "bb" : 1 , "a" : [ true , null ] } "#, #"{"a":[true,null],"bb":1}"#),
        (#"{"a":1,"a":2}"#, #"{"a":2}"#),
        (#""\u00e9\ud83d\ude00\/""#, #""é😀/""#),
        (#""\b\f\n\r\t\\\"\u0001""#, #""\b\f\n\r\t\\\"\u0001""#),
        ("-0.50e+3", "-500"),
        ("[]", "[]"),
        ("{}", "{}"),
        ("  0 ", "0"),
    ])
    func `a text has one canonical form`(text: String, expected: String) throws {
        #expect(try Self.canonical(text) == expected)
    }

    @Test(arguments: [
        ("", 0), ("{", 1), ("[1,]", 2), ("[1 2]", 3), (#"{"a"}"#, 4), (#"{"a":}"#, 5), ("{a:1}", 1),
        ("01", 1), ("1.", 2), ("-", 1), ("1e", 2), ("tru", 0), ("nul", 0), ("1 1", 2),
        ("\"\n\"", 1),
        (#""\x""#, 1), (#""\u12g4""#, 1), (#""\ud800""#, 7), (#""\ud800\u0041""#, 13),
        (#""abc"#, 4),
        (#"{"a":1,}"#, 6), ("+1", 0), (".5", 0), ("[", 1), ("\u{feff}1", 0),
    ])
    func `a fault is found at its byte`(text: String, offset: Int) {
        #expect(throws: JSONError.self) { try JSONDocument(parsing: Array(text.utf8)) }
        do {
            _ = try JSONDocument(parsing: Array(text.utf8))
        } catch {
            #expect(error.offset == offset)
        }
    }

    @Test(arguments: [
        (#"{"a": 1, }"#, "no comma may stand before '}'", 7),
        ("[1,\n2,\n]", "no comma may stand before ']'", 5),
        ("{// a\n}", "JSON has no comments", 1),
        (#"{"a": /* b */ 1}"#, "JSON has no comments", 6),
        ("[1 // b\n]", "JSON has no comments", 3),
        ("{} // b", "JSON has no comments", 3),
        (
            "{'a': 1}",
            "expected a member name in double quotes: a string stands in double quotes", 1
        ),
        ("['a']", "expected a value: a string stands in double quotes", 1),
        ("[1 2]", "expected ',' or ']'", 3), ("[,]", "expected a value", 1),
    ])
    func `what other notations allow is named`(text: String, message: String, offset: Int) {
        let fault = #expect(throws: JSONError.self) {
            try JSONDocument(parsing: Array(text.utf8))
        }
        #expect(fault?.message == message)
        #expect(fault?.offset == offset)
    }

    @Test(arguments: [
        [0x22, 0xFF, 0x22], [0x22, 0xC0, 0xAF, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22],
    ])
    func `ill-formed UTF-8 is refused`(bytes: [UInt8]) {
        #expect(throws: JSONError.self) { try JSONDocument(parsing: bytes) }
    }

    @Test func `every truncation of a text is refused`() {
        let text = Array(#"{"a":[1,{"b":"c\n"},null],"d":true}"#.utf8)
        for count in 0..<text.count {
            #expect(throws: JSONError.self) { try JSONDocument(parsing: Array(text.prefix(count))) }
        }
    }

    @Test func `nesting stops at the limit`() throws {
        func nested(_ depth: Int) -> [UInt8] {
            Array(repeating: ASCII.leftBracket, count: depth)
                + Array(repeating: ASCII.rightBracket, count: depth)
        }
        _ = try JSONDocument(parsing: nested(64))
        #expect(throws: JSONError.self) { try JSONDocument(parsing: nested(65)) }
        #expect(throws: JSONError.self) { try JSONDocument(parsing: nested(100_000)) }
    }

    @Test func `values convert when asked`() throws {
        let text = #"{"i":9223372036854775807,"big":9223372036854775808,"f":1.5,"s":"x","n":null}"#
        let root = try JSONDocument(parsing: Array(text.utf8)).root
        #expect(root["i"]?.int64 == .max)
        #expect(root["big"]?.int64 == nil)
        #expect(root["big"]?.numberText == "9223372036854775808")
        #expect(root["f"]?.int64 == nil)
        #expect(root["f"]?.double == 1.5)
        #expect(root["s"]?.string == "x")
        #expect(root["n"]?.isNull == true)
        #expect(root["missing"] == nil)
        #expect(root.members.map(\.key.string) == ["i", "big", "f", "s", "n"])
    }

    @Test func `a tree keeps order and edits members`() throws {
        var tree = JSON(try JSONDocument(parsing: Array(#"{"b":1,"a":[1.5,"x"]}"#.utf8)).root)
        tree["c"] = true
        tree["b"] = nil
        #expect(String(utf8: tree.bytes) == #"{"a":[1.5,"x"],"c":true}"#)
    }
}
