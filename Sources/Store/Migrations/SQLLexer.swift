import Bytes

/// Cuts SQL text into tokens; blanks and comments are dropped. Any text gives tokens: what is not
/// SQL is for the engine to say.
public struct SQLLexer {
    private let bytes: [UInt8]
    private let rules: LexicalRules
    private var position = 0

    /// The tokens of a text.
    public static func tokens(of text: [UInt8], _ rules: LexicalRules) -> [SQLToken] {
        var lexer = SQLLexer(bytes: text, rules: rules)
        var tokens: [SQLToken] = []
        while let token = lexer.next() { tokens.append(token) }
        return tokens
    }

    /// The tokens of a text.
    public static func tokens(of text: String, _ rules: LexicalRules) -> [SQLToken] {
        tokens(of: Array(text.utf8), rules)
    }

    private init(bytes: [UInt8], rules: LexicalRules) {
        self.bytes = bytes
        self.rules = rules
    }

    private func byte(_ ahead: Int = 0) -> UInt8 {
        position + ahead < bytes.count ? bytes[position + ahead] : 0
    }

    private mutating func next() -> SQLToken? {
        skipBlanks()
        guard position < bytes.count else { return nil }
        let start = position
        let first = byte()
        if first == Self.quote { return literal(from: start) }
        if let prefix { return literal(from: start, behind: prefix) }
        if let quotes = rules.nameQuotes.first(where: { $0.opening == first }) {
            return name(from: start, in: quotes)
        }
        if rules.quotesWithDollars, first == Self.dollar {
            return dollarTag.map { dollarQuoted(from: start, $0) } ?? symbol(from: start)
        }
        if ASCII.isDigit(first) || (first == Self.dot && ASCII.isDigit(byte(1))) {
            return number(from: start)
        }
        guard Self.isWordByte(first) else { return symbol(from: start) }
        while position < bytes.count, Self.isWordByte(byte()) { position += 1 }
        let word = text(start, position)
        return token(.word, word.lowercased(), start, spelled: word)
    }

    private func token(
        _ kind: SQLToken.Kind, _ text: String, _ start: Int, spelled: String? = nil
    ) -> SQLToken {
        SQLToken(kind: kind, text: text, spelled: spelled, offset: start, end: position)
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
            case (0xEF, 0xBB)
            where byte(2) == 0xBF && (position == 0 || rules.skipsByteOrderMarks):
                position += 3
            case (Self.dash, Self.dash):
                while position < bytes.count, byte() != ASCII.lf { position += 1 }
            case (Self.slash, Self.star): skipComment()
            default: return
            }
        }
    }

    private mutating func skipComment() {
        var depth = 0
        repeat {
            switch (byte(), byte(1)) {
            case (Self.slash, Self.star) where depth == 0 || rules.nestsComments:
                depth += 1
                position += 2
            case (Self.star, Self.slash):
                depth -= 1
                position += 2
            default: position += 1
            }
        } while depth > 0 && position < bytes.count
    }

    // MARK: Constants and names

    /// What stands here right before the quote of a constant.
    private var prefix: LexicalRules.Prefix? {
        rules.prefixes.first { prefix in
            byte(prefix.bytes.count) == Self.quote
                && prefix.bytes.indices.allSatisfy { index in
                    let byte = byte(index)
                    return (ASCII.isLetter(byte) ? byte | 0x20 : byte) == prefix.bytes[index]
                }
        }
    }

    private mutating func literal(
        from start: Int, behind prefix: LexicalRules.Prefix? = nil
    ) -> SQLToken {
        position += prefix?.bytes.count ?? 0
        _ = takeQuoted(Self.quote, doubles: true, escapes: prefix?.escapes ?? false)
        return token(.literal, text(start, position), start)
    }

    private mutating func name(from start: Int, in quotes: LexicalRules.NameQuotes) -> SQLToken {
        let inside = takeQuoted(quotes.closing, doubles: quotes.doubles)
        var name: [UInt8] = []
        var isDoubled = false
        for byte in inside {
            isDoubled = byte == quotes.closing && !isDoubled && name.last == quotes.closing
            if !isDoubled { name.append(byte) }
        }
        let text = String(utf8: name)
        return token(
            .quoted, rules.foldsQuotedNames ? text.lowercased() : text, start, spelled: text)
    }

    /// Passes over what is quoted and stands here.
    ///
    /// - Parameters:
    ///   - doubles: whether two closing quotes stand for one.
    ///   - escapes: whether a closing quote behind a backslash closes nothing.
    /// - Returns: what stands between the quotes.
    private mutating func takeQuoted(
        _ closing: UInt8, doubles: Bool, escapes: Bool = false
    ) -> ArraySlice<UInt8> {
        position += 1
        let start = position
        while position < bytes.count {
            if escapes, byte() == ASCII.backslash {
                position += 1
            } else if byte() == closing {
                guard doubles, byte(1) == closing else { break }
                position += 1
            }
            position += 1
        }
        let end = min(position, bytes.count)
        position = min(position + 1, bytes.count)
        return bytes[start..<end]
    }

    /// `$$` or `$tag$` where it stands; a tag begins with no digit.
    private var dollarTag: ArraySlice<UInt8>? {
        guard !ASCII.isDigit(byte(1)) else { return nil }
        let inside = bytes[(position + 1)...].prefix { Self.isWordByte($0) && $0 != Self.dollar }
        guard inside.endIndex < bytes.count, bytes[inside.endIndex] == Self.dollar else {
            return nil
        }
        return bytes[position...inside.endIndex]
    }

    private mutating func dollarQuoted(from start: Int, _ tag: ArraySlice<UInt8>) -> SQLToken {
        position += tag.count
        while position < bytes.count, !bytes[position...].starts(with: tag) { position += 1 }
        position = min(position + tag.count, bytes.count)
        return token(.literal, text(start, position), start)
    }

    private mutating func number(from start: Int) -> SQLToken {
        let isHexadecimal = byte() == UInt8(ascii: "0") && byte(1) | 0x20 == UInt8(ascii: "x")
        while position < bytes.count {
            let isExponentSign =
                (byte() == UInt8(ascii: "+") || byte() == Self.dash)
                && bytes[position - 1] | 0x20 == UInt8(ascii: "e") && !isHexadecimal
            guard Self.isWordByte(byte()) || byte() == Self.dot || isExponentSign else { break }
            position += 1
        }
        return token(.number, text(start, position).lowercased(), start)
    }

    private mutating func symbol(from start: Int) -> SQLToken {
        // Most symbols are a parenthesis or a comma.
        let isLong = rules.longSymbolStarts.contains(byte())
        let long = isLong ? rules.longSymbols.first { bytes[start...].starts(with: $0.utf8) } : nil
        position += long?.utf8.count ?? 1
        return token(.symbol, long ?? text(start, position), start)
    }
}
