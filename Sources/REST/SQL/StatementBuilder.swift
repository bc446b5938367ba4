import Expressions
import Query
import Schema
import Store
import StoreSQLite
import Values

/// A statement of a write in the making.
struct StatementBuilder {
    private var writer = StatementWriter(SQLiteDialect())

    /// Rows that one level of an answer holds at most.
    let rowsMax: Int

    init(rowsMax: Int) { self.rowsMax = rowsMax }

    /// The whole statement.
    var statement: BoundSQL { writer.statement }

    mutating func append(_ text: String) { writer.append(text) }

    mutating func append(_ value: Value) { writer.append(.init(value, .text)) }

    mutating func append(_ value: ValueExpression) { writer.append(value) }

    /// What a write gives a column.
    mutating func append(valueOf assignment: Assignment) {
        writer.append(.init(assignment.value, .text, source: .column(assignment.column)))
    }

    /// The rowids that a write has found or touched, which each run brings.
    mutating func appendRowIDs() { writer.append(.init(.null, .text, source: .rows)) }

    mutating func append(column name: String, of alias: String) {
        writer.append(.init(name, of: alias, type: .text))
    }

    mutating func append(identifier: String) { writer.append(identifier: identifier) }

    /// `"table" AS "alias"`
    mutating func append(table: String, as alias: String) {
        writer.append(SelectStatement.Source(.table(table), as: alias))
    }

    /// The condition, so bound that it may stand between `AND`s.
    mutating func append(condition: ValueExpression) { writer.append(condition, .not) }

    /// `SELECT …`: the members of a table in their order.
    mutating func appendSelect(of table: TablePlan) {
        append("SELECT ")
        for (index, column) in table.columns(rowsMax: rowsMax).enumerated() {
            if index > 0 { append(", ") }
            append(column.value)
        }
    }

    /// ` WHERE …`: the rule first, then what the request asks.
    mutating func appendWhere(of table: TablePlan) {
        append(" WHERE ")
        append(conditions: table.conditions(table.rule, rowsMax: rowsMax))
    }

    mutating func append(conditions: [ValueExpression]) {
        for (index, condition) in conditions.enumerated() {
            if index > 0 { append(" AND ") }
            append(condition: condition)
        }
    }

    mutating func append(_ rule: RowRule, of alias: String) {
        append(condition: rule.condition(on: alias))
    }

    mutating func appendOrder(of table: TablePlan) {
        writer.appendTail(
            of: SelectStatement([], from: [], order: table.orderKeys(rowsMax: rowsMax)))
    }
}

extension BoundSQL {
    /// A statement made once, for a plan.
    ///
    /// - Parameter rowsMax: Rows that one level of an answer holds at most.
    init(rowsMax: Int, _ write: (inout StatementBuilder) -> Void) {
        var builder = StatementBuilder(rowsMax: rowsMax)
        write(&builder)
        self = builder.statement
    }
}
