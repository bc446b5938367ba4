/// Column names with a meaning of their own somewhere on the way.
public enum ReservedNames {
    /// Words of URLs, as room Query, of which this one knows nothing, reads them.
    static let parameters: Set<String> = [
        "select", "columns", "on_conflict", "order", "limit", "offset", "and", "or",
    ]

    /// Words that start or join clauses of rules and so cannot be bare names (PostgreSQL reserves
    /// them too). In lower case; rules may write them in any.
    public static let ruleWords: Set<String> = [
        "and", "or", "not", "in", "is", "like", "ilike", "between", "null", "true", "false",
        "distinct", "from", "where", "as", "select", "case", "when", "then", "else", "end",
    ]

    /// What is inconvenient about a name that works.
    static func inconveniences(of name: String) -> [String] {
        var found: [String] = []
        if parameters.contains(name) {
            found.append("is a parameter of the REST API: URLs filter by it in double quotes")
        }
        if ruleWords.contains(name.lowercased()) {
            found.append("is a word of the rule language: rules name it in double quotes")
        }
        return found
    }
}
