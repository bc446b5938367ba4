import Schema
import Store
import StoreSQLite
import Values

/// UPDATE by filter.
final class UpdatePlan: Sendable {
    let reader: PayloadReader
    /// Whether listed columns that the object lacks get their defaults (`missing=default`).
    let fillsGaps: Bool
    let target: WriteTarget
    let checks: [RowCheck]
    let returning: ReturnPlan
    /// The columns that messages about constraints may show: those the caller may read.
    let shownColumns: [Int]
    /// What the columns ask of the new values.
    let demands: ColumnDemands
    /// The UPDATE, which answers the rowids of the rows it changed.
    let statement: BoundSQL
    /// Finds which of ``checks`` a row fails; nil when there are none.
    let violation: BoundSQL?
    let slots: [ArgumentSlot]

    var model: Model { target.model }

    init(
        of target: WriteTarget, reader: PayloadReader, fillsGaps: Bool, checks: [RowCheck],
        returning: ReturnPlan, shownColumns: [Int], rowsMax: Int
    ) {
        let model = target.model
        self.reader = reader
        self.fillsGaps = fillsGaps
        self.target = target
        let checks = checks.filter { !$0.rule.isEverybody }
        self.checks = checks
        self.returning = returning
        self.shownColumns = shownColumns
        let columns = Self.columns(reader.columns, of: model)
        demands = ColumnDemands(of: model, columns, numbers: false)
        let assignments = columns.map { Assignment(column: $0, value: .null) }
        statement = BoundSQL(rowsMax: rowsMax) {
            $0.appendUpdate(of: target, assignments)
            $0.append(" RETURNING rowid")
        }
        slots = statement.slots + returning.operandSlots
        guard !checks.isEmpty else {
            violation = nil
            return
        }
        violation = BoundSQL(rowsMax: rowsMax) {
            $0.appendViolation(of: checks, model: model, assignments, alias: target.alias) {
                $0.appendChoice(of: target)
            }
        }
    }

    /// The columns that an update of these ones writes: the others first, then those that the
    /// server stamps, whatever the body says of them.
    static func columns(_ given: [Int], of model: Model) -> [Int] {
        let stamped = model.columns.indices.filter { model.columns[$0].onUpdate != nil }
        return given.filter { !stamped.contains($0) } + stamped
    }
}
