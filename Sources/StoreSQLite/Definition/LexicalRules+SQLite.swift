import Store

extension LexicalRules {
    /// Tokens as SQLite reads them (sqlite.org/lang_keywords, lang_expr#literal). It does not tell
    /// the cases of names apart, and takes a text in single quotes for a name where one has to
    /// stand.
    static let sqlite = LexicalRules(
        prefixes: [Prefix("x")],
        nameQuotes: [NameQuotes("\"", "\""), NameQuotes("`", "`"), NameQuotes("[", "]")],
        reservedWords: sqliteWords, foldsQuotedNames: true, readsLiteralsAsNames: true,
        skipsByteOrderMarks: true,
        longSymbols: ["->>", "->", "||", "<=", ">=", "<>", "!=", "==", "<<", ">>"])

    /// What parse.y of SQLite takes for no name without quotes.
    private static let sqliteWords = Set(
        """
        add all alter and as autoincrement between case check collate commit constraint create
        default deferrable delete distinct drop else escape except exists foreign from group having
        in index insert intersect into is isnull join limit not nothing notnull null on or order
        primary references returning select set table then to transaction union unique update using
        values when where
        """.split { $0 == " " || $0 == "\n" }.map(String.init))
}

extension SQLToken {
    /// Tokens are equal for SQLite wherever they stand and however their names are quoted.
    var meaning: String {
        switch kind {
        case .word, .quoted, .literal, .number: LexicalRules.sqlite.written(self)
        case .symbol: text == "==" ? "=" : text == "!=" ? "<>" : text
        }
    }
}
