import Database
import Schema

/// DELETE by filter.
final class DeletePlan: Sendable {
    let model: Model
    let target: TablePlan
    let rules: [RowRule]
    let returning: ReturnPlan
    /// The columns that messages about constraints may show: those the caller may read.
    let shownColumns: [Int]
    let statement: BoundSQL
    /// Finds the rowids of the rows that will go.
    let rows: BoundSQL
    let slots: [ArgumentSlot]

    init(
        model: Model, target: TablePlan, rules: [RowRule], returning: ReturnPlan,
        shownColumns: [Int], rowsMax: Int
    ) {
        self.model = model
        self.target = target
        self.rules = rules
        self.returning = returning
        self.shownColumns = shownColumns
        var builder = StatementBuilder(rowsMax: rowsMax)
        builder.append("DELETE FROM ")
        builder.append(table: model.name, as: target.alias)
        builder.appendWhere(rules, target)
        statement = builder.statement.bound
        slots = statement.slots + returning.operandSlots
        builder = StatementBuilder(rowsMax: rowsMax)
        builder.append("SELECT ")
        builder.append(rowOf: target.alias)
        builder.append(" FROM ")
        builder.append(table: model.name, as: target.alias)
        builder.appendWhere(rules, target)
        rows = builder.statement.bound
    }
}
