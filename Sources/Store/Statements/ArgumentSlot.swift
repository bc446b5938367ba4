public import Values

/// An argument that a repeated request replaces.
public struct ArgumentSlot: Hashable, Sendable {
    /// Where a repeated request has the value.
    public enum Source: Hashable, Sendable {
        /// What the text of an operand becomes.
        public enum Content: Hashable, Sendable {
            /// A filter's operand, of the column's type.
            case value(ColumnType)
            /// A row count, never above `max`.
            case number(max: Int)
        }

        /// The operand of the parameter at a place in the query string.
        case operand(parameter: Int, Content)
        /// What the row judged or written has in the column at a place in its model.
        case column(Int)
        /// What it had before an update.
        case oldColumn(Int)

        /// The parameter's place in the query string, if it is one that has the value.
        public var parameter: Int? {
            switch self {
            case .operand(let parameter, _): parameter
            case .column, .oldColumn: nil
            }
        }
    }

    /// The argument's index in the statement.
    public let argument: Int
    /// Where its values come from.
    public let source: Source

    /// A slot.
    public init(argument: Int, source: Source) {
        self.argument = argument
        self.source = source
    }
}
