import Database
import Schema

/// DELETE by filter.
final class DeletePlan: Sendable {
    let model: Model
    let target: WriteTarget
    let returning: ReturnPlan
    /// The columns that messages about constraints may show: those the caller may read.
    let shownColumns: [Int]
    let statement: BoundSQL
    /// Finds the rowids of the rows that will go.
    let rows: BoundSQL
    let slots: [ArgumentSlot]

    init(
        of target: WriteTarget, returning: ReturnPlan, shownColumns: [Int], rowsMax: Int
    ) {
        let model = target.model
        self.model = model
        self.target = target
        self.returning = returning
        self.shownColumns = shownColumns
        var builder = StatementBuilder(rowsMax: rowsMax)
        builder.append("DELETE FROM ")
        builder.append(table: model.name, as: target.alias)
        builder.appendChoice(of: target)
        statement = builder.statement.bound
        slots = statement.slots + returning.operandSlots
        builder = StatementBuilder(rowsMax: rowsMax)
        builder.append("SELECT ")
        builder.append(rowOf: target.alias)
        builder.append(" FROM ")
        builder.append(table: model.name, as: target.alias)
        builder.appendChoice(of: target)
        rows = builder.statement.bound
    }
}
