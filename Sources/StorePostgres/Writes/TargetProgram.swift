import Diagnostics
import PostgresWire
import Quotas
import Store
import Values

/// An UPDATE or DELETE as PostgreSQL runs it: its statement in two forms, and how long its runs
/// take. It finds the rows itself: there is no search before.
///
/// Most find their rows at once: one statement locks them as it goes. Where that takes long it is
/// ended and run on the slow lane, in a form that locks nothing before it has found all.
final class TargetProgram: Sendable {
    let search: BoundSQL? = nil
    private let target: WriteTarget
    private let answer: ProgramAnswer
    private let engine: PostgresWrites
    private let statement: ProgramStatement
    /// Nil where there is nothing to be searched for.
    private let slowStatement: ProgramStatement?
    /// Nil where a key names the row: what takes long then is a lock.
    private let pace: Pace?
    private let mayBeLarge: Bool

    /// - Parameters:
    ///   - reachesOthers: whether rows of other tables may go with those that are meant.
    ///   - write: writes the statement in one of its forms.
    private init(
        _ target: WriteTarget, _ returning: Returning, _ use: StatementUse,
        on engine: PostgresWrites, reachesOthers: Bool,
        _ write: (inout ProgramWriter, ProgramAnswer, TargetSearch) -> Void
    ) {
        let answer = ProgramAnswer(returning, key: nil)
        let dialect = engine.dialect
        self.target = target
        self.answer = answer
        self.engine = engine
        statement = ProgramStatement(dialect, use) { write(&$0, answer, .locking) }
        slowStatement =
            target.isSearched
            ? ProgramStatement(dialect, use) { write(&$0, answer, .first) } : nil
        pace = target.isNamedByKey ? nil : Pace()
        mayBeLarge = !target.isNamedByKey || reachesOthers
    }

    var slots: [ArgumentSlot] { statement.slots }

    /// Runs it with the values of an update; none for a delete.
    private func run(
        _ values: NewValues, _ operands: Operands, _ context: QueryContext, for caller: Caller,
        reply: @escaping WriteReply
    ) -> WriteWithdrawal {
        let slowly = slowStatement.map { statement in
            { @Sendable in
                ProgramRun(
                    statement, statement.sql.arguments(operands, values.assignments),
                    fault: values.fault, context, for: caller)
            }
        }
        let run = ProgramRun(
            statement, statement.sql.arguments(operands, values.assignments),
            fault: values.fault, context, for: caller, table: target.table.name, pace: pace,
            mayBeLarge: mayBeLarge, slowly: slowly)
        let explanation = TargetExplanation(
            target: target, assignments: values.assignments, fault: values.fault,
            operands: operands, context: context, dialect: engine.dialect)
        return engine.run(run, answer, reply: reply) { explanation.explain($0) }
    }
}

extension TargetProgram: PreparedUpdate {
    convenience init(_ program: UpdateProgram, on engine: PostgresWrites) {
        self.init(
            program.target, program.returning, program.use, on: engine, reachesOthers: false
        ) { $0.append(program, $1, finding: $2) }
    }

    func run(
        _ values: NewValues, on found: FoundRows?, _ operands: Operands, _ context: QueryContext,
        for caller: Caller, reply: @escaping WriteReply
    ) -> WriteWithdrawal {
        run(values, operands, context, for: caller, reply: reply)
    }
}

extension TargetProgram: PreparedDelete {
    convenience init(_ program: DeleteProgram, on engine: PostgresWrites) {
        let reachesOthers = program.target.table.dependents.contains { !$0.holdsRows }
        self.init(
            program.target, program.returning, program.use, on: engine,
            reachesOthers: reachesOthers
        ) { $0.append(program, $1, finding: $2) }
    }

    func run(
        on found: FoundRows?, _ operands: Operands, _ context: QueryContext,
        for caller: Caller, reply: @escaping WriteReply
    ) -> WriteWithdrawal {
        run(NewValues([]), operands, context, for: caller, reply: reply)
    }
}

/// When the rows of an UPDATE or DELETE are locked.
enum TargetSearch {
    /// As they are found.
    case locking
    /// Once all have been found.
    case first
}
