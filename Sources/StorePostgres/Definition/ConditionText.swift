import Store

extension TableStructure.Condition {
    /// A condition as the server prints it, with names in lower case and without the parentheses
    /// around all of it.
    init(printed text: String) {
        let inner = SQLLexer.tokens(of: text, .postgres)[...].withoutParentheses
        let names = inner.compactMap(\.name)
        self.init(Self.text(of: inner, in: text), names: names)
    }

    /// The tokens with what stands between them.
    private static func text(of tokens: ArraySlice<SQLToken>, in source: String) -> String {
        let bytes = Array(source.utf8)
        var text = ""
        var end = tokens.first?.offset ?? 0
        for token in tokens {
            text += String(decoding: bytes[end..<token.offset], as: UTF8.self)
            text += LexicalRules.postgres.written(token)
            end = token.end
        }
        return text
    }

    /// The condition with other names of columns.
    func renaming(_ columns: [String: String]) -> Self {
        Self(
            LexicalRules.postgres.renaming(columns, in: text),
            names: names.map { columns[$0] ?? $0 })
    }
}

/// A constant as the server prints it: `'it''s'::text`, `(-7)`, `true`.
enum PrintedConstant {
    /// The text that the constant's type reads; nil for what is no constant.
    static func text(of printed: String) -> String? {
        var tokens = SQLLexer.tokens(of: printed, .postgres)[...]
        if tokens.first?.isSymbol("(") == true,
            let end = tokens.firstIndex(where: { $0.isSymbol(")") })
        {
            tokens.remove(at: end)
            tokens.removeFirst()
        }
        var sign = ""
        if tokens.first?.isSymbol("-") == true {
            sign = "-"
            tokens = tokens.dropFirst()
        }
        guard let first = tokens.first, isCast(tokens.dropFirst()) else { return nil }
        switch first.kind {
        case .number: return sign + first.text
        case .literal: return sign.isEmpty ? unquoted(first.text) : nil
        case .word: return first.text == "true" || first.text == "false" ? first.text : nil
        case .quoted, .symbol: return nil
        }
    }

    /// Whether nothing but a cast follows.
    private static func isCast(_ tokens: ArraySlice<SQLToken>) -> Bool {
        if tokens.isEmpty { return true }
        guard tokens.prefix(2).map(\.text) == [":", ":"] else { return false }
        return tokens.dropFirst(2).allSatisfy { token in
            token.kind == .word || token.kind == .number || ["(", ")", ","].contains(token.text)
        }
    }

    /// The server doubles quotes, and backslashes behind E.
    private static func unquoted(_ literal: String) -> String {
        let escapes = literal.hasPrefix("E")
        var text = String.UnicodeScalarView()
        var last: Unicode.Scalar?
        for scalar in literal.unicodeScalars.drop(while: { $0 != "'" }).dropFirst().dropLast() {
            let isDoubled = scalar == "'" || (escapes && scalar == "\\")
            if isDoubled, last == scalar {
                last = nil
                continue
            }
            text.append(scalar)
            last = isDoubled ? scalar : nil
        }
        return String(text)
    }
}
