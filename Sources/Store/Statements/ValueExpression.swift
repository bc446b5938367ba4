public import Values

/// A value in a statement, computed from columns, constants, arguments and the caller: what SQL
/// calls a value expression. It says what is meant and not how it is spelled: that is the engine's,
/// through ``StatementWriter`` and its ``Dialect``.
///
/// Truth is three-valued, as in SQL.
public indirect enum ValueExpression: Hashable, Sendable {
    /// A value that the statement's text holds, so that it is the same for every caller and can
    /// match the condition of an index.
    case constant(Value, ColumnType)
    /// A value that is bound.
    case argument(Argument)
    /// Something about the caller, or the time.
    case context(ContextSlot)
    case column(ColumnReference)
    case comparison(Comparison, ValueExpression, ValueExpression)
    /// `is distinct from`.
    case distinct(ValueExpression, ValueExpression)
    /// `and` over any number of operands; none is true.
    case all([ValueExpression])
    /// `or` over any number of operands; none is false.
    case any([ValueExpression])
    case not(ValueExpression)
    case isNull(ValueExpression)
    /// `in`.
    case membership(ValueExpression, [ValueExpression])
    case like(ValueExpression, pattern: ValueExpression, ignoresCase: Bool)
    case call(StoreFunction, [ValueExpression])
    /// Whether a query finds a row.
    case exists(SelectStatement)
    /// The value in the one column of the first row that a query finds; NULL without a row.
    case scalar(SelectStatement)
    /// The second where the first is true, else NULL.
    case masked(by: ValueExpression, ValueExpression)
    /// How many rows the query has, in place of its rows.
    case rowCount
    /// The first row that a query finds as a JSON object, whose members are its columns; NULL
    /// without a row.
    case object(RowLayout, SelectStatement)
    /// All rows that a query finds as a JSON array of objects.
    case array(RowLayout, SelectStatement)

    /// A bound value.
    public struct Argument: Hashable, Sendable {
        /// The value of the request that the statement was made for.
        public let value: Value
        /// Its type.
        public let type: ColumnType
        /// How a repeated request makes another one; nil when it stays.
        public let source: ArgumentSlot.Source?

        /// An argument.
        public init(_ value: Value, _ type: ColumnType, source: ArgumentSlot.Source? = nil) {
            self.value = value
            self.type = type
            self.source = source
        }
    }

    /// A column of a row that the statement knows by a name.
    public struct ColumnReference: Hashable, Sendable {
        /// The row's alias; nil for bare names, as in a table's definition.
        public let row: String?
        /// The column's name.
        public let name: String
        /// The type of its values.
        public let type: ColumnType

        /// A column.
        public init(_ name: String, of row: String?, type: ColumnType) {
            self.row = row
            self.name = name
            self.type = type
        }
    }

    /// What every row passes, and what none does.
    public static let yes = ValueExpression.constant(.integer(1), .boolean)
    /// See ``yes``.
    public static let no = ValueExpression.constant(.integer(0), .boolean)

    /// A bound value.
    public static func argument(
        _ value: Value, _ type: ColumnType, source: ArgumentSlot.Source? = nil
    ) -> ValueExpression {
        .argument(Argument(value, type, source: source))
    }

    /// A column of a row.
    public static func column(
        _ name: String, of row: String?, type: ColumnType
    ) -> ValueExpression {
        .column(ColumnReference(name, of: row, type: type))
    }
}

extension ValueExpression {
    /// The type of the value; nil for NULL of no type.
    public var type: ColumnType? {
        switch self {
        case .constant(let value, let type): value.isNull ? nil : type
        case .argument(let argument): argument.type
        case .context(let slot): slot.type
        case .column(let column): column.type
        case .comparison, .distinct, .all, .any, .not, .isNull, .membership, .like, .exists:
            .boolean
        case .call(let function, let operands): function.type(of: operands)
        case .scalar(let select): select.columns.first?.value.type
        case .masked(_, let value): value.type
        case .rowCount: .integer
        case .object, .array: .json
        }
    }

    /// The names of the columns that it reads, but for those inside queries.
    public var columnNames: Set<String> {
        if case .column(let column) = self { return [column.name] }
        return operands.reduce(into: []) { $0.formUnion($1.columnNames) }
    }

    /// Whether its value is refused for some rows, as it does not fit.
    public var mayOverflow: Bool {
        if case .call(let function, _) = self, function.mayOverflow { return true }
        return operands.contains(where: \.mayOverflow)
    }

    var isColumn: Bool {
        if case .column = self { true } else { false }
    }

    /// The operands, left to right; queries hide theirs.
    var operands: [ValueExpression] {
        switch self {
        case .constant, .argument, .context, .column, .exists, .scalar, .rowCount, .object, .array:
            []
        case .comparison(_, let left, let right), .distinct(let left, let right): [left, right]
        case .all(let operands), .any(let operands), .call(_, let operands): operands
        case .not(let operand), .isNull(let operand): [operand]
        case .membership(let operand, let list): [operand] + list
        case .like(let operand, let pattern, _): [operand, pattern]
        case .masked(let condition, let value): [condition, value]
        }
    }
}
