import Quotas
import Schema
import Store

/// DELETE by filter.
final class DeletePlan: Sendable {
    /// What becomes of the rows.
    private enum Program {
        case removes(any PreparedDelete)
        /// They stay, with the moment in the column: the model's deletions are soft.
        case marks(column: Int, any PreparedUpdate)
    }

    let model: Model
    let returning: ReturnPlan
    /// The columns that messages about constraints may show: those the caller may read.
    let shownColumns: [Int]
    private let program: Program

    /// - Parameter removesRows: Whether the rows go for good even if the model's deletions are
    ///   soft.
    init(
        of model: Model, _ target: WriteTarget, returning: ReturnPlan, shownColumns: [Int],
        removesRows: Bool, use: StatementUse, for engine: any WriteEngine
    ) {
        self.model = model
        self.returning = returning
        self.shownColumns = shownColumns
        if let column = model.deletedAt, !removesRows {
            let update = UpdateProgram(
                of: target, columns: [column], returning: returning.program, use: use)
            program = .marks(column: column, engine.prepare(update))
        } else {
            program = .removes(
                engine.prepare(DeleteProgram(of: target, returning: returning.program, use: use)))
        }
    }

    /// The operands that its statements take.
    var slots: [ArgumentSlot] {
        switch program {
        case .removes(let program): program.slots
        case .marks(_, let program): program.slots
        }
    }

    /// See ``Store/PreparedUpdate/search``.
    var search: BoundSQL? {
        switch program {
        case .removes(let program): program.search
        case .marks(_, let program): program.search
        }
    }

    /// Runs it. See ``Store/PreparedDelete/run(on:_:_:for:reply:)``.
    func run(
        on found: FoundRows?, _ operands: Operands, _ context: QueryContext, for caller: Caller,
        reply: @escaping WriteReply
    ) -> WriteWithdrawal {
        switch program {
        case .removes(let program):
            return program.run(on: found, operands, context, for: caller, reply: reply)
        case .marks(let column, let program):
            let now = NewValues([Assignment(column: column, value: context[.now])])
            return program.run(now, on: found, operands, context, for: caller, reply: reply)
        }
    }
}
