import Quotas
import Store
import Values

/// An update as SQLite runs it.
final class SQLiteUpdate: PreparedUpdate {
    let slots: [ArgumentSlot]
    let search: BoundSQL?
    private let choice: RowChoice
    private let returning: ReturningStatements
    /// The UPDATE. It answers the rowids of the rows it changed where they are read back.
    private let statement: ProgramStatement
    /// Finds which check a row fails; nil when there are none.
    private let violation: ProgramStatement?
    /// The rows that are written without a search: the one of a key, or nobody knows how many.
    private let rowsByKey: Int?
    private let database: SQLiteDatabase

    init(_ program: UpdateProgram, in database: SQLiteDatabase) {
        self.database = database
        let choice = RowChoice(program.target)
        self.choice = choice
        let returning = ReturningStatements(program.returning, program.use)
        self.returning = returning
        search = program.target.search(program.use)
        rowsByKey = program.target.isNamedByKey ? 1 : nil
        statement = ProgramStatement(program.use) { writer in
            writer.appendUpdate(program.columns, of: choice)
            if returning.readsRows { writer.append(" RETURNING rowid") }
        }
        slots = statement.sql.slots + returning.slots
        violation =
            program.checks.isEmpty
            ? nil
            : ProgramStatement(program.use) { writer in
                choice.define(program.columns, in: &writer)
                writer.append("SELECT ")
                writer.append(failureOf: program.checks.enumerated().map { ($0, $1) })
                writer.append(" AS \(Self.failure)")
                writer.append(from: choice)
                writer.append(" AND \(Self.failure) IS NOT NULL LIMIT 1")
            }
    }

    /// The column with the number of the check that a row fails.
    private static let failure = "_apus_check"

    func run(
        _ values: NewValues, on found: FoundRows?, _ operands: Operands, _ context: QueryContext,
        for caller: Caller, reply: @escaping WriteReply
    ) -> WriteWithdrawal {
        database.run(found?.count ?? rowsByKey, for: caller, reply) {
            [self] (transaction) throws(WriteRefusal) in
            let run = ProgramRun(transaction: transaction, operands: operands, context: context)
            return try write(values, found?.list, run)
        }
    }

    /// Rules on the rows as they are and as they will be, then the update.
    private func write(
        _ values: NewValues, _ found: Value?, _ run: ProgramRun
    ) throws(WriteRefusal) -> WriteResult {
        if let violation {
            let arguments = run.arguments(violation, found, assigning: values.assignments)
            let failure = try run.first(violation, arguments, count: 1)?.first
            if case .integer(let number)? = failure { throw .check(Int(number)) }
        }
        let (affected, rowIDs) = try update(values, found, run)
        if affected > 0, let fault = values.fault { throw .faulty(fault) }
        try returning.require(affected)
        return WriteResult(affected: affected, body: try returning.body(of: rowIDs, run))
    }

    /// The rows changed; their rowids only where they are read back.
    private func update(
        _ values: NewValues, _ found: Value?, _ run: ProgramRun
    ) throws(WriteRefusal) -> (affected: Int, rowIDs: [Int64]) {
        let arguments = run.arguments(statement, found, assigning: values.assignments)
        do throws(DatabaseError) {
            if returning.readsRows {
                let rowIDs = try run.integers(statement, arguments)
                return (rowIDs.count, rowIDs)
            }
            return (try run.run(statement, arguments), [])
        } catch {
            if let fault = values.fault, error.isConstraint { throw .faulty(fault) }
            throw try ViolationProbe(run: run, choice: choice, rows: found)
                .refusal(error, updating: values.assignments)
        }
    }
}

extension WriteTarget {
    /// Finds the rowids of the rows on a reader, if they are searched for.
    func search(_ use: StatementUse) -> BoundSQL? {
        guard isSearched else { return nil }
        return ProgramStatement(use) { writer in
            writer.append("SELECT ")
            writer.append(rowIDOf: alias)
            writer.append(" FROM ")
            writer.append(table.name, as: alias)
            writer.appendWhere(conditions)
        }.sql
    }
}
