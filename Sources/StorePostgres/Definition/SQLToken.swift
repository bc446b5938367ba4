import Bytes
import Store

// Tokens as PostgreSQL reads them (manual, "Lexical Structure"). Names in double quotes keep their
// cases; what is between dollars is a literal too.
extension SQLToken {
    /// What it names, in lower case; nil for what names nothing.
    var name: String? {
        switch kind {
        case .word: text
        case .quoted: text.lowercased()
        case .literal, .number, .symbol: nil
        }
    }
}

/// Cuts SQL text into tokens; blanks and comments are dropped. Any text gives tokens: what is not
/// SQL is for the server to say.
struct SQLLexer {
    private let bytes: [UInt8]
    private var position = 0

    static func tokens(of text: [UInt8]) -> [SQLToken] {
        var lexer = SQLLexer(bytes: text)
        var tokens: [SQLToken] = []
        while let token = lexer.next() { tokens.append(token) }
        return tokens
    }

    static func tokens(of text: String) -> [SQLToken] { tokens(of: Array(text.utf8)) }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private func byte(_ ahead: Int = 0) -> UInt8 {
        position + ahead < bytes.count ? bytes[position + ahead] : 0
    }

    private mutating func next() -> SQLToken? {
        skipBlanks()
        guard position < bytes.count else { return nil }
        let start = position
        if let length = prefixLength { return literal(from: start, prefix: length) }
        switch byte() {
        case Self.quote: return literal(from: start, prefix: 0)
        case ASCII.quote: return quoted(from: start)
        case Self.dollar where dollarTag != nil: return dollarQuoted(from: start)
        case let first
        where Self.isWordByte(first) && !ASCII.isDigit(first) && first != Self.dollar:
            while position < bytes.count, Self.isWordByte(byte()) { position += 1 }
            return token(.word, text(start, position).lowercased(), start)
        case let first where ASCII.isDigit(first): return number(from: start)
        case Self.dot where ASCII.isDigit(byte(1)): return number(from: start)
        default:
            position += 1
            return token(.symbol, text(start, position), start)
        }
    }

    private func token(_ kind: SQLToken.Kind, _ text: String, _ start: Int) -> SQLToken {
        SQLToken(kind: kind, text: text, offset: start, end: position)
    }

    private func text(_ start: Int, _ end: Int) -> String { String(utf8: bytes[start..<end]) }

    private static let quote = UInt8(ascii: "'")
    private static let dollar = UInt8(ascii: "$")
    private static let dot = UInt8(ascii: ".")
    private static let star = UInt8(ascii: "*")
    private static let slash = UInt8(ascii: "/")
    private static let dash = UInt8(ascii: "-")

    private static func isWordByte(_ byte: UInt8) -> Bool {
        ASCII.isLetter(byte) || ASCII.isDigit(byte) || byte == ASCII.underscore || byte >= 0x80
            || byte == dollar
    }

    // MARK: Blanks

    private mutating func skipBlanks() {
        while position < bytes.count {
            switch (byte(), byte(1)) {
            case (0x20, _), (0x09...0x0D, _): position += 1
            // A byte order mark, which the server is not sent.
            case (0xEF, 0xBB) where byte(2) == 0xBF && position == 0: position += 3
            case (Self.dash, Self.dash):
                while position < bytes.count, byte() != ASCII.lf { position += 1 }
            case (Self.slash, Self.star): skipComment()
            default: return
            }
        }
    }

    /// Comments stand in comments.
    private mutating func skipComment() {
        var depth = 0
        repeat {
            switch (byte(), byte(1)) {
            case (Self.slash, Self.star):
                depth += 1
                position += 2
            case (Self.star, Self.slash):
                depth -= 1
                position += 2
            default: position += 1
            }
        } while depth > 0 && position < bytes.count
    }

    // MARK: Constants

    /// What stands before the quote of a constant that is more than a text: E, B, X, N, U&.
    private var prefixLength: Int? {
        switch (byte() | 0x20, byte(1), byte(2)) {
        case (UInt8(ascii: "e"), Self.quote, _), (UInt8(ascii: "b"), Self.quote, _),
            (UInt8(ascii: "x"), Self.quote, _), (UInt8(ascii: "n"), Self.quote, _):
            1
        case (UInt8(ascii: "u"), UInt8(ascii: "&"), Self.quote): 2
        default: nil
        }
    }

    /// A doubled quote stands for one; behind E a backslash takes its meaning away too.
    private mutating func literal(from start: Int, prefix: Int) -> SQLToken {
        let escapes = prefix == 1 && byte() | 0x20 == UInt8(ascii: "e")
        position += prefix + 1
        while position < bytes.count {
            if escapes, byte() == ASCII.backslash {
                position += 1
            } else if byte() == Self.quote {
                guard byte(1) == Self.quote else { break }
                position += 1
            }
            position += 1
        }
        position = min(position + 1, bytes.count)
        return token(.literal, text(start, position), start)
    }

    /// `$$` or `$tag$` where it stands; a tag begins with no digit.
    private var dollarTag: ArraySlice<UInt8>? {
        guard !ASCII.isDigit(byte(1)) else { return nil }
        let inside = bytes[(position + 1)...].prefix {
            Self.isWordByte($0) && $0 != Self.dollar
        }
        guard inside.endIndex < bytes.count, bytes[inside.endIndex] == Self.dollar else {
            return nil
        }
        return bytes[position...inside.endIndex]
    }

    private mutating func dollarQuoted(from start: Int) -> SQLToken {
        let tag = Array(dollarTag ?? [])
        position += tag.count
        while position < bytes.count, !bytes[position...].starts(with: tag) { position += 1 }
        position = min(position + tag.count, bytes.count)
        return token(.literal, text(start, position), start)
    }

    private mutating func quoted(from start: Int) -> SQLToken {
        var name: [UInt8] = []
        position += 1
        while position < bytes.count {
            if byte() == ASCII.quote {
                guard byte(1) == ASCII.quote else { break }
                position += 1
            }
            name.append(byte())
            position += 1
        }
        position = min(position + 1, bytes.count)
        return token(.quoted, String(utf8: name), start)
    }

    private mutating func number(from start: Int) -> SQLToken {
        while position < bytes.count {
            let isExponentSign =
                (byte() == UInt8(ascii: "+") || byte() == Self.dash)
                && bytes[position - 1] | 0x20 == UInt8(ascii: "e")
            guard Self.isWordByte(byte()) || byte() == Self.dot || isExponentSign else { break }
            position += 1
        }
        return token(.number, text(start, position), start)
    }
}
