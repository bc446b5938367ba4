import Schema
import Store
import StoreSQLite
import Values

/// INSERT and upsert.
final class InsertPlan: Sendable {
    let model: Model
    /// Reads bodies of the shape; its columns are what an upsert changes in rows that are there.
    let reader: PayloadReader
    /// Whether listed columns that a row lacks get their defaults (`missing=default`).
    let fillsGaps: Bool
    /// What every row of the body must fulfil, also one whose key is there already: the model's
    /// rules and those of protected columns.
    let checks: [RowCheck]
    let conflict: ConflictPlan?
    let returning: ReturnPlan
    /// The columns that messages about constraints may show: those the caller may read.
    let shownColumns: [Int]
    /// What the columns ask of a row that is inserted.
    let demands: ColumnDemands
    /// The INSERT, the same for every row: its arguments are a row's values.
    let statement: String
    let slots: [ArgumentSlot]

    init(
        model: Model, reader: PayloadReader, fillsGaps: Bool, checks: [RowCheck],
        conflict: ConflictPlan?, returning: ReturnPlan, shownColumns: [Int]
    ) {
        self.model = model
        self.reader = reader
        self.fillsGaps = fillsGaps
        self.checks = checks
        self.conflict = conflict
        self.returning = returning
        self.shownColumns = shownColumns
        demands = ColumnDemands(of: model, model.columns.indices, numbers: true)
        let nulls = [Value](repeating: .null, count: model.columns.count)
        statement = model.table.insertion(of: model.columns.indices, nulls).bound.text
        slots = returning.operandSlots
    }
}
