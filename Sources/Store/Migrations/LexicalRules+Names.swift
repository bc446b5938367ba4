import Bytes

// Names in the conditions of structures, where one name has to be one text however it was quoted.
extension LexicalRules {
    /// A name, in lower case, as conditions have it: bare where that can be read in no other way.
    public func written(name: String) -> String {
        let bytes = name.utf8
        let isPlain =
            !bytes.isEmpty
            && bytes.allSatisfy { byte in
                ASCII.isDigit(byte) || ASCII.isLetter(byte) || byte == ASCII.underscore
            } && bytes.first.map(ASCII.isDigit) == false
        return isPlain && !reservedWords.contains(name) ? name : quoted(identifier: name)
    }

    /// A name or another word as conditions have it.
    public func written(_ token: SQLToken) -> String {
        switch token.kind {
        case .quoted: written(name: token.text.lowercased())
        case .word: reservedWords.contains(token.text) ? token.text : written(name: token.text)
        case .literal, .number, .symbol: token.text
        }
    }

    /// A condition with other names of columns, the former ones in lower case.
    public func renaming(_ columns: [String: String], in condition: String) -> String {
        let bytes = Array(condition.utf8)
        let tokens = SQLLexer.tokens(of: bytes, self)
        var renamed = ""
        var end = 0
        for (place, token) in tokens.enumerated() {
            renamed += String(decoding: bytes[end..<token.offset], as: UTF8.self)
            let spelled = String(decoding: bytes[token.offset..<token.end], as: UTF8.self)
            let name = namesColumn(place, of: tokens) ? columns[token.text.lowercased()] : nil
            renamed += name.map { written(name: $0) } ?? spelled
            end = token.end
        }
        return renamed
    }

    /// Whether a token may be a column's name: no function's, no type's behind `::`.
    private func namesColumn(_ place: Int, of tokens: [SQLToken]) -> Bool {
        let token = tokens[place]
        switch token.kind {
        case .literal, .number, .symbol: return false
        case .quoted: return true
        case .word:
            if reservedWords.contains(token.text) { return false }
            if place + 1 < tokens.count, tokens[place + 1].isSymbol("(") { return false }
            return place == 0 || !tokens[place - 1].isSymbol(":")
        }
    }
}
