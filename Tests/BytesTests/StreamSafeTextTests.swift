import Bytes
import Testing

@Suite struct StreamSafeTextTests {
    /// A combining acute accent: two bytes of UTF-8.
    private static func marks(_ count: Int, _ mark: String = "\u{301}") -> String {
        String(repeating: mark, count: count)
    }

    static let texts: [(text: String, isSafe: Bool)] = [
        ("", true), ("plain", true), ("a" + marks(30), true), ("a" + marks(31), false),
        (marks(31), false), (marks(30) + "b" + marks(30), true), (marks(30) + "é" + marks(2), true),
        ("a" + marks(20) + marks(11, "\u{316}"), false), (marks(31, "\u{1D165}"), false),
        (marks(31, "\u{F73}"), false), (marks(40, "漢"), true), (marks(40, "😀"), true),
        (marks(40, "\u{1100}"), true), ("ok" + marks(31) + "end", false),
    ]

    @Test(arguments: texts)
    func `marks in a row are counted in every form`(text: String, isSafe: Bool) {
        let escaped = text.utf16.map { unit in
            let digits = String(unit, radix: 16)
            return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
        let plain = StreamSafeText.holds(text.utf8Span.span)
        #expect(plain == isSafe)
        for json in ["{\"\\n\\\\\":\"\(text)\"}", "[\"\(escaped.joined())\"]"] {
            #expect(Self.holds(json: json) == isSafe)
        }
        for encoded in [PercentEncoding.encode(component: text), text] {
            #expect(StreamSafeText.holds(percentEncoded: Array(encoded.utf8)[...]) == isSafe)
        }
    }

    private static func holds(json: String) -> Bool {
        StreamSafeText.holds(json: json.utf8Span.span)
    }

    @Test(arguments: [
        [0xCC], [0xCC, 0x81, 0xE0], [0xFF, 0xFF, 0xFF], [0xF4, 0x90, 0x80, 0x80], [0x5C],
        [0x5C, 0x75], [0x5C, 0x75, 0x30, 0x33, 0x30], [0x25], [0x25, 0x43], [0xED, 0xA0, 0x80],
    ] as [[UInt8]])
    func `what is broken is looked at to its end`(bytes: [UInt8]) {
        let (plain, json) = (
            StreamSafeText.holds(bytes.span), StreamSafeText.holds(json: bytes.span)
        )
        #expect(plain && json)
        #expect(StreamSafeText.holds(percentEncoded: bytes[...]))
    }
}
