import Schema
import Store
import StoreSQLite

/// DELETE by filter.
final class DeletePlan: Sendable {
    let target: WriteTarget
    let returning: ReturnPlan
    /// The columns that messages about constraints may show: those the caller may read.
    let shownColumns: [Int]
    let statement: BoundSQL
    /// Finds the rowids of the rows that will go.
    let rows: BoundSQL
    let slots: [ArgumentSlot]

    var model: Model { target.model }

    init(
        of target: WriteTarget, returning: ReturnPlan, shownColumns: [Int], rowsMax: Int
    ) {
        self.target = target
        self.returning = returning
        self.shownColumns = shownColumns
        statement = BoundSQL(rowsMax: rowsMax) {
            $0.append("DELETE FROM ")
            $0.append(table: target.model.name, as: target.alias)
            $0.appendChoice(of: target)
        }
        slots = statement.slots + returning.operandSlots
        rows = BoundSQL(rowsMax: rowsMax) {
            $0.appendRows(of: target.table)
            $0.appendChoice(of: target)
        }
    }
}
