import SQLite
import Diagnostics
import Quotas
import Store

/// A read of rows and, if asked for, of how many there are, that is done later or on the slow lane.
struct RowsRead: LoopRead {
    let query: ReadQuery
    let arguments: ReadArguments
    let context: QueryContext
    let caller: Caller

    func readInline(on reader: SQLiteReader) throws(DatabaseError) -> RowsAnswer {
        try reader.readInline(query, arguments, context)
    }

    /// Runs it on a thread of the slow lane: an answer that turns out to be short is held, a longer
    /// one leaves in parts from its snapshot.
    func readSlowly(on reader: SQLiteReader) throws(Problem) -> RowsAnswer {
        try reader.snapshot { () throws(Problem) in try read(on: reader) }
    }

    private func read(on reader: SQLiteReader) throws(Problem) -> RowsAnswer {
        let memory = AnswerMemory(reader.memory, for: caller)
        memory.bound(reader.connection)
        defer { if !reader.hasLeft { reader.connection.boundArrays() } }
        var encoder = RowEncoder(query.layout, query.form)
        var body: [UInt8] = []
        let running: RunningQuery
        let counted: (rows: Int, total: Int?)
        do throws(DatabaseError) {
            running = try reader.start(
                text: query.rows.text, arguments: arguments.rows, context, use: query.rows.use)
            if try begin(running, &encoder, &body, memory) {
                return RowsAnswer(
                    content: RowsAnswer.Content(body, holding: memory.held),
                    rowCount: encoder.rowCount,
                    total: try reader.total(query, of: encoder.rowCount, arguments, context))
            }
            counted = try count(on: reader)
        } catch {
            throw Problem(memory.error(error))
        }
        let read = try reader.leave(
            with: running, first: body, memory, for: caller
        ) {
            (rows, part) throws(DatabaseError) in
            try encoder.appendNext(&rows, to: &part)
        }
        return RowsAnswer(
            content: .stream(read), rowCount: counted.rows, total: counted.total)
    }

    /// Reads rows as long as the answer is short; true if that was all of it. A single object is
    /// one value, and never left in the middle.
    private func begin(
        _ running: RunningQuery, _ encoder: inout RowEncoder, _ body: inout [UInt8],
        _ memory: AnswerMemory
    ) throws(DatabaseError) -> Bool {
        try running.withRows { (rows) throws(DatabaseError) in
            guard query.form.isObject else {
                let bytesMax = DatabaseLimits.heldAnswerBytesMax
                let isWhole = try encoder.append(&rows, to: &body, upTo: bytesMax)
                // A single long row.
                if body.count > 2 * bytesMax { try memory.cover(body.count) }
                return isWhole
            }
            try encoder.append(&rows, to: &body, within: memory)
            return true
        }
    }

    /// The rows of the answer and, if asked for, of the whole, before its rows are read: both are
    /// told in front of them.
    private func count(
        on reader: SQLiteReader
    ) throws(DatabaseError) -> (rows: Int, total: Int?) {
        if let total = try reader.total(query, of: nil, arguments, context) {
            let window = query.window(of: arguments)
            return (min(window.limit, max(0, total - window.offset)), total)
        }
        return (try reader.count(query.windowCount(arguments), context), nil)
    }
}
