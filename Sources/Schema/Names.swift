import Bytes
import Store

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

    /// A name as rules write it: in double quotes where it is not plain, or a word of theirs.
    public static func inRules(_ name: String) -> String {
        let bytes = name.utf8
        let isPlain =
            bytes.first.map { ASCII.isDigit($0) || $0 == UInt8(ascii: "$") } == false
            && bytes.allSatisfy { ASCII.isNameByte($0) || $0 == UInt8(ascii: "$") || $0 >= 0x80 }
        return isPlain && !ruleWords.contains(name.lowercased()) ? name : quoted(identifier: name)
    }

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
