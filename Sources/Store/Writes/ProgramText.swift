public import Values

/// Writes a statement of a program: ``StatementWriter``, and what an engine's own writer of
/// programs adds to it.
public protocol ProgramText {
    /// Writes what is no program's own.
    var sql: StatementWriter { get set }
}

extension ProgramText {
    /// Appends text as it is.
    public mutating func append(_ text: String) { sql.append(text) }

    /// Appends `identifier` in double quotes.
    public mutating func append(identifier: String) { sql.append(identifier: identifier) }

    /// `"table" AS "alias"`
    public mutating func append(_ table: String, as alias: String) {
        sql.append(SelectStatement.Source(.table(table), as: alias))
    }

    /// The conditions joined by `AND`; what is always true where there are none.
    public mutating func append(all conditions: [ValueExpression]) {
        if conditions.isEmpty { sql.append(.yes) }
        for (index, condition) in conditions.enumerated() {
            if index > 0 { append(" AND ") }
            sql.append(condition, .not)
        }
    }

    /// `a, b`: values with commas between them.
    public mutating func append(list values: [ValueExpression]) { sql.commas(values) }

    /// `left = right AND …`, pairwise.
    public mutating func append(_ left: [ValueExpression], equal right: [ValueExpression]) {
        append(all: zip(left, right).map { .comparison(.equal, $0, $1) })
    }

    /// `CASE WHEN NOT … THEN … END`: the number of the first condition that does not hold, or NULL.
    public mutating func append(
        failureOf conditions: [(number: Int, condition: ValueExpression)]
    ) {
        if conditions.isEmpty { return append(sql.dialect.literal(.null, .integer32)) }
        append("CASE")
        for (number, condition) in conditions {
            append(" WHEN NOT coalesce(")
            sql.append(condition)
            append(", ")
            sql.append(.no)
            append(") THEN \(number)")
        }
        append(" END")
    }
}

extension Table {
    /// Columns of a row that a statement calls `alias`.
    public func columns(
        _ places: some Sequence<Int>, of alias: String
    ) -> [ValueExpression] {
        places.map { column($0, of: alias) }
    }

    /// The place of the column that a statement names.
    public func place(of column: ValueExpression.ColumnReference) -> Int? {
        columns.firstIndex { $0.name == column.name }
    }

    /// A column of the row judged or written, as an argument.
    public func argument(_ place: Int) -> ValueExpression {
        .argument(.null, columns[place].type, source: .column(place))
    }
}

extension Table.Reference {
    /// The columns of a row of the other table.
    public func otherColumns(of alias: String) -> [ValueExpression] {
        otherColumns.map { .column($0.name, of: alias, type: $0.type) }
    }
}

extension Operands {
    /// The arguments of a run: what the request gives, and what columns are assigned.
    public func value(
        _ source: ArgumentSlot.Source, assigning assignments: [Assignment]
    ) -> Value? {
        switch source {
        case .operand: value(source)
        case .column(let column): assignments.first { $0.column == column }?.value
        case .oldColumn: nil
        }
    }
}
