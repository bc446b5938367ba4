import Quotas
import Store
import Synchronization
import Values

/// An insert as PostgreSQL runs it.
final class PostgresInsert: PreparedInsert {
    let program: InsertProgram
    let answer: ProgramAnswer
    let engine: PostgresWrites
    /// The statement without stamps.
    private let statement: ProgramStatement
    private let judges: Bool
    /// Statements by the columns that are stamped: a plan has the same ones each time.
    private let stamping = Mutex<[[Int]: ProgramStatement]>([:])

    init(_ program: InsertProgram, on engine: PostgresWrites) {
        self.program = program
        self.engine = engine
        let key = program.keyRule.map { (program.table, $0) }
        answer = ProgramAnswer(program.returning, key: key)
        let insert = InsertStatement(program: program, answer: answer, stamped: [])
        judges = insert.judges
        statement = ProgramStatement(engine.dialect, program.use) { insert.append(to: &$0) }
    }

    var slots: [ArgumentSlot] { statement.slots }

    func run(
        _ new: NewRows, _ operands: Operands, _ context: QueryContext, for caller: Caller,
        reply: @escaping WriteReply
    ) -> WriteWithdrawal {
        // Without a rule nothing is told before a fault.
        if !judges, let fault = new.rows.lazy.compactMap(\.fault).first {
            return engine.refuse(.faulty(fault), reply)
        }
        let stamped = stampedColumns(new.stamps)
        let statement = statement(stamping: stamped)
        let arguments = statement.sql.arguments(operands, new.stamps)
        let isLarge = new.rows.count > WriteLimits.smallRowsMax
        let run = ProgramRun(
            statement, arguments, rows: program.proposed(new.rows), context, for: caller,
            table: program.table.name, mayBeLarge: isLarge, isLarge: isLarge)
        let explanation = InsertExplanation(
            insert: self, new: new, stamped: stamped, run: run)
        return engine.run(run, answer, reply: reply) { explanation.explain($0) }
    }

    private func stampedColumns(_ stamps: [Assignment]) -> [Int] {
        guard let conflict = program.conflict, !stamps.isEmpty else { return [] }
        return conflict.changed.filter { column in
            !conflict.key.contains(column) && stamps.contains { $0.column == column }
        }
    }

    private func statement(stamping columns: [Int]) -> ProgramStatement {
        if columns.isEmpty { return statement }
        if let known = stamping.withLock({ $0[columns] }) { return known }
        let insert = InsertStatement(program: program, answer: answer, stamped: columns)
        let made = ProgramStatement(engine.dialect, program.use) { insert.append(to: &$0) }
        stamping.withLock { $0[columns] = made }
        return made
    }
}
