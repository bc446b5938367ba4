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
        answer = ProgramAnswer(returning: program.returning, key: key)
        let insert = InsertStatement(program: program, answer: answer, stamped: [])
        judges = insert.judges
        statement = ProgramStatement(engine.dialect) { insert.append(to: &$0) }
    }

    var slots: [ArgumentSlot] { statement.slots }

    func run(
        _ new: NewRows, _ operands: Operands, _ context: QueryContext, reply: @escaping WriteReply
    ) -> WriteWithdrawal {
        // Without a rule nothing is told before a fault.
        if !judges, let fault = new.rows.lazy.compactMap(\.fault).first {
            return engine.refuse(.faulty(fault), reply)
        }
        let stamped = stampedColumns(new.stamps)
        let statement = statement(stamping: stamped)
        let arguments = statement.sql.makeArguments { source in
            switch source {
            case .operand: operands.value(source)
            case .column(let column): new.stamps.first { $0.column == column }?.value
            case .oldColumn: nil
            }
        }
        let run = ProgramRun(
            statement: statement, arguments: arguments, rows: proposed(new.rows),
            context: context)
        let explanation = InsertExplanation(
            program: program, new: new, stamped: stamped, run: run, dialect: engine.dialect)
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
        let made = ProgramStatement(engine.dialect) { insert.append(to: &$0) }
        stamping.withLock { $0[columns] = made }
        return made
    }

    private func proposed(_ rows: [NewRow]) -> [ProposedRow] {
        var proposed = rows.map { row in
            var marks: ProposedRow.Marks = []
            if row.fault != nil { marks.insert(.isFaulty) }
            if row.updateFault != nil { marks.insert(.isFaultyUpdate) }
            return ProposedRow(values: row.values, marks: marks)
        }
        guard let conflict = program.conflict else { return proposed }
        let identity = program.table.identity?.column
        var seen: Set<[Value]> = []
        for place in proposed.indices {
            let key = conflict.key.map { proposed[place].values[$0] }
            if let identity, conflict.key.contains(identity),
                proposed[place].values[identity].isNull
            {
                proposed[place].marks.insert(.isNumbered)
            } else if !key.contains(.null), proposed.count > 1, !seen.insert(key).inserted {
                proposed[place].marks.insert(.isRepeated)
            }
        }
        return proposed
    }
}

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
        let arguments = statement.sql.makeArguments { source in
            switch source {
            case .operand: operands.value(source)
            case .column(let column): values.assignments.first { $0.column == column }?.value
            case .oldColumn: nil
            }
        }
        let run = ProgramRun(
            statement: statement, arguments: arguments, fault: values.fault, context: context)
        let explanation = TargetExplanation(
            target: program.target, assignments: values.assignments, fault: values.fault,
            operands: operands, context: context, dialect: engine.dialect)
        return engine.run(run, answer, reply: reply) { explanation.explain($0) }
    }
}

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
            arguments: statement.sql.makeArguments { operands.value($0) }, context: context)
        let explanation = TargetExplanation(
            target: program.target, assignments: [], fault: nil, operands: operands,
            context: context, dialect: engine.dialect)
        return engine.run(run, answer, reply: reply) { explanation.explain($0) }
    }
}
