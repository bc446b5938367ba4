import Values

/// A query: which rows of a table, which values of each, in which order. Engines write it in their
/// own SQL.
public struct SelectStatement: Hashable, Sendable {
    /// A value of each row, by the name that surrounding statements know it by.
    public struct Column: Hashable, Sendable {
        /// The value.
        public var value: ValueExpression
        /// Its name; nil where nobody asks for it by name.
        public var name: String?

        /// A column.
        public init(_ value: ValueExpression, as name: String? = nil) {
            self.value = value
            self.name = name
        }
    }

    /// A table's rows and the name of each.
    public struct Source: Hashable, Sendable {
        /// The table.
        public var table: TableReference
        /// What the statement calls a row of it.
        public var alias: String

        /// A source.
        public init(_ table: TableReference, as alias: String) {
            self.table = table
            self.alias = alias
        }
    }

    /// What rows come from.
    public indirect enum TableReference: Hashable, Sendable {
        case table(String)
        /// What a query finds that is read as a table is.
        case query(TableQuery)
        /// Those rows of a table that fulfil a condition.
        case view(View)
        /// The rows of another query.
        case rows(SelectStatement)
    }

    /// The rows of a table that fulfil a condition, under a name that means the same wherever it
    /// stands in a statement. The condition has no arguments.
    public struct View: Hashable, Sendable {
        /// Its name.
        public let name: String
        /// The table.
        public let table: TableReference
        /// The table's columns.
        public let columns: [Table.Column]
        /// What ``condition`` calls a row.
        public let alias: String
        /// What the rows fulfil.
        public let condition: ValueExpression

        /// A view.
        public init(
            _ name: String, of table: TableReference, columns: [Table.Column], as alias: String,
            where condition: ValueExpression
        ) {
            self.name = name
            self.table = table
            self.columns = columns
            self.alias = alias
            self.condition = condition
        }
    }

    /// One key of the order.
    public struct OrderKey: Hashable, Sendable {
        /// What is sorted by.
        public var value: ValueExpression
        /// From large to small.
        public var isDescending: Bool
        /// Where NULL stands; nil for values that are never NULL, so that an index in plain order
        /// serves.
        public var nullsFirst: Bool?

        /// A key.
        public init(_ value: ValueExpression, isDescending: Bool = false, nullsFirst: Bool? = nil) {
            self.value = value
            self.isDescending = isDescending
            self.nullsFirst = nullsFirst
        }
    }

    /// What rows that have no order of their own are sorted by, so that clients that page through
    /// them see each once.
    public enum DefaultOrder: Hashable, Sendable {
        /// Nothing: nobody pages.
        case none
        /// What identifies a row of a source in the engine.
        case identity(of: Table)
    }

    /// The values of each row.
    public var columns: [Column]
    /// The tables, joined by ``conditions``.
    public var sources: [Source]
    /// What a row fulfils.
    public var conditions: [ValueExpression]
    /// The order.
    public var order: [OrderKey]
    /// The order of rows that ``order`` leaves open.
    public var defaultOrder = DefaultOrder.none
    /// The most rows.
    public var limit: ValueExpression?
    /// The rows left out before the first.
    public var offset: ValueExpression?

    /// A query.
    public init(
        _ columns: [Column], from sources: [Source], where conditions: [ValueExpression] = [],
        order: [OrderKey] = [], limit: ValueExpression? = nil, offset: ValueExpression? = nil
    ) {
        self.columns = columns
        self.sources = sources
        self.conditions = conditions
        self.order = order
        self.limit = limit
        self.offset = offset
    }
}
