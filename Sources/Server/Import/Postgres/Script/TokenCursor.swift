import Bytes

/// Where somebody is who reads tokens one after the other.
struct TokenCursor {
    let source: [UInt8]
    private let tokens: [ScriptToken]
    private(set) var index = 0
    private var depth = 0

    /// How deep expressions may be nested.
    private static let depthMax = 120

    init(_ source: [UInt8]) throws(ScriptFault) {
        self.source = source
        tokens = try ScriptLexer.tokens(of: source)
    }

    var current: ScriptToken { tokens[index] }

    /// The token so many behind the current one.
    func ahead(_ count: Int) -> ScriptToken { tokens[min(index + count, tokens.count - 1)] }

    var isAtEnd: Bool { current.kind == .end || current.isSymbol(";") }

    mutating func advance(_ count: Int = 1) { index = min(index + count, tokens.count - 1) }

    /// Takes words that stand one behind the other; false, with nothing taken, where they do not.
    mutating func accept(_ words: String...) -> Bool {
        for (place, word) in words.enumerated() where !ahead(place).isWord(word) { return false }
        advance(words.count)
        return true
    }

    mutating func accept(symbol: String) -> Bool {
        guard current.isSymbol(symbol) else { return false }
        advance()
        return true
    }

    mutating func expect(_ word: String) throws(ScriptFault) {
        guard accept(word) else { throw unexpected(word.uppercased()) }
    }

    mutating func expect(symbol: String) throws(ScriptFault) {
        guard accept(symbol: symbol) else { throw unexpected("\"\(symbol)\"") }
    }

    func unexpected(_ wanted: String) -> ScriptFault {
        let here = String(utf8: source[current.offset..<min(current.end, current.offset + 40)])
        return ScriptFault(
            "\(wanted) expected, but here is \(current.kind == .end ? "the end" : here)",
            at: current.offset)
    }

    mutating func identifier() throws(ScriptFault) -> String {
        guard let name = current.identifier else { throw unexpected("a name") }
        advance()
        return name
    }

    /// A name of one or more parts.
    mutating func path() throws(ScriptFault) -> [String] {
        var parts = [try identifier()]
        while current.isSymbol("."), ahead(1).identifier != nil {
            advance()
            parts.append(try identifier())
        }
        return parts
    }

    /// Names in parentheses.
    mutating func names() throws(ScriptFault) -> [String] {
        try expect(symbol: "(")
        var names: [String] = []
        repeat { names.append(try identifier()) } while accept(symbol: ",")
        try expect(symbol: ")")
        return names
    }

    /// The text of tokens from a place on up to the current one.
    func text(from start: Int) -> String {
        guard index > start else { return "" }
        let words = String(utf8: source[tokens[start].offset..<tokens[index - 1].end])
        return words.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    /// Passes what stands in parentheses from here on.
    mutating func skipParentheses() {
        guard current.isSymbol("(") else { return }
        var open = 0
        repeat {
            if current.isSymbol("(") { open += 1 }
            if current.isSymbol(")") { open -= 1 }
            if current.kind == .end { return }
            advance()
        } while open > 0
    }

    /// Goes back to a token.
    mutating func `return`(to index: Int) { self.index = index }

    /// Reads something one level deeper.
    mutating func deeper<R>(
        _ body: (inout TokenCursor) throws(ScriptFault) -> R
    ) throws(ScriptFault) -> R {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.depthMax else {
            throw ScriptFault("this is nested too deep", at: current.offset)
        }
        return try body(&self)
    }
}
