import Store

/// A delete as PostgreSQL runs it.
final class PostgresDelete: PreparedDelete {
    let search: BoundSQL? = nil
    private let program: DeleteProgram
    private let answer: ProgramAnswer
    private let statement: ProgramStatement
    private let engine: PostgresWrites

    init(_ program: DeleteProgram, on engine: PostgresWrites) {
        self.program = program
        self.engine = engine
        let answer = ProgramAnswer(returning: program.returning, key: nil)
        self.answer = answer
        statement = ProgramStatement(engine.dialect) { $0.append(program, answer) }
    }

    var slots: [ArgumentSlot] { statement.slots }

    func run(
        on found: FoundRows?, _ operands: Operands, _ context: QueryContext,
        reply: @escaping WriteReply
    ) -> WriteWithdrawal {
        let run = ProgramRun(
            statement: statement,
            arguments: statement.sql.arguments(operands, []), context: context)
        let explanation = TargetExplanation(
            target: program.target, assignments: [], fault: nil, operands: operands,
            context: context, dialect: engine.dialect)
        return engine.run(run, answer, reply: reply) { explanation.explain($0) }
    }
}
