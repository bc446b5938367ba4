import Store
public import Values

/// The value a column gets when the writer gives none.
public enum ColumnDefault: Hashable, Sendable {
    /// The same for every row; also the `DEFAULT` of the SQL table.
    case constant(Value)
    /// Computed for each row by the server.
    case expression(ExpressionSource)
}

/// What a column holds that the store computes of the other columns of its row.
public struct Computation: Hashable, Sendable {
    /// The value.
    public let expression: ExpressionSource
    /// Whether it is kept with the row, where the engine has a choice; else it is computed at each
    /// read.
    public let isStored: Bool
}

/// Rules that hide or protect one column; a verb without a rule is free.
public struct ColumnAccess: Hashable, Sendable {
    /// The rules of `read`, `create` and `update`.
    public let rules: [Verb: ExpressionSource]
}

/// A column of a model.
public struct Column: Sendable {
    /// The model the column belongs to, for messages.
    public let table: String
    /// The column's name.
    public let name: String
    /// The type of its values.
    public let type: ColumnType
    /// What it is for, in its author's words.
    public let description: String?
    /// Whether it may hold null: false when `required` or part of the primary key.
    public let isNullable: Bool
    /// What it holds when the writer gives nothing.
    public let `default`: ColumnDefault?
    /// What it gets at every update of the row.
    public let onUpdate: ExpressionSource?
    /// What the store computes for it; nobody writes it then.
    public private(set) var computed: Computation?
    /// Whether clients may not write it; only the server and the service role do.
    public let isReadOnly: Bool
    /// Whether the database numbers it.
    public let isIdentity: Bool
    /// The only values it may hold.
    public let enumeration: [Value]?
    /// Lengths, ranges and pattern of its values.
    package let bounds: Bounds
    /// The shape of a JSON column's values.
    package let jsonRule: JSONRule?
    /// The foreign key this column alone makes.
    public internal(set) var reference: ForeignKey?
    /// The names it had before, the last one first.
    public let renamedFrom: [String]
    /// Whether clients should use it no more.
    public let isDeprecated: Bool
    /// Rules for this column alone.
    public let access: ColumnAccess?
    /// Where the model file declares it.
    public let location: SourceLocation

    /// Whether ``check(_:)`` asks anything of its values.
    public var isConstrained: Bool { enumeration != nil || !bounds.isEmpty || jsonRule != nil }

    /// Whether an insert may leave it out: nullable, with a default, or given by the database.
    public var isOptionalOnInsert: Bool {
        isNullable || `default` != nil || isIdentity || computed != nil
    }

    /// What is asked of its values that a table cannot hold as a constraint, in words; nil for
    /// nothing.
    public var checkedByServerAlone: String? {
        var parts: [String] = []
        if bounds.pattern != nil { parts.append("its pattern") }
        if jsonRule != nil { parts.append("the shape of its JSON") }
        if enumeration != nil, type == .json { parts.append("its enum") }
        return parts.isEmpty ? nil : parts.joined(separator: " and ")
    }

    /// The name of the check that `enum`, lengths, ranges and the like make:
    /// `{table}_{column}_check`.
    public var checkName: String { ConstraintName.of(table, [name], "check") }
}
