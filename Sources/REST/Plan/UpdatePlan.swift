import Schema
import Store

/// UPDATE by filter.
final class UpdatePlan: Sendable {
    let model: Model
    let reader: PayloadReader
    /// Whether listed columns that the object lacks get their defaults (`missing=default`).
    let fillsGaps: Bool
    /// What rows must fulfil as they will be, as the program has them.
    let checks: [RowCheck]
    let returning: ReturnPlan
    /// The columns that messages about constraints may show: those the caller may read.
    let shownColumns: [Int]
    /// What the columns ask of the new values.
    let demands: ColumnDemands
    let program: any PreparedUpdate

    init(
        of model: Model, _ target: WriteTarget, reader: PayloadReader, fillsGaps: Bool,
        checks: [RowCheck], returning: ReturnPlan, shownColumns: [Int],
        use: StatementUse, for engine: any WriteEngine
    ) {
        self.model = model
        self.reader = reader
        self.fillsGaps = fillsGaps
        let checks = checks.filter { !$0.rule.isEverybody }
        self.checks = checks
        self.returning = returning
        self.shownColumns = shownColumns
        let columns = Self.columns(reader.columns, of: model)
        demands = ColumnDemands(of: model, columns, numbers: false)
        program = engine.prepare(
            UpdateProgram(
                of: target, columns: columns,
                checks: checks.map { $0.rule.condition(on: Alias.new, old: Alias.old) },
                returning: returning.program, use: use))
    }

    /// The columns that an update of these ones writes: the others first, then those that the
    /// server stamps, whatever the body says of them.
    static func columns(_ given: [Int], of model: Model) -> [Int] {
        let stamped = model.columns.indices.filter { model.columns[$0].onUpdate != nil }
        return given.filter { !stamped.contains($0) } + stamped
    }
}
