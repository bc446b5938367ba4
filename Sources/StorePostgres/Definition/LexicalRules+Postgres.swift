import Store

extension LexicalRules {
    /// Tokens as PostgreSQL reads them (manual, "Lexical Structure"). Names in double quotes keep
    /// their cases.
    static let postgres = LexicalRules(
        prefixes: [
            Prefix("e", escapes: true), Prefix("b"), Prefix("x"), Prefix("n"), Prefix("u&"),
        ],
        nameQuotes: [NameQuotes("\"", "\"")], reservedWords: postgresWords, nestsComments: true,
        quotesWithDollars: true)

    /// What the server prints without quotes in an expression, and means no name by.
    private static let postgresWords = Set(
        """
        all and any array as at between both case cast coalesce collate current_date current_role
        current_time current_timestamp current_user distinct else end escape exists extract false
        for from greatest grouping ilike in is isnull leading least like localtime localtimestamp
        normalize not notnull null nullif on or order overlay position row select session_user
        similar some substring symmetric then time timestamp trailing treat trim true unknown user
        values when where with without zone
        """.split { $0 == " " || $0 == "\n" }.map(String.init))
}

extension SQLToken {
    /// What it names, in lower case; nil for what names nothing.
    var name: String? { name(by: .postgres) }
}
