import Quotas
import Store
import Values

/// A delete as SQLite runs it.
final class SQLiteDelete: PreparedDelete {
    let slots: [ArgumentSlot]
    let search: BoundSQL?
    private let choice: RowChoice
    private let returning: ReturningStatements
    private let statement: ProgramStatement
    /// Finds the rowids of the rows that will go.
    private let rows: ProgramStatement
    /// Whether a row may take along another one that is to go, which SQLite does not count then.
    private let takesAlong: Bool
    /// The rows that are written without a search: the one of a key, or nobody knows how many.
    private let rowsByKey: Int?
    private let database: SQLiteDatabase

    init(_ program: DeleteProgram, in database: SQLiteDatabase) {
        self.database = database
        let choice = RowChoice(program.target)
        self.choice = choice
        returning = ReturningStatements(program.returning, program.use)
        let table = program.target.table
        takesAlong = table.dependents.contains { $0.other == table.name && !$0.holdsRows }
        search = program.target.search(program.use)
        rowsByKey = program.target.isNamedByKey ? 1 : nil
        statement = ProgramStatement(program.use) { writer in
            writer.append("DELETE")
            writer.append(from: choice)
        }
        slots = statement.sql.slots + returning.slots
        rows = ProgramStatement(program.use) { writer in
            writer.append("SELECT ")
            writer.append(rowIDOf: choice.alias)
            writer.append(from: choice)
        }
    }

    func run(
        on found: FoundRows?, _ operands: Operands, _ context: QueryContext,
        for caller: Caller, reply: @escaping WriteReply
    ) -> WriteWithdrawal {
        database.run(found?.count ?? rowsByKey, for: caller, reply) {
            [self] (transaction) throws(WriteRefusal) in
            let run = ProgramRun(transaction: transaction, operands: operands, context: context)
            return try write(found?.list, run)
        }
    }

    /// The rows as they were are read first, with what is embedded in them; then they go.
    private func write(_ found: Value?, _ run: ProgramRun) throws(WriteRefusal) -> WriteResult {
        var rowIDs: [Int64] = []
        if returning.readsRows || takesAlong {
            rowIDs = try refused { () throws(DatabaseError) in
                try run.integers(rows, run.arguments(rows, found))
            }
        }
        let body = try returning.body(of: rowIDs, run)
        var affected: Int
        do throws(DatabaseError) {
            affected = try run.run(statement, run.arguments(statement, found))
        } catch {
            throw try ViolationProbe(run: run, choice: choice, rows: found).refusal(deleting: error)
        }
        if takesAlong { affected = rowIDs.count }
        try returning.require(affected)
        return WriteResult(affected: affected, body: body)
    }
}
