import Store

extension LexicalRules {
    /// Tokens as PostgreSQL reads them (manual, "Lexical Structure"). Names in double quotes keep
    /// their cases.
    static let postgres = LexicalRules(
        prefixes: [Prefix("e", escapes: true), Prefix("b"), Prefix("x"), Prefix("n"), Prefix("u&")],
        nameQuotes: [NameQuotes("\"", "\"")], nestsComments: true, quotesWithDollars: true)
}

extension SQLToken {
    /// What it names, in lower case; nil for what names nothing.
    var name: String? { name(by: .postgres) }
}
