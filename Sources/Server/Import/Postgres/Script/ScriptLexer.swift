import Bytes

/// Cuts a statement into tokens as PostgreSQL does (manual, "Lexical Structure"). What is not
/// closed is a fault; no input ends it otherwise.
struct ScriptLexer {
    private let bytes: [UInt8]
    private var place = 0
    private var tokens: [ScriptToken] = []

    /// The tokens of a statement, `end` behind them.
    static func tokens(of bytes: [UInt8]) throws(ScriptFault) -> [ScriptToken] {
        var lexer = ScriptLexer(bytes)
        try lexer.run()
        return lexer.tokens
    }

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    private func byte(_ index: Int) -> UInt8 { index < bytes.count ? bytes[index] : 0 }

    private mutating func run() throws(ScriptFault) {
        while place < bytes.count {
            let start = place
            if ScriptBytes.isSpace(bytes[place]) {
                place += 1
            } else if byte(place) == ASCII.minus, byte(place + 1) == ASCII.minus {
                while place < bytes.count, bytes[place] != ASCII.lf { place += 1 }
            } else if byte(place) == ASCII.slash, byte(place + 1) == ASCII.asterisk {
                try skipComment()
            } else {
                let kind = try token()
                tokens.append(ScriptToken(kind: kind, offset: start, end: place))
            }
        }
        tokens.append(ScriptToken(kind: .end, offset: bytes.count, end: bytes.count))
    }

    private mutating func skipComment() throws(ScriptFault) {
        guard let end = ScriptBytes.endOfComment(bytes.span, from: place) else {
            throw ScriptFault("a comment is not closed", at: place)
        }
        place = end
    }

    private mutating func token() throws(ScriptFault) -> ScriptToken.Kind {
        let first = bytes[place]
        switch first {
        case UInt8(ascii: "'"): return .text(try quoted(escapes: false))
        case ASCII.quote: return .name(try name())
        case UInt8(ascii: "$"):
            if let text = try dollarQuoted() { return .text(text) }
            return try parameter()
        case _ where ASCII.isDigit(first) || first == ASCII.dot && ASCII.isDigit(byte(place + 1)):
            return .number(number())
        case _ where ScriptBytes.beginsName(first): return try wordOrPrefixed()
        default: return .symbol(symbol())
        }
    }

    // MARK: Words

    private mutating func wordOrPrefixed() throws(ScriptFault) -> ScriptToken.Kind {
        let next = byte(place + 1)
        if next == UInt8(ascii: "'") {
            switch ASCII.lowercased(bytes[place]) {
            case UInt8(ascii: "e"):
                place += 1
                return .text(try quoted(escapes: true))
            case UInt8(ascii: "b"), UInt8(ascii: "x"), UInt8(ascii: "n"):
                place += 1
                return .text(try quoted(escapes: false))
            default: break
            }
        }
        let start = place
        while place < bytes.count, ScriptBytes.isInName(bytes[place]) { place += 1 }
        let word = bytes[start..<place].map { ASCII.lowercased($0) }
        return .word(String(utf8: word))
    }

    private mutating func name() throws(ScriptFault) -> String {
        let start = place
        var text: [UInt8] = []
        place += 1
        while place < bytes.count {
            if bytes[place] == ASCII.quote {
                if byte(place + 1) != ASCII.quote {
                    place += 1
                    return String(utf8: text)
                }
                place += 1
            }
            text.append(bytes[place])
            place += 1
        }
        throw ScriptFault("a name in double quotes is not closed", at: start)
    }

    private mutating func parameter() throws(ScriptFault) -> ScriptToken.Kind {
        place += 1
        let start = place
        while ASCII.isDigit(byte(place)) { place += 1 }
        guard let number = Int(String(utf8: bytes[start..<place])) else {
            return .symbol("$")
        }
        return .parameter(number)
    }

    private mutating func number() -> String {
        let start = place
        var hasExponent = false
        while place < bytes.count {
            let byte = bytes[place]
            if ASCII.isDigit(byte) || byte == ASCII.dot || byte == ASCII.underscore {
                place += 1
            } else if !hasExponent, ASCII.lowercased(byte) == UInt8(ascii: "e"),
                ASCII.isDigit(self.byte(place + 1))
                    || [ASCII.plus, ASCII.minus].contains(self.byte(place + 1))
                        && ASCII.isDigit(self.byte(place + 2))
            {
                hasExponent = true
                place += 2
            } else {
                break
            }
        }
        return String(utf8: bytes[start..<place].filter { $0 != ASCII.underscore })
    }

    private static let operators = Set("+-*/<>=~!@#%^&|`?".utf8)

    private mutating func symbol() -> String {
        let start = place
        let first = bytes[place]
        place += 1
        if first == ASCII.colon {
            if byte(place) == ASCII.colon || byte(place) == ASCII.equals { place += 1 }
        } else if Self.operators.contains(first) {
            while Self.operators.contains(byte(place)), !beginsComment() { place += 1 }
            // One of several signs ends in + or - only where it has one of these too.
            let signs = Set("~!@#%^&|`?".utf8)
            while place - start > 1, [ASCII.plus, ASCII.minus].contains(bytes[place - 1]),
                !bytes[start..<place].contains(where: signs.contains)
            {
                place -= 1
            }
        }
        return String(utf8: bytes[start..<place])
    }

    private func beginsComment() -> Bool {
        byte(place) == ASCII.minus && byte(place + 1) == ASCII.minus
            || byte(place) == ASCII.slash && byte(place + 1) == ASCII.asterisk
    }

    // MARK: Texts

    private mutating func dollarQuoted() throws(ScriptFault) -> String? {
        guard let body = ScriptBytes.dollarQuote(bytes.span, at: place) else { return nil }
        guard let end = body.end else {
            throw ScriptFault("a text in dollar quotes is not closed", at: place)
        }
        place = end
        return String(utf8: bytes[body.start..<(end - body.markBytes)])
    }

    private mutating func quoted(escapes: Bool) throws(ScriptFault) -> String {
        let start = place
        var text: [UInt8] = []
        place += 1
        while place < bytes.count {
            let byte = bytes[place]
            if byte == UInt8(ascii: "'") {
                if self.byte(place + 1) != byte {
                    place += 1
                    return String(utf8: text)
                }
                place += 1
            } else if byte == ASCII.backslash, escapes {
                place += 1
                var index = place
                ScriptEscape.append(bytes.span, &index, .constant, to: &text)
                place = index
                continue
            }
            text.append(byte)
            place += 1
        }
        throw ScriptFault("a text is not closed", at: start)
    }
}
