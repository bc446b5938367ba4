import Store

/// What the words of a statement name that makes a trigger, a view or an index. A word without
/// quotes that SQL has itself is a name only where nothing else can stand.
struct StatementNames {
    /// What a name may be.
    enum Role { case table, column, either }

    /// The names but for the statement's own, in order.
    static func of(_ tokens: [SQLToken]) -> [(token: SQLToken, role: Role)] {
        tokens.indices.compactMap { place in
            let token = tokens[place]
            guard token.kind == .word || token.kind == .quoted else { return nil }
            let previous = place > 0 ? tokens[place - 1] : nil
            let isQualified = previous?.isSymbol(".") == true
            let isQualifier = place + 1 < tokens.count && tokens[place + 1].isSymbol(".")
            let word = previous?.kind == .word ? previous?.text : nil
            if let word, made.contains(word), place < 6 { return nil }
            let isPlace = word.map(beforeTables.contains) == true
            if token.kind == .word, keywords.contains(token.text), !isQualified, !isQualifier,
                !isPlace || ["of", "or"].contains(token.text), word != "of"
            {
                return nil
            }
            if isQualifier || isPlace { return (token, .table) }
            let isListed = previous?.isSymbol(",") == true || previous?.isSymbol("(") == true
            return (token, isListed ? .either : .column)
        }
    }

    /// Behind which stands what the statement makes.
    private static let made: Set<String> = ["trigger", "view", "index", "exists"]
    private static let beforeTables: Set<String> = [
        "on", "from", "into", "update", "join", "in",
        // `UPDATE OR IGNORE t`
        "abort", "fail", "ignore", "replace", "rollback",
    ]

    /// The words of CREATE TRIGGER, CREATE VIEW, CREATE INDEX and of the statements in them.
    private static let keywords = Set(
        """
        abort after all and as asc before begin between by case cast collate conflict create cross
        current_date current_time current_timestamp delete desc distinct do each else end escape
        except exists fail filter first following for from full glob group having if ignore in
        index indexed inner insert instead intersect into is isnull join last left like limit match
        natural no not nothing notnull null nulls of offset on or order others outer over partition
        preceding raise range recursive regexp replace returning right rollback row rows select set
        table temp temporary then trigger union unique update using values view when where window
        with without
        """.split { $0 == " " || $0 == "\n" }.map(String.init))
}
