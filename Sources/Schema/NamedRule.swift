import Database
public import Values

/// A rule of `rules.json`: an expression with a name and parameters, shared by models.
public struct NamedRule: Hashable, Sendable {
    /// The rule's name.
    public let name: String
    /// The names of its parameters, in order.
    public let parameters: [String]
    /// Their types, where the file gives them.
    public let parameterTypes: [ColumnType?]
    /// The expression.
    public let body: ExpressionSource
    /// Where the rule is declared.
    public let location: SourceLocation
}
