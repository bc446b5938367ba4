/// The bounds of what this room parses and renders. Each is there because something below has one.
enum ExpressionLimits {
    /// The deepest nesting of a rule's syntax: parentheses, `not`, function arguments, `exists`.
    static let ruleDepthMax = 64
    /// The longest chain of one kind of operator that is not `and` or `or`: such a chain is as deep
    /// as it is long.
    static let operatorChainMax = 32
    /// The longest text of one expression in bytes.
    static let ruleBytesMax = 64 << 10
    /// The most nodes of one expression after named rules and `can` are expanded.
    static let nodesMax = 20_000
}
