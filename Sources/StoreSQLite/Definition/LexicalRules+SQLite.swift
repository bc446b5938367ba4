import Store

extension LexicalRules {
    /// Tokens as SQLite reads them (sqlite.org/lang_keywords, lang_expr#literal). It does not tell
    /// the cases of names apart, and takes a text in single quotes for a name where one has to
    /// stand.
    static let sqlite = LexicalRules(
        prefixes: [Prefix("x")],
        nameQuotes: [NameQuotes("\"", "\""), NameQuotes("`", "`"), NameQuotes("[", "]")],
        foldsQuotedNames: true, readsLiteralsAsNames: true, skipsByteOrderMarks: true,
        longSymbols: ["->>", "->", "||", "<=", ">=", "<>", "!=", "==", "<<", ">>"])
}

extension SQLToken {
    /// Tokens are equal for SQLite wherever they stand and however their names are quoted.
    var meaning: String {
        switch kind {
        case .word, .quoted, .literal, .number: text
        case .symbol: text == "==" ? "=" : text == "!=" ? "<>" : text
        }
    }
}
