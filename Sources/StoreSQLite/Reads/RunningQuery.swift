import Diagnostics
import Quotas
import Store
import Values

/// A query in the middle of its rows. Confined like its reader, with which it may leave.
final class RunningQuery {
    private var rows: Rows

    init(_ rows: consuming Rows) { self.rows = rows }

    /// Lets `body` take rows.
    func withRows<R>(
        _ body: (inout Rows) throws(DatabaseError) -> R
    ) throws(DatabaseError) -> R {
        try body(&rows)
    }
}

extension SQLiteReader {
    /// Starts a query on the slow lane that may have more rows than an answer should hold.
    func start(
        text: String, arguments: [Value], _ context: QueryContext, use: StatementUse = .kept
    ) throws(DatabaseError) -> RunningQuery {
        RunningQuery(
            try start(text: text, arguments: arguments, context, budget: .inline, use: use))
    }

    /// Lets a query of the slow lane go on as long as its reader likes to read: the connection, its
    /// snapshot and the query leave the lane's thread, which gets a new connection for its next
    /// job.
    ///
    /// - Parameters:
    ///   - first: Bytes made already.
    ///   - memory: What they have taken, and what is taken for the parts that follow.
    ///   - caller: Whose share of the long reads this takes.
    ///   - append: Makes one row's bytes and answers true, or what stands behind the last row and
    ///     answers false. Called by one thread at a time.
    /// - Throws: 53400 when too many long reads are open, of this caller, from his site or in all;
    ///   57P03 after `close`.
    func leave(
        with query: RunningQuery, first: [UInt8], _ memory: AnswerMemory, for caller: Caller,
        append: @escaping (inout Rows, inout [UInt8]) throws(DatabaseError) -> Bool
    ) throws(Problem) -> LongRead {
        guard let longReads else { preconditionFailure("a loop's reader stays with its loop") }
        let parts = PartMaker(self, query, memory, for: caller, append)
        try longReads.add(parts, for: caller)
        parts.shrinkCache()
        hasLeft = true
        leaving = parts
        return LongRead(parts, first: first, of: longReads)
    }
}
