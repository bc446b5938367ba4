import Quotas
import Store

/// An update as PostgreSQL runs it. Its statement finds the rows itself (``TargetProgram``): there
/// is no search before.
final class PostgresUpdate: PreparedUpdate {
    let search: BoundSQL? = nil
    private let program: TargetProgram
    private let answer: ProgramAnswer
    private let engine: PostgresWrites

    init(_ program: UpdateProgram, on engine: PostgresWrites) {
        self.engine = engine
        let answer = ProgramAnswer(returning: program.returning, key: nil)
        self.answer = answer
        self.program = TargetProgram(program.target, engine.dialect) {
            $0.append(program, answer, finding: $1)
        }
    }

    var slots: [ArgumentSlot] { program.slots }

    func run(
        _ values: NewValues, on found: FoundRows?, _ operands: Operands, _ context: QueryContext,
        for caller: Caller, reply: @escaping WriteReply
    ) -> WriteWithdrawal {
        program.run(values, operands, context, answer, for: caller, on: engine, reply: reply)
    }
}
