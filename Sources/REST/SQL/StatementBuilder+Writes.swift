import Expressions
import Schema
import Store
import StoreSQLite
import Values

// Statements of writes. Rows are told apart by their rowid, which every table has.

extension StatementBuilder {
    /// `"alias".rowid`. No column may be called so.
    mutating func append(rowOf alias: String) {
        append(identifier: alias)
        append(".rowid")
    }

    /// The row whose `key` columns hold these values.
    mutating func appendLookup(_ key: [Int], values: [Value], of model: Model) {
        append("SELECT ")
        append(rowOf: Alias.old)
        append(" FROM ")
        append(table: model.name, as: Alias.old)
        append(" WHERE ")
        for (index, column) in key.enumerated() {
            if index > 0 { append(" AND ") }
            append(column: model.columns[column].name, of: Alias.old)
            append(" = ")
            append(values[index])
        }
    }

    /// `SELECT … FROM …`: the rowids of a table.
    mutating func appendRows(of table: TablePlan) {
        append("SELECT ")
        append(rowOf: table.alias)
        append(" FROM ")
        append(table: table.model.name, as: table.alias)
    }

    /// `UPDATE …` of the rows of a target, which are among those found.
    mutating func appendUpdate(of target: WriteTarget, _ assignments: [Assignment]) {
        append("UPDATE ")
        append(table: target.model.name, as: target.alias)
        appendHint(of: target)
        appendSet(assignments, of: target.model)
        appendConditions(of: target)
    }

    /// ` SET …`
    mutating func appendSet(_ assignments: [Assignment], of model: Model) {
        append(" SET ")
        for (index, assignment) in assignments.enumerated() {
            if index > 0 { append(", ") }
            append(identifier: model.columns[assignment.column].name)
            append(" = ")
            append(valueOf: assignment)
        }
    }

    /// ` WHERE …` of a write: its rules, then what the request asks. Inner embeds shape only what
    /// is handed back.
    mutating func appendConditions(_ rules: [RowRule], of table: TablePlan) {
        append(" WHERE ")
        append(
            conditions: rules.map { $0.condition(on: table.alias) }
                + table.filterConditions(rowsMax: rowsMax))
    }

    /// What follows the table's name in a `FROM` that is to give a target's rows.
    mutating func appendChoice(of target: WriteTarget) {
        appendHint(of: target)
        appendConditions(of: target)
    }

    /// Rows that were found are reached by their rowids, whatever index SQLite would rather use for
    /// a filter.
    private mutating func appendHint(of target: WriteTarget) {
        if target.search != nil { append(" NOT INDEXED") }
    }

    /// Which rows the writer changes: those found, if they are still the ones meant.
    private mutating func appendConditions(of target: WriteTarget) {
        appendConditions(target.rules, of: target.table)
        guard target.search != nil else { return }
        append(" AND ")
        append(rowOf: target.alias)
        append(" IN (SELECT value FROM json_each(")
        appendRowIDs()
        append("))")
    }

    /// The rows that `condition` chooses as they will be after `assignments`, each with its rowid.
    mutating func appendNewRows(
        of model: Model, _ assignments: [Assignment], alias: String,
        where condition: (inout StatementBuilder) -> Void
    ) {
        append("SELECT ")
        append(rowOf: alias)
        append(" AS ")
        append(identifier: Alias.rowid)
        for (index, column) in model.columns.enumerated() {
            append(", ")
            if let assignment = assignments.first(where: { $0.column == index }) {
                append(valueOf: assignment)
            } else {
                append(column: column.name, of: alias)
            }
            append(" AS ")
            append(identifier: column.name)
        }
        append(" FROM ")
        append(table: model.name, as: alias)
        condition(&self)
    }

    /// `FROM` the rows chosen as they will be (new) and as they are (old).
    mutating func appendImages(
        of model: Model, _ assignments: [Assignment], alias: String,
        where condition: (inout StatementBuilder) -> Void
    ) {
        append(" FROM (")
        appendNewRows(of: model, assignments, alias: alias, where: condition)
        append(") AS ")
        append(identifier: Alias.new)
        append(" JOIN ")
        append(table: model.name, as: Alias.old)
        append(" ON ")
        append(rowOf: Alias.old)
        append(" = ")
        append(column: Alias.rowid, of: Alias.new)
    }

    /// The number of the first of `checks` that a row fails, for one row that fails any.
    mutating func appendViolation(
        of checks: [RowCheck], model: Model, _ assignments: [Assignment], alias: String,
        where condition: (inout StatementBuilder) -> Void
    ) {
        append("SELECT CASE")
        for (index, check) in checks.enumerated() {
            append(" WHEN NOT coalesce(")
            append(check)
            append(", 0) THEN \(index)")
        }
        append(" END AS ")
        append(identifier: Alias.failure)
        appendImages(of: model, assignments, alias: alias, where: condition)
        append(" WHERE ")
        append(identifier: Alias.failure)
        append(" IS NOT NULL LIMIT 1")
    }

    private mutating func append(_ check: RowCheck) {
        append(condition: check.rule.condition(on: Alias.new, old: Alias.old))
    }

    /// The one row that was touched.
    mutating func appendTouchedRow(of table: TablePlan) {
        appendSelect(of: table)
        append(" FROM ")
        append(table: table.model.name, as: table.alias)
        appendWhere(of: table)
        append(" AND ")
        appendIsTouched(table.alias)
    }

    /// Finds the one row that was touched, if it passes a rule.
    mutating func appendTouchedRow(of model: Model, passing rule: RowRule) {
        append("SELECT 1 FROM ")
        append(table: model.name, as: Alias.old)
        append(" WHERE ")
        append(rule, of: Alias.old)
        append(" AND ")
        appendIsTouched(Alias.old)
    }

    /// `"alias".rowid = n`: the one row that was touched.
    mutating func appendIsTouched(_ alias: String) {
        append(rowOf: alias)
        append(" = ")
        appendRowIDs()
    }

    /// The rows that were touched, in that order unless the plan has one.
    mutating func appendTouchedRows(of table: TablePlan) {
        appendSelect(of: table)
        appendTouched(table)
        appendWhere(of: table)
        appendOrder(of: table)
        if table.order.isEmpty {
            append(" ORDER BY ")
            append(column: "key", of: Alias.keys)
        }
    }

    /// How many of the rows that were touched the caller may see.
    mutating func appendVisibleCount(of table: TablePlan) {
        append("SELECT count(*)")
        appendTouched(table)
        append(" WHERE ")
        append(table.rule, of: table.alias)
    }

    private mutating func appendTouched(_ table: TablePlan) {
        append(" FROM json_each(")
        appendRowIDs()
        append(") AS ")
        append(identifier: Alias.keys)
        append(" CROSS JOIN ")
        append(table: table.model.name, as: table.alias)
        append(" ON ")
        append(rowOf: table.alias)
        append(" = ")
        append(column: "value", of: Alias.keys)
    }
}
