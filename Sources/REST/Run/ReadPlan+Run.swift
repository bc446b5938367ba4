import Database
import Diagnostics
import HTTP
import Values

extension ReadPlan {
    /// Runs the statements on the loop and encodes the rows. With a count, both see the same
    /// moment.
    ///
    /// - Throws: `overBudget` for what is to be read on the slow lane, also when that is known
    ///   beforehand.
    func run(
        on reader: Reader, _ arguments: ReadArguments, _ context: QueryContext
    ) throws(DatabaseError) -> ReadResult {
        guard count != nil || countedTable != nil else {
            return try readRows(on: reader, arguments, context)
        }
        if longCount.isExpected { throw .overBudget }
        return try reader.snapshot { () throws(DatabaseError) in
            try readRows(on: reader, arguments, context)
        }
    }

    private func readRows(
        on reader: Reader, _ arguments: ReadArguments, _ context: QueryContext
    ) throws(DatabaseError) -> ReadResult {
        var encoder = RowEncoder(layout, media)
        let body = try reader.query(
            text: rows.text, arguments: arguments.rows, context
        ) { (rows) throws(DatabaseError) in
            var body: [UInt8] = []
            while try encoder.appendNext(&rows, to: &body) {
                if body.count > DatabaseLimits.inlineAnswerBytesMax { throw .overBudget }
            }
            return body
        }
        return ReadResult(
            content: .bytes(body), rowCount: encoder.rowCount,
            total: try total(of: encoder.rowCount, on: reader, arguments, context))
    }

    /// All rows, whatever the window; nil when nobody asked.
    ///
    /// - Parameter rowCount: The rows that were read, nil if not all of them were.
    func total(
        of rowCount: Int?, on reader: Reader, _ arguments: ReadArguments, _ context: QueryContext
    ) throws(DatabaseError) -> Int? {
        guard countsRows else { return nil }
        let window = window(of: arguments)
        if let rowCount {
            if count == nil, countedTable == nil { return window.offset + rowCount }
            if rowCount < window.limit, rowCount > 0 || window.offset == 0 {
                return window.offset + rowCount
            }
        }
        if let countedTable { return try reader.rowCount(of: countedTable) }
        guard var count else { return nil }
        count.arguments = arguments.count
        return try reader.count(count, context, longCount)
    }

    func window(of arguments: ReadArguments) -> (limit: Int, offset: Int) {
        func number(_ index: Int) -> Int {
            if case .integer(let number) = arguments.rows[index] { Int(number) } else { 0 }
        }
        return (number(windowArguments.limit), number(windowArguments.offset))
    }

    /// The answer to a read (rest.md §10.2, §10.3).
    func response(
        _ result: ReadResult, _ arguments: ReadArguments
    ) throws(Problem) -> Response {
        let offset = window(of: arguments).offset
        if let total = result.total, offset > total {
            var response = Response(.offset(offset, beyond: total))
            response.appendContentRange(first: 0, count: 0, total: total)
            return response
        }
        if media.isObject, result.rowCount != 1 { throw .notSingular(result.rowCount) }
        let isPartial = result.total.map { result.rowCount < $0 } ?? false
        var response = Response(status: isPartial ? 206 : 200)
        response.fieldLines = fields.lines
        response.appendContentRange(first: offset, count: result.rowCount, total: result.total)
        response.content = result.content
        response.tellsLengthToHead = false  // rest.md §1
        return response
    }
}

extension Reader {
    /// The number that a counting query finds.
    ///
    /// - Parameter long: Told when the query is too long for the loop, and will be again.
    func count(
        _ sql: BoundSQL, _ context: QueryContext, _ long: LongCount? = nil
    ) throws(DatabaseError) -> Int {
        try query(text: sql.text, arguments: sql.arguments, context) {
            (rows) throws(DatabaseError) in
            do throws(DatabaseError) {
                return try rows.next() ? Int(rows.int64(0)) : 0
            } catch {
                if error == .overBudget, rows.readsWholeTable { long?.note() }
                throw error
            }
        }
    }
}
