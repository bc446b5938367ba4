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
    ///
    /// - Parameter rows: How many it is known to write; nil where nobody knows.
    func run(
        _ rows: Int?, for caller: Caller, _ reply: @escaping WriteReply,
        _ program: @escaping @Sendable (SQLiteTransaction) throws(WriteRefusal) -> WriteResult
    ) -> WriteWithdrawal {
        let withdrawal = Cancellation()
        submit(
            WriteJob(
                perform: { transaction in
                    do throws(WriteRefusal) {
                        var result = try program(transaction)
                        if result.body != nil { result.memory = transaction.memory.held }
                        let written = result
                        return .kept { reply(.success(written)) }
                    } catch {
                        return .undone { reply(.failure(error)) }
                    }
                }, fail: { reply(.failure(.failed($0))) }, isBounded: true,
                withdrawal: withdrawal, caller: caller, rows: rows))
        return { [self] in withdraw(withdrawal, of: caller) }
    }
}

extension SQLiteReader {
    /// See ``Store/Reader``: at once, as long as the time of the loop lasts.
    public func find(
        _ search: BoundSQL, _ operands: Operands, _ context: QueryContext, for caller: Caller
    ) throws(DatabaseError) -> Reading<FoundRows> {
        var search = search
        search.arguments = search.makeArguments { operands.value($0) }
        return try perform(for: caller, isLong: isLong(search.text)) { () throws(DatabaseError) in
            try rows(search, context)
        } else: {
            SearchRead(search: search, context: context, caller: caller)
        }
    }

    fileprivate func rows(
        _ search: BoundSQL, _ context: QueryContext
    ) throws(DatabaseError) -> FoundRows {
        var rows = try startOfRead(
            text: search.text, arguments: search.arguments, context, use: search.use)
        return try FoundRows(&rows)
    }
}

/// The search for the rows that a write is about, done later or on the slow lane.
private struct SearchRead: LoopRead {
    let search: BoundSQL
    let context: QueryContext
    let caller: Caller

    func readInline(on reader: SQLiteReader) throws(DatabaseError) -> FoundRows {
        try reader.rows(search, context)
    }

    func readSlowly(on reader: SQLiteReader) throws(Problem) -> FoundRows {
        try worded { () throws(DatabaseError) in try reader.rows(search, context) }
    }
}
