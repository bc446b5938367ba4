import Schema
import Store

/// DELETE by filter.
final class DeletePlan: Sendable {
    let model: Model
    let returning: ReturnPlan
    /// The columns that messages about constraints may show: those the caller may read.
    let shownColumns: [Int]
    let program: any PreparedDelete

    init(
        of model: Model, _ target: WriteTarget, returning: ReturnPlan, shownColumns: [Int],
        use: StatementUse, for engine: any WriteEngine
    ) {
        self.model = model
        self.returning = returning
        self.shownColumns = shownColumns
        program = engine.prepare(
            DeleteProgram(of: target, returning: returning.program, use: use))
    }
}
