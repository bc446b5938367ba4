import Quotas
import Store

/// A delete as PostgreSQL runs it, see ``PostgresUpdate``.
final class PostgresDelete: PreparedDelete {
    let search: BoundSQL? = nil
    private let program: TargetProgram
    private let answer: ProgramAnswer
    private let engine: PostgresWrites

    init(_ program: DeleteProgram, on engine: PostgresWrites) {
        self.engine = engine
        let answer = ProgramAnswer(returning: program.returning, key: nil)
        self.answer = answer
        self.program = TargetProgram(program.target, engine.dialect) {
            $0.append(program, answer, finding: $1)
        }
    }

    var slots: [ArgumentSlot] { program.slots }

    func run(
        on found: FoundRows?, _ operands: Operands, _ context: QueryContext,
        for caller: Caller, reply: @escaping WriteReply
    ) -> WriteWithdrawal {
        program.run(NewValues([]), operands, context, answer, for: caller, on: engine, reply: reply)
    }
}
