import Diagnostics
import PostgresWire
import Quotas
import Store
import Values

/// The statement of an UPDATE or DELETE in its two forms, and how long its runs take.
///
/// Most find their rows at once: one statement locks them as it goes. Where that takes long it is
/// ended and run on the slow lane, in a form that locks nothing before it has found all.
final class TargetProgram: Sendable {
    private let target: WriteTarget
    private let statement: ProgramStatement
    /// Nil where there is nothing to be searched for.
    private let slowStatement: ProgramStatement?
    /// Nil where a key names the row: what takes long then is a lock.
    private let pace: Pace?
    private let dialect: PostgresDialect

    /// - Parameter write: writes the statement in one of its forms.
    init(
        _ target: WriteTarget, _ dialect: PostgresDialect,
        _ write: (inout ProgramWriter, TargetSearch) -> Void
    ) {
        self.target = target
        self.dialect = dialect
        statement = ProgramStatement(dialect) { write(&$0, .locking) }
        slowStatement = target.isSearched ? ProgramStatement(dialect) { write(&$0, .first) } : nil
        pace = target.isNamedByKey ? nil : Pace()
    }

    var slots: [ArgumentSlot] { statement.slots }

    /// Runs it.
    ///
    /// - Parameter values: those of an update; none for a delete.
    func run(
        _ values: NewValues, _ operands: Operands, _ context: QueryContext,
        _ answer: ProgramAnswer, for caller: Caller, on engine: PostgresWrites,
        reply: @escaping WriteReply
    ) -> WriteWithdrawal {
        let bind = { @Sendable (statement: ProgramStatement) in
            ProgramRun(
                statement: statement,
                arguments: statement.sql.arguments(operands, values.assignments),
                fault: values.fault, context: context, caller: caller)
        }
        var run = bind(statement)
        run.table = target.table.name
        run.pace = pace
        if let slowStatement { run.slowly = { bind(slowStatement) } }
        let explanation = TargetExplanation(
            target: target, assignments: values.assignments, fault: values.fault,
            operands: operands, context: context, dialect: dialect)
        return engine.run(run, answer, reply: reply) { explanation.explain($0) }
    }
}

/// When the rows of an UPDATE or DELETE are locked.
enum TargetSearch {
    /// As they are found.
    case locking
    /// Once all have been found.
    case first
}
