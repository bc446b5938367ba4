import Bytes
import Store

// Tokens as SQLite reads them (sqlite.org/lang_keywords, lang_expr#literal). Literals have their
// single quotes, and an x before them; identifiers are in `"…"`, `[…]` or backticks, and in lower
// case, since SQLite does not tell cases apart.
extension SQLToken {
    /// The name that SQLite takes it for where a name has to stand: that may be in single quotes
    /// too (lang_keywords.html). In lower case.
    var name: String {
        switch kind {
        case .word, .quoted, .number, .symbol: text
        case .literal:
            String(Substring(text.utf8.drop { $0 == quote }.prefix { $0 != quote })).lowercased()
        }
    }

    private var quote: UInt8 { UInt8(ascii: "'") }

    /// Tokens are equal for SQLite wherever they stand and however their names are quoted.
    var meaning: String {
        switch kind {
        case .word, .quoted: text
        case .literal: text
        case .number: text
        case .symbol: text == "==" ? "=" : text == "!=" ? "<>" : text
        }
    }
}

/// Cuts SQL text into tokens; blanks and comments are dropped. Any text gives tokens: what is not
/// SQL is for SQLite to say.
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
        switch byte() {
        case UInt8(ascii: "'"): return literal(from: start)
        case UInt8(ascii: "x") where byte(1) == UInt8(ascii: "'"),
            UInt8(ascii: "X") where byte(1) == UInt8(ascii: "'"):
            position += 1
            return literal(from: start)
        case UInt8(ascii: "\""), UInt8(ascii: "`"): return quoted(from: start, closing: byte())
        case UInt8(ascii: "["): return quoted(from: start, closing: UInt8(ascii: "]"))
        case let first where Self.isWordByte(first) && !ASCII.isDigit(first):
            while position < bytes.count, Self.isWordByte(byte()) { position += 1 }
            return token(.word, text(start, position).lowercased(), start)
        case let first where ASCII.isDigit(first):
            return number(from: start)
        case UInt8(ascii: ".") where ASCII.isDigit(byte(1)): return number(from: start)
        default: return symbol(from: start)
        }
    }

    private func token(_ kind: SQLToken.Kind, _ text: String, _ start: Int) -> SQLToken {
        SQLToken(kind: kind, text: text, offset: start, end: position)
    }

    private func text(_ start: Int, _ end: Int) -> String { String(utf8: bytes[start..<end]) }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        ASCII.isLetter(byte) || ASCII.isDigit(byte) || byte == ASCII.underscore || byte >= 0x80
            || byte == UInt8(ascii: "$")
    }

    private mutating func skipBlanks() {
        while position < bytes.count {
            switch (byte(), byte(1)) {
            case (0x20, _), (0x09...0x0D, _): position += 1
            // A byte order mark is a blank wherever a token may start.
            case (0xEF, 0xBB) where byte(2) == 0xBF: position += 3
            case (UInt8(ascii: "-"), UInt8(ascii: "-")):
                while position < bytes.count, byte() != ASCII.lf { position += 1 }
            case (UInt8(ascii: "/"), UInt8(ascii: "*")):
                position += 2
                while position < bytes.count,
                    !(byte() == UInt8(ascii: "*") && byte(1) == UInt8(ascii: "/"))
                {
                    position += 1
                }
                position = min(position + 2, bytes.count)
            default: return
            }
        }
    }

    /// Passes over quoted text; a doubled quote stands for one.
    private mutating func passQuoted(_ closing: UInt8) {
        position += 1
        while position < bytes.count {
            if byte() == closing {
                guard byte(1) == closing, closing != UInt8(ascii: "]") else { break }
                position += 1
            }
            position += 1
        }
        position = min(position + 1, bytes.count)
    }

    private mutating func literal(from start: Int) -> SQLToken {
        passQuoted(UInt8(ascii: "'"))
        return token(.literal, text(start, position), start)
    }

    private mutating func quoted(from start: Int, closing: UInt8) -> SQLToken {
        passQuoted(closing)
        let inside = bytes[(start + 1)..<max(start + 1, position - 1)]
        guard inside.contains(closing) else {
            return token(.quoted, String(utf8: inside).lowercased(), start)
        }
        var name: [UInt8] = []
        var isDoubled = false
        for byte in inside {
            isDoubled = byte == closing && !isDoubled && name.last == closing
            if !isDoubled { name.append(byte) }
        }
        return token(.quoted, String(utf8: name).lowercased(), start)
    }

    private mutating func number(from start: Int) -> SQLToken {
        while position < bytes.count {
            let isExponentSign =
                (byte() == UInt8(ascii: "+") || byte() == UInt8(ascii: "-"))
                && bytes[position - 1] | 0x20 == UInt8(ascii: "e")
                && !text(start, position).lowercased().hasPrefix("0x")
            guard Self.isWordByte(byte()) || byte() == UInt8(ascii: ".") || isExponentSign else {
                break
            }
            position += 1
        }
        return token(.number, text(start, position).lowercased(), start)
    }

    private static let longSymbols = ["->>", "->", "||", "<=", ">=", "<>", "!=", "==", "<<", ">>"]

    private static let longSymbolStarts = longSymbols.compactMap(\.utf8.first)

    private mutating func symbol(from start: Int) -> SQLToken {
        // Most symbols are a parenthesis or a comma.
        if Self.longSymbolStarts.contains(byte()) {
            for symbol in Self.longSymbols where bytes[start...].starts(with: symbol.utf8) {
                position += symbol.utf8.count
                return token(.symbol, symbol, start)
            }
        }
        position += 1
        return token(.symbol, text(start, position), start)
    }
}
