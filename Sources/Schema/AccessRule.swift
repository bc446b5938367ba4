/// What a caller may be allowed to do with a row.
public enum Verb: String, Hashable, Sendable, CaseIterable {
    case read, create, update, delete

    /// What an access table says of the verb: its own entry wins, then `write`, then `all`.
    func entry(in words: [String: FileReader.Member]) -> FileReader.Member? {
        words[rawValue] ?? (self == .read ? nil : words["write"]) ?? words["all"]
    }
}

/// Who may use one verb: expressions that must be true of the row. A part that does not go with the
/// verb says the same as the other and is not asked.
public struct AccessRule: Hashable, Sendable {
    /// Judges the row that is there: read, update and delete.
    public let using: ExpressionSource
    /// Judges the row as it will be: create and update.
    public let check: ExpressionSource

    /// A rule of the two parts.
    public init(using: ExpressionSource, check: ExpressionSource) {
        self.using = using
        self.check = check
    }
}
