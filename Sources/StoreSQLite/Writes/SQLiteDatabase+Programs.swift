import Diagnostics
public import Quotas
import SQLite
public import Store
import Values
import Work

extension SQLiteDatabase: WriteEngine {
    /// See ``Store/WriteEngine``.
    public func prepare(_ program: InsertProgram) -> any PreparedInsert {
        SQLiteInsert(program, in: self)
    }

    /// See ``Store/WriteEngine``.
    public func prepare(_ program: UpdateProgram) -> any PreparedUpdate {
        SQLiteUpdate(program, in: self)
    }

    /// See ``Store/WriteEngine``.
    public func prepare(_ program: DeleteProgram) -> any PreparedDelete {
        SQLiteDelete(program, in: self)
    }

    /// Runs a program as a write of its own, which a refusal undoes.
    func run(
        for caller: Caller, _ reply: @escaping WriteReply,
        _ program: @escaping @Sendable (SQLiteTransaction) throws(WriteRefusal) -> WriteResult
    ) -> WriteWithdrawal {
        let withdrawal = Cancellation()
        submit(
            WriteJob(
                perform: { transaction in
                    do throws(WriteRefusal) {
                        let result = try program(transaction)
                        return .kept { reply(.success(result)) }
                    } catch {
                        return .undone { reply(.failure(error)) }
                    }
                }, fail: { reply(.failure(.failed($0))) }, isBounded: true,
                withdrawal: withdrawal, caller: caller))
        return { withdrawal.raise() }
    }
}

extension SQLiteReader {
    /// See ``Store/Reader``: at once, as long as the budget of a loop lasts.
    public func find(
        _ search: BoundSQL, _ operands: Operands, _ context: QueryContext, for caller: Caller
    ) throws(DatabaseError) -> Reading<FoundRows> {
        var search = search
        search.arguments = search.makeArguments { operands.value($0) }
        do throws(DatabaseError) {
            return .done(try rows(search, context))
        } catch .overBudget {
            guard let slowLane else { throw .overBudget }
            return .mustWait(
                slowLane.pending(for: caller) { [search] (reader) throws(Problem) in
                    try worded { () throws(DatabaseError) in try reader.rows(search, context) }
                })
        }
    }

    private func rows(
        _ search: BoundSQL, _ context: QueryContext
    ) throws(DatabaseError) -> FoundRows {
        try query(text: search.text, arguments: search.arguments, context) {
            (rows) throws(DatabaseError) in try FoundRows(&rows)
        }
    }
}
