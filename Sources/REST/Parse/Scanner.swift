import Bytes
import Diagnostics

/// Reads the small languages of a query string (rest.md §4) from decoded bytes, one rule per
/// function.
struct Scanner {
    /// What the text is, as error messages call it: "select parameter", "order".
    let subject: StaticString
    let bytes: [UInt8]
    private(set) var index = 0

    init(_ text: String, subject: StaticString) {
        self.bytes = Array(text.utf8)
        self.subject = subject
    }

    var isAtEnd: Bool { index == bytes.count }
    var peek: UInt8? { index < bytes.count ? bytes[index] : nil }

    func peek(at distance: Int) -> UInt8? {
        index + distance < bytes.count ? bytes[index + distance] : nil
    }

    mutating func advance(by count: Int = 1) { index += count }

    /// Returns to a place seen before.
    mutating func rewind(to place: Int) { index = place }

    mutating func take(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        index += 1
        return true
    }

    /// Takes `text` if it stands here.
    mutating func take(_ text: StaticString) -> Bool {
        guard starts(with: text) else { return false }
        index += text.utf8CodeUnitCount
        return true
    }

    func starts(with text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard index + count <= bytes.count else { return false }
        var matches = true
        text.withUTF8Buffer { expected in
            for offset in 0..<count where unsafe expected[offset] != bytes[index + offset] {
                matches = false
            }
        }
        return matches
    }

    mutating func skipBlanks() {
        while let byte = peek, byte == 0x20 || byte == 0x09 { index += 1 }
    }

    func text(_ range: Range<Int>) -> String {
        String(decoding: bytes[range], as: UTF8.self)
    }

    /// `unexpected … expecting …` at the present place (PGRST100).
    func failure(expecting what: String) -> Problem {
        let found = peek.map { $0 < 0x80 ? "\"\(Character(Unicode.Scalar($0)))\"" : "a letter" }
        return .syntax(
            subject: subject, text: text(0..<bytes.count), column: index + 1,
            details: "unexpected \(found ?? "end of input") expecting \(what)")
    }
}

extension Scanner {
    /// `name := quoted | ident ("-" ident)*`, trimmed. Nil when no name stands here.
    mutating func name() throws(Problem) -> String? {
        skipBlanks()
        if peek == ASCII.quote { return try quoted() }
        let start = index
        while let byte = peek {
            if Self.isIdentifier(byte) {
                index += 1
            } else if byte == ASCII.minus, index > start, let next = peek(at: 1),
                Self.isIdentifier(next)
            {
                index += 2
            } else {
                break
            }
        }
        var end = index
        while end > start, bytes[end - 1] == 0x20 { end -= 1 }
        guard end > start else {
            index = start
            return nil
        }
        return text(start..<end)
    }

    /// `'"' ( char | "\" char )* '"'`: a backslash makes the next character literal.
    mutating func quoted() throws(Problem) -> String {
        guard take(ASCII.quote) else { throw failure(expecting: "\"") }
        var content: [UInt8] = []
        while let byte = peek {
            index += 1
            switch byte {
            case ASCII.quote: return String(decoding: content, as: UTF8.self)
            case ASCII.backslash:
                guard let next = peek else { throw failure(expecting: "a character") }
                index += 1
                content.append(next)
            default: content.append(byte)
            }
        }
        throw failure(expecting: "\"")
    }

    /// `( ("->>" | "->") operand )*`
    mutating func path() throws(Problem) -> [PathStep] {
        var steps: [PathStep] = []
        while starts(with: "->") {
            let isText = starts(with: "->>")
            advance(by: isText ? 3 : 2)
            steps.append(PathStep(operand: try operand(), isText: isText))
            if steps.count > Limits.pathStepsMax { throw failure(expecting: "a shorter path") }
        }
        return steps
    }

    /// `operand := integer | quoted | key`; an integer is one only where the step ends after it.
    private mutating func operand() throws(Problem) -> PathStep.Operand {
        if peek == ASCII.quote { return .key(try quoted()) }
        let start = index
        if take(ASCII.minus) {}
        while let byte = peek, ASCII.isDigit(byte) { index += 1 }
        if index > start, bytes[index - 1] != ASCII.minus, endsStep,
            let number = Int32(text(start..<index))
        {
            return .index(Int(number))
        }
        index = start
        while let byte = peek, !Self.endsKey(byte) {
            let isArrow = byte == ASCII.minus && peek(at: 1) == UInt8(ascii: ">")
            if isArrow { break }
            index += 1
        }
        guard index > start else { throw failure(expecting: "a key or an index") }
        return .key(text(start..<index))
    }

    private var endsStep: Bool {
        switch peek {
        case nil, ASCII.comma, UInt8(ascii: "."), UInt8(ascii: ")"): true
        case ASCII.minus: peek(at: 1) == UInt8(ascii: ">")
        case UInt8(ascii: ":"): peek(at: 1) == UInt8(ascii: ":")
        default: false
        }
    }

    private static func endsKey(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: ":"), UInt8(ascii: "."),
            ASCII.comma,
            UInt8(ascii: ">"):
            true
        default: false
        }
    }

    /// A letter of any script, a digit, `_`, `$` or a blank. Bytes from 0x80 belong to letters.
    static func isIdentifier(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "$"), 0x20,
            0x80...:
            true
        default: false
        }
    }
}
