import Diagnostics
import Quotas
import Store

/// A read that has used up its budget on the loop, done again on the slow lane: an answer that
/// turns out to be short is held, a longer one leaves in parts from its snapshot.
struct SlowRead: Sendable {
    let query: ReadQuery
    let arguments: ReadArguments
    let context: QueryContext
    /// Whose share of the long reads it takes.
    let caller: Caller

    /// Runs it on a thread of the slow lane.
    func run(on reader: SQLiteReader) throws(Problem) -> RowsAnswer {
        try reader.snapshot { () throws(Problem) in try read(on: reader) }
    }

    private func read(on reader: SQLiteReader) throws(Problem) -> RowsAnswer {
        var encoder = RowEncoder(query.layout, query.form)
        var body: [UInt8] = []
        let running: RunningQuery
        let counted: (rows: Int, total: Int?)
        do throws(DatabaseError) {
            running = try reader.start(
                text: query.rows.text, arguments: arguments.rows, context)
            if try begin(running, &encoder, &body) {
                return RowsAnswer(
                    content: .bytes(body), rowCount: encoder.rowCount,
                    total: try reader.total(query, of: encoder.rowCount, arguments, context))
            }
            counted = try count(on: reader)
        } catch {
            throw Problem(error)
        }
        let read = try reader.leave(with: running, first: body, for: caller) {
            (rows, part) throws(DatabaseError) in
            try encoder.appendNext(&rows, to: &part)
        }
        return RowsAnswer(
            content: .stream(read), rowCount: counted.rows, total: counted.total)
    }

    /// Reads rows as long as the answer is short; true if that was all of it. A single object is
    /// one value, and never left in the middle.
    private func begin(
        _ running: RunningQuery, _ encoder: inout RowEncoder, _ body: inout [UInt8]
    ) throws(DatabaseError) -> Bool {
        let bytesMax =
            query.form.isObject
            ? DatabaseLimits.answerBytesMax : DatabaseLimits.heldAnswerBytesMax
        return try running.withRows { (rows) throws(DatabaseError) in
            let isWhole = try encoder.append(&rows, to: &body, upTo: bytesMax)
            if !isWhole, query.form.isObject { throw .oversize }
            return isWhole
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
