import Bytes
import Store
import Testing

@testable import StorePostgres

@Suite struct CaptureTextTests {
    @Test(arguments: [
        ("a", "\"a\"", "'a'"), ("it's", "\"it's\"", "'it''s'"), ("a\"b", "\"a\"\"b\"", "'a\"b'"),
        ("a\\'b", "\"a\\'b\"", "E'a\\\\''b'"),
        ("é\u{301}\r\n", "\"é\u{301}\r\n\"", "'é\u{301}\r\n'"),
        ("", "\"\"", "''"),
    ])
    func `names and texts are written as SQL reads them`(
        text: String, identifier: String, literal: String
    ) {
        #expect(quoted(identifier: text).hasSameScalars(as: identifier))
        #expect(PostgresDialect.literal(text).hasSameScalars(as: literal))
    }

    @Test(arguments: [
        (#"{"a": 1, "b": [1, 2]}"#, #"{"a":1,"b":[1,2]}"#),
        (#"{"a b": "c: d, \" e"}"#, #"{"a b":"c: d, \" e"}"#),
        ("[\"a\", 1]", "[\"a\",1]"), ("", ""), ("{\n \"a\" :\t1\r}", "{\"a\":1}"),
        ("\"open  ", "\"open  "),
        (#"["\\", " "]"#, #"["\\"," "]"#),
    ])
    func `blanks between parts of JSON go, those in strings stay`(json: String, expected: String) {
        var bytes: [UInt8] = []
        let text = Array(json.utf8)
        bytes.append(jsonWithoutBlanks: text.span)
        #expect(String(utf8: bytes) == expected)
    }
}

extension String {
    fileprivate func hasSameScalars(as other: String) -> Bool {
        unicodeScalars.elementsEqual(other.unicodeScalars)
    }
}
