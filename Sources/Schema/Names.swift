import Bytes

/// PostgreSQL's default names of constraints and indexes.
enum ConstraintName {
    /// `{table}_{column}_{column}_{kind}`.
    static func of(_ table: String, _ columns: [String], _ kind: String) -> String {
        ([table] + columns + [kind]).joined(separator: "_")
    }

    /// `name`, or `name1`, `name2`, … when it is taken.
    static func free(_ name: String, taken: [String]) -> String {
        if !taken.contains(name) { return name }
        var number = 1
        while taken.contains("\(name)\(number)") { number += 1 }
        return "\(name)\(number)"
    }
}

/// Column names with a meaning of their own somewhere on the way.
enum ReservedNames {
    /// SQLite's names for the row number, by which unordered reads are ordered.
    static let refused: Set<String> = ["rowid", "_rowid_"]

    /// Names that work, but not everywhere, and why.
    static let inconvenient: [String: String] = {
        let parameter = "is a parameter of the REST API: rows cannot be filtered by it in a URL"
        let word = "is a word of the rule language: rules cannot name it"
        var reasons: [String: String] = [:]
        for name in ["select", "order", "limit", "offset", "columns", "on_conflict"] {
            reasons[name] = parameter
        }
        for name in [
            "and", "or", "not", "in", "is", "null", "true", "false", "exists", "old", "auth",
        ] {
            reasons[name] = word
        }
        return reasons
    }()
}
