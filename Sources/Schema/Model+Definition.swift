public import Store
import Values

/// Turns an expression of a model into the condition of a check or an index: column names bare,
/// constants inline. The `Expressions` room supplies it.
///
/// - Throws: the expression's faults.
public typealias ExpressionRenderer =
    (ExpressionSource, Model) throws(SchemaFailure) -> ValueExpression

extension Model {
    /// What the model's table should be.
    ///
    /// Patterns and nested JSON rules are checked by the server alone. Defaults that are
    /// expressions are filled in by the server too: they may ask for the caller; and so are the
    /// numbers of identity columns.
    ///
    /// - Throws: the faults of its checks and index predicates.
    public func definition(
        render: ExpressionRenderer
    ) throws(SchemaFailure) -> TableDefinition {
        var checks: [TableDefinition.Check] = []
        for check in self.checks {
            checks.append(.init(check.name, try render(check.condition, self)))
        }
        var indexes: [TableDefinition.Index] = []
        for index in self.indexes { indexes.append(try definition(of: index, render)) }
        var columns: [TableDefinition.Column] = []
        // What is told of a change has to be in the row that changes; and what may be refused is
        // when it is written, and not whenever it is read.
        for column in storedColumns {
            let value = try column.computed.map { (computed) throws(SchemaFailure) in
                let value = try render(computed.expression, self)
                return TableDefinition.Computation(
                    value, isStored: computed.isStored || realtime != nil || value.mayOverflow)
            }
            columns.append(column.definition(computed: value))
        }
        return TableDefinition(
            name, columns, primaryKey: table.primaryKey, uniques: table.uniques,
            references: references.map(\.definition), checks: checks, indexes: indexes)
    }

    private func definition(
        of index: Index, _ render: ExpressionRenderer
    ) throws(SchemaFailure) -> TableDefinition.Index {
        let parts = index.parts.map { part in
            TableDefinition.Index.Part(part.column, isDescending: part.isDescending)
        }
        var condition: ValueExpression?
        if let predicate = index.predicate { condition = try render(predicate, self) }
        return TableDefinition.Index(index.name, on: parts, where: condition)
    }
}

extension ForeignKey {
    fileprivate var definition: TableDefinition.Reference {
        TableDefinition.Reference(name, columns, to: target, targetNames, onDelete: onDelete)
    }
}

extension Column {
    fileprivate func definition(
        computed: TableDefinition.Computation?
    ) -> TableDefinition.Column {
        var constant: Value?
        if case .constant(let value)? = `default` { constant = value }
        return TableDefinition.Column(
            name, DeclaredType(self), isNullable: isNullable, defaultValue: constant,
            isIdentity: isIdentity, conditions: conditions, checkName: checkName, fill: fill,
            computed: computed)
    }

    /// What rows that are there get in the column where it is new and required, and its default is
    /// computed without a caller.
    private var fill: TableDefinition.ColumnFill? {
        guard !isNullable, case .expression(let source)? = `default` else { return nil }
        let text = source.text.filter { !$0.isWhitespace }.lowercased()
        return Self.fills[text]
    }

    /// By the functions of the rule language, called.
    private static let fills: [String: TableDefinition.ColumnFill] = [
        "now()": .currentTimestamp, "gen_random_uuid()": .randomUUID, "uuidv7()": .uuidv7,
    ]

    /// What `enum`, lengths and ranges ask that a table can hold.
    private var conditions: [TableDefinition.Condition] {
        var conditions: [TableDefinition.Condition] = []
        if let enumeration, type != .json { conditions.append(.oneOf(enumeration)) }
        if !bounds.length.isEmpty {
            conditions.append(.length(min: bounds.length.min, max: bounds.length.max))
        }
        return conditions + bounds.numbers.map { $0.word.condition($0.value) }
    }
}

extension NumberBound {
    fileprivate func condition(_ bound: Value) -> TableDefinition.Condition {
        switch self {
        case .minimum: .comparison(.greaterOrEqual, bound)
        case .maximum: .comparison(.lessOrEqual, bound)
        case .exclusiveMinimum: .comparison(.greater, bound)
        case .exclusiveMaximum: .comparison(.less, bound)
        case .multipleOf: .multipleOf(bound)
        }
    }
}
