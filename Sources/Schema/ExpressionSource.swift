import Bytes

/// The text of an expression and where it stands. This room only carries it; the `Expressions` room
/// parses, resolves and types it.
public struct ExpressionSource: Hashable, Sendable {
    /// The expression, as written (JSON escapes decoded).
    public let text: String
    /// The file it stands in.
    public let file: String
    /// Where its first byte stands.
    public let start: SourceLocation
    /// The text between the quotes of the JSON string, or the text itself.
    private let written: [UInt8]

    /// An expression that starts at `start`, with no JSON escapes around it.
    public init(_ text: String, at start: SourceLocation = SourceLocation(file: "expression")) {
        self.init(text, at: start, written: [])
    }

    /// An expression out of a JSON string whose text between the quotes is `written`; escapes are
    /// only looked for there.
    init(_ text: String, at start: SourceLocation, written: [UInt8]) {
        self.text = text
        self.file = start.file
        self.start = start
        self.written = written
    }

    /// The place of a byte of `text`. A JSON string has no line breaks, so the line is the first
    /// one unless the expression came from elsewhere. O(n).
    public func location(of utf8Offset: Int) -> SourceLocation {
        var place = start
        let before: ArraySlice<UInt8>
        if written.isEmpty {
            before = Array(text.utf8)[...].prefix(utf8Offset)
        } else {
            before = written[..<writtenOffset(of: utf8Offset)]
        }
        for byte in before where byte & 0xC0 != 0x80 {
            place.column += 1
            if byte == ASCII.lf {
                place.line += 1
                place.column = 1
            }
        }
        return place
    }

    /// Walks the JSON string until `utf8Offset` decoded bytes are behind (RFC 8259 §7).
    private func writtenOffset(of utf8Offset: Int) -> Int {
        var offset = 0
        var decoded = 0
        while decoded < utf8Offset, offset < written.count {
            guard written[offset] == ASCII.backslash, offset + 1 < written.count else {
                offset += 1
                decoded += 1
                continue
            }
            guard written[offset + 1] == UInt8(ascii: "u") else {
                offset += 2
                decoded += 1
                continue
            }
            let digits = String(utf8: written[(offset + 2)...].prefix(4))
            let unit = UInt32(digits, radix: 16) ?? 0
            // Each half of a surrogate pair stands for two of its four bytes.
            let isHalf = (0xD800..<0xE000).contains(unit)
            decoded += unit < 0x80 ? 1 : unit < 0x800 || isHalf ? 2 : 3
            offset += 6
        }
        return min(offset, written.count)
    }
}
