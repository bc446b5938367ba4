import Store

/// An update as PostgreSQL runs it. Nobody is held up by the search for its rows, so there is none
/// before.
final class PostgresUpdate: PreparedUpdate {
    let search: BoundSQL? = nil
    private let program: UpdateProgram
    private let answer: ProgramAnswer
    private let statement: ProgramStatement
    private let engine: PostgresWrites

    init(_ program: UpdateProgram, on engine: PostgresWrites) {
        self.program = program
        self.engine = engine
        let answer = ProgramAnswer(returning: program.returning, key: nil)
        self.answer = answer
        statement = ProgramStatement(engine.dialect) { $0.append(program, answer) }
    }

    var slots: [ArgumentSlot] { statement.slots }

    func run(
        _ values: NewValues, on found: FoundRows?, _ operands: Operands, _ context: QueryContext,
        reply: @escaping WriteReply
    ) -> WriteWithdrawal {
        let arguments = statement.sql.arguments(operands, values.assignments)
        let run = ProgramRun(
            statement: statement, arguments: arguments, fault: values.fault, context: context)
        let explanation = TargetExplanation(
            target: program.target, assignments: values.assignments, fault: values.fault,
            operands: operands, context: context, dialect: engine.dialect)
        return engine.run(run, answer, reply: reply) { explanation.explain($0) }
    }
}
