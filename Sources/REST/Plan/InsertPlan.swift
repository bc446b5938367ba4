import Expressions
import Schema
import Store
import Values

/// INSERT and upsert.
final class InsertPlan: Sendable {
    let model: Model
    /// Reads bodies of the shape; its columns are what an upsert changes in rows that are there.
    let reader: PayloadReader
    /// Whether listed columns that a row lacks get their defaults (`missing=default`).
    let fillsGaps: Bool
    /// What every row of the body must fulfil, also one whose key is there already: the model's
    /// rules and those of protected columns. These are judged before the write is handed over.
    let checks: [RowCheck]
    /// The same where the store has to be asked, as the program has them.
    let storeChecks: [RowCheck]
    let upsert: UpsertPlan?
    let returning: ReturnPlan
    /// The columns that messages about constraints may show: those the caller may read.
    let shownColumns: [Int]
    /// What the columns ask of a row that is inserted.
    let demands: ColumnDemands
    let program: any PreparedInsert

    init(
        model: Model, reader: PayloadReader, fillsGaps: Bool, checks: [RowCheck],
        upsert: UpsertPlan?, returning: ReturnPlan, shownColumns: [Int],
        rulebook: Rulebook, use: StatementUse, for engine: any WriteEngine
    ) {
        self.model = model
        self.reader = reader
        self.fillsGaps = fillsGaps
        let checks = checks.filter { !$0.rule.isEverybody }
        self.checks = checks.filter { !$0.rule.asksStore(about: model) }
        storeChecks = checks.filter { $0.rule.asksStore(about: model) }
        self.upsert = upsert
        self.returning = returning
        self.shownColumns = shownColumns
        let known = model.columns.indices.filter { !rulebook.isNumbered($0, of: model) }
        demands = ColumnDemands(of: model, known, numbers: true)
        let tellsKey =
            returning.tellsLocation && !model.primaryKey.isEmpty
            && model.primaryKey.allSatisfy(shownColumns.contains)
        program = engine.prepare(
            InsertProgram(
                into: model.table, checks: storeChecks.map { $0.rule.condition(on: Alias.new) },
                conflict: upsert?.conflict, returning: returning.program,
                keyRule: tellsKey ? returning.table.rule.condition(on: Alias.old) : nil, use: use))
    }
}

/// What an upsert does where a key is there already.
struct UpsertPlan: Sendable {
    let conflict: InsertProgram.Conflict
    /// What the row that is there must fulfil as it will be, as the program has them.
    let checks: [RowCheck]
    /// What the columns ask of the values that the body gives.
    let demands: ColumnDemands

    /// - Parameters:
    ///   - using: The rules of the row that is there.
    ///   - given: The columns of the body.
    ///   - updated: Those of them that are updated.
    init(
        of model: Model, _ resolution: Preferences.Resolution, key: [Int], using: [RowRule],
        checks: [RowCheck], given: [Int], updated: [Int]
    ) {
        demands = ColumnDemands(of: model, given, numbers: false)
        let checks = checks.filter { !$0.rule.isEverybody }
        self.checks = checks
        conflict = InsertProgram.Conflict(
            resolution == .merge ? .merge : .ignore, on: key,
            using: using.filter { !$0.isEverybody }.map { $0.condition(on: Alias.old) },
            checks: checks.map { $0.rule.condition(on: Alias.new, old: Alias.old) },
            changed: UpdatePlan.columns(updated, of: model))
    }
}

extension RowRule {
    /// Whether a proposed row is judged by more than its own values: by other rows, or by a number
    /// that it does not have yet.
    fileprivate func asksStore(about model: Model) -> Bool {
        guard case .matching(let predicate) = self else { return false }
        let inputs = predicate.inputs
        return !inputs.models.isEmpty || model.identity.map(inputs.columns.contains) == true
    }
}
