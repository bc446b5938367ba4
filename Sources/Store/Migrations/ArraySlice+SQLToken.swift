// How tokens stand in parentheses.
extension ArraySlice<SQLToken> {
    /// Where the group ends that begins with the first token: at the partner of a parenthesis, or
    /// at the token itself; nil where the partner is missing.
    public var endOfGroup: Int? {
        var depth = 0
        for index in indices {
            if self[index].isSymbol("(") { depth += 1 }
            if self[index].isSymbol(")") { depth -= 1 }
            if depth == 0 { return index }
        }
        return nil
    }

    /// The tokens without the parentheses around all of them.
    public var withoutParentheses: Self {
        var inner = self
        while inner.first?.isSymbol("(") == true, inner.endOfGroup == inner.endIndex - 1 {
            inner = inner.dropFirst().dropLast()
        }
        return inner
    }

    /// The parts of a list, cut at the commas outside of parentheses.
    public var items: [Self] {
        var depth = 0
        return split { token in
            if token.isSymbol("(") { depth += 1 }
            if token.isSymbol(")") { depth -= 1 }
            return depth == 0 && token.isSymbol(",")
        }
    }
}
