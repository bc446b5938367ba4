import Bytes

/// Cuts an expression into words (PostgreSQL §4.1, the part that rules need).
struct Lexer {
    private let bytes: [UInt8]
    private var position = 0

    /// Two-byte and three-byte operators first: the longest one wins.
    private static let symbols = [
        "->>", "->", "::", "<=", ">=", "<>", "!=", "||", "=", "<", ">", "(", ")", ",", ".", "+",
        "-",
        "*", "/", "%", "[", "]",
    ]

    /// What other languages write, and what it is here; the longest one first.
    private static let foreign = [
        ("===", "="), ("!==", "<>"), ("==", "="), ("&&", "and"),
    ]

    /// All words of `text`, the last one being `.end`.
    static func tokens(of text: String) throws(RuleFault) -> [Token] {
        guard text.utf8.count <= ExpressionLimits.ruleBytesMax else {
            throw RuleFault(
                message: "longer than \(ExpressionLimits.ruleBytesMax) bytes", offset: 0)
        }
        var lexer = Lexer(bytes: Array(text.utf8))
        var tokens: [Token] = []
        while true {
            let token = try lexer.next()
            tokens.append(token)
            if token.kind == .end { return tokens }
        }
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private func byte(_ ahead: Int = 0) -> UInt8? {
        position + ahead < bytes.count ? bytes[position + ahead] : nil
    }

    private mutating func next() throws(RuleFault) -> Token {
        try skipBlanks()
        let start = position
        guard let first = byte() else { return Token(kind: .end, offset: start) }
        if Self.startsName(first) {
            while let next = byte(), Self.continuesName(next) { position += 1 }
            return Token(kind: .name(String(utf8: bytes[start..<position])), offset: start)
        }
        if ASCII.isDigit(first) || (first == ASCII.dot && byte(1).map(ASCII.isDigit) == true) {
            return Token(kind: .number(try number()), offset: start)
        }
        if first == UInt8(ascii: "'") {
            return Token(kind: .text(try quoted(what: "text")), offset: start)
        }
        if first == ASCII.quote {
            return Token(kind: .quotedName(try quoted(what: "name")), offset: start)
        }
        for (written, meant) in Self.foreign where bytes[start...].starts(with: written.utf8) {
            throw RuleFault(message: "\(written) is written \"\(meant)\" here", offset: start)
        }
        for symbol in Self.symbols where bytes[start...].starts(with: symbol.utf8) {
            position += symbol.utf8.count
            return Token(kind: .symbol(symbol), offset: start)
        }
        if first == UInt8(ascii: "!") {
            throw RuleFault(message: "! is written \"not\" here", offset: start)
        }
        throw RuleFault(
            message: "unexpected character \"\(Character(Unicode.Scalar(first)))\"", offset: start)
    }

    /// Blanks and both kinds of comment.
    private mutating func skipBlanks() throws(RuleFault) {
        while let next = byte() {
            if next == ASCII.space || (ASCII.tab...ASCII.cr).contains(next) {
                position += 1
            } else if next == ASCII.minus, byte(1) == ASCII.minus {
                while let skipped = byte(), skipped != ASCII.lf { position += 1 }
            } else if next == ASCII.slash, byte(1) == ASCII.asterisk {
                let start = position
                position += 2
                while byte() != ASCII.asterisk || byte(1) != ASCII.slash {
                    guard byte() != nil else {
                        throw RuleFault(message: "this comment has no end", offset: start)
                    }
                    position += 1
                }
                position += 2
            } else {
                return
            }
        }
    }

    private mutating func number() throws(RuleFault) -> String {
        let start = position
        while let next = byte(), ASCII.isDigit(next) { position += 1 }
        if byte() == ASCII.dot {
            position += 1
            while let next = byte(), ASCII.isDigit(next) { position += 1 }
        }
        if let next = byte(), next | 0x20 == UInt8(ascii: "e") {
            position += 1
            if byte() == ASCII.plus || byte() == ASCII.minus { position += 1 }
            let digits = position
            while let next = byte(), ASCII.isDigit(next) { position += 1 }
            guard position > digits else {
                throw RuleFault(message: "this number's exponent has no digits", offset: start)
            }
        }
        if let next = byte(), Self.startsName(next) {
            throw RuleFault(message: "trailing junk after a number", offset: position)
        }
        return String(utf8: bytes[start..<position])
    }

    /// A run in quotes, in which the quote itself is doubled.
    private mutating func quoted(what: String) throws(RuleFault) -> String {
        let quote = bytes[position]
        let start = position
        var content: [UInt8] = []
        position += 1
        while let next = byte() {
            position += 1
            if next == 0 { throw RuleFault(message: "a \(what) cannot hold \\0", offset: start) }
            if next == quote {
                if byte() != quote {
                    if quote == ASCII.quote, content.isEmpty {
                        throw RuleFault(
                            message: "a name in quotes cannot be empty", offset: start)
                    }
                    return String(utf8: content)
                }
                position += 1
            }
            content.append(next)
        }
        throw RuleFault(message: "this quoted \(what) has no end", offset: start)
    }

    private static func startsName(_ byte: UInt8) -> Bool {
        ASCII.isLetter(byte) || byte == ASCII.underscore || byte >= 0x80
    }

    private static func continuesName(_ byte: UInt8) -> Bool {
        startsName(byte) || ASCII.isDigit(byte) || byte == UInt8(ascii: "$")
    }
}
