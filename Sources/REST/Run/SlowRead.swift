import Diagnostics
import HTTP
import Store
import StoreSQLite

/// A read that has used up its budget on the loop, done again on the slow lane: an answer that
/// turns out to be short is held, a longer one leaves in parts from its snapshot.
struct SlowRead: Sendable {
    let plan: ReadPlan
    let arguments: ReadArguments
    let context: QueryContext
    /// Whose share of the long reads it takes.
    let caller: String
    let log: RequestLog

    func answer(from database: DatabasePool) -> Answer {
        .pending {
            do throws(Problem) {
                return try plan.response(try await run(on: database), arguments)
            } catch {
                return log.failed(error)
            }
        }
    }

    private func run(on database: DatabasePool) async throws(Problem) -> ReadResult {
        try await database.readSlowly { (reader) throws(Problem) in
            try reader.snapshot { () throws(Problem) in try read(on: reader) }
        }
    }

    private func read(on reader: Reader) throws(Problem) -> ReadResult {
        var encoder = RowEncoder(plan.layout, plan.media)
        var body: [UInt8] = []
        let query: RunningQuery
        let counted: (rows: Int, total: Int?)
        do throws(DatabaseError) {
            query = try reader.start(
                text: plan.rows.text, arguments: arguments.rows, context)
            if try begin(query, &encoder, &body) {
                return ReadResult(
                    content: .bytes(body), rowCount: encoder.rowCount,
                    total: try plan.total(of: encoder.rowCount, on: reader, arguments, context))
            }
            counted = try count(on: reader)
        } catch {
            throw Problem(error)
        }
        let read = try reader.leave(with: query, first: body, for: caller) {
            (rows, part) throws(DatabaseError) in
            try encoder.appendNext(&rows, to: &part)
        }
        return ReadResult(
            content: .stream(stream(read)), rowCount: counted.rows, total: counted.total)
    }

    /// Reads rows as long as the answer is short; true if that was all of it. A single object is
    /// one value, and never left in the middle.
    private func begin(
        _ query: RunningQuery, _ encoder: inout RowEncoder, _ body: inout [UInt8]
    ) throws(DatabaseError) -> Bool {
        let bytesMax =
            plan.media.isObject
            ? DatabaseLimits.answerBytesMax : DatabaseLimits.heldAnswerBytesMax
        return try query.withRows { (rows) throws(DatabaseError) in
            let isWhole = try encoder.append(&rows, to: &body, upTo: bytesMax)
            if !isWhole, plan.media.isObject { throw .oversize }
            return isWhole
        }
    }

    /// The rows of the answer and, if asked for, of the whole, before its rows are read: both are
    /// told in front of them.
    private func count(on reader: Reader) throws(DatabaseError) -> (rows: Int, total: Int?) {
        if let total = try plan.total(of: nil, on: reader, arguments, context) {
            let window = plan.window(of: arguments)
            return (min(window.limit, max(0, total - window.offset)), total)
        }
        return (try reader.count(plan.windowCount(arguments), context), nil)
    }

    private func stream(_ read: LongRead) -> ContentStream {
        ContentStream(timeMax: read.timeMax) { () throws(IncompleteContent) in
            do throws(Problem) {
                return try await read.next()
            } catch {
                log.tell(error)
                throw IncompleteContent()
            }
        }
    }
}
