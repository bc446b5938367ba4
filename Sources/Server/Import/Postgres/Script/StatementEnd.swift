import Bytes

/// Finds where the next statement of a script ends: at a semicolon that is not in quotes, in a
/// comment, in parentheses or in a function's body in SQL (BEGIN ATOMIC … END).
struct StatementEnd {
    private let isAll: Bool
    private var index = 0
    private var parentheses = 0
    private var blocks = 0
    private var last: [UInt8] = []

    /// How a look at a script ended.
    enum Finding: Equatable {
        /// The statement has so many bytes, its semicolon included.
        case statement(byteCount: Int)
        /// More of the script is needed.
        case incomplete
        /// The script ends within the statement, or within what is said.
        case unclosed(String)
    }

    /// Looks at what is there of a script.
    ///
    /// - Parameter isAll: whether nothing comes behind it.
    static func find(in bytes: Span<UInt8>, isAll: Bool) -> Finding {
        var search = StatementEnd(isAll: isAll)
        return search.run(bytes)
    }

    private init(isAll: Bool) { self.isAll = isAll }

    private mutating func run(_ bytes: Span<UInt8>) -> Finding {
        while index < bytes.count {
            let byte = bytes[index]
            let end: Int?
            switch byte {
            case UInt8(ascii: "'"):
                let escapes =
                    last.count == 1 && ASCII.lowercased(last[0]) == UInt8(ascii: "e")
                    && index > 0 && ASCII.lowercased(bytes[index - 1]) == last[0]
                end = ScriptBytes.endOfQuoted(bytes, from: index, escapes: escapes)
                if end == nil { return unclosed("a text") }
            case ASCII.quote:
                end = ScriptBytes.endOfQuoted(bytes, from: index, escapes: false)
                if end == nil { return unclosed("a name in double quotes") }
            case UInt8(ascii: "$"):
                if let quote = ScriptBytes.dollarQuote(bytes, at: index) {
                    end = quote.end
                    if end == nil { return unclosed("a text in dollar quotes") }
                } else {
                    end = index + 1
                }
            case ASCII.slash where follows(ASCII.asterisk, bytes):
                end = ScriptBytes.endOfComment(bytes, from: index)
                if end == nil { return unclosed("a comment") }
            case ASCII.minus where follows(ASCII.minus, bytes):
                end = bytes.firstIndex(of: ASCII.lf, from: index) ?? bytes.count
            case ASCII.semicolon where parentheses <= 0 && blocks <= 0:
                return .statement(byteCount: index + 1)
            default: end = step(byte, bytes)
            }
            index = end ?? bytes.count
        }
        return isAll ? .unclosed("a statement") : .incomplete
    }

    private func follows(_ byte: UInt8, _ bytes: Span<UInt8>) -> Bool {
        index + 1 < bytes.count && bytes[index + 1] == byte
    }

    private func unclosed(_ what: String) -> Finding { isAll ? .unclosed(what) : .incomplete }

    /// Passes a sign, or a word.
    private mutating func step(_ byte: UInt8, _ bytes: Span<UInt8>) -> Int {
        if byte == ASCII.leftParenthesis { parentheses += 1 }
        if byte == ASCII.rightParenthesis { parentheses -= 1 }
        guard ScriptBytes.beginsName(byte) else { return index + 1 }
        var end = index + 1
        while end < bytes.count, ScriptBytes.isInName(bytes[end]) { end += 1 }
        let word = (index..<end).map { ASCII.lowercased(bytes[$0]) }
        if word == Self.atomic, last == Self.begin { blocks += 1 }
        if blocks > 0 {
            if word == Self.caseWord { blocks += 1 }
            if word == Self.end { blocks -= 1 }
        }
        last = word
        return end
    }

    private static let atomic = Array("atomic".utf8)
    private static let begin = Array("begin".utf8)
    private static let caseWord = Array("case".utf8)
    private static let end = Array("end".utf8)
}
