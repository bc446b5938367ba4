/// An index declared in the model file or made for a foreign key.
public struct Index: Hashable, Sendable {
    /// A column of the index.
    public struct Part: Hashable, Sendable {
        /// The column, as an index into the model's columns.
        public let column: Int
        /// Whether the index runs from large to small.
        public let isDescending: Bool
    }

    /// The index's name, `{table}_{columns}_idx`.
    public let name: String
    /// The columns in order.
    public let parts: [Part]
    /// The rows the index holds; all of them when nil.
    public let predicate: ExpressionSource?
}

/// A rule that every row must keep, whoever writes it.
public struct Check: Hashable, Sendable {
    /// The constraint's name.
    public let name: String
    /// The condition; a row passes unless it is false.
    public let condition: ExpressionSource
}
