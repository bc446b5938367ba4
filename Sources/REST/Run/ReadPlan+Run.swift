import Diagnostics
import HTTP
import Store
import StoreSQLite
import Values

extension ReadPlan {
    /// Runs the statements on the loop and encodes the rows. With a count, both see the same
    /// moment.
    ///
    /// - Throws: `overBudget` for what is to be read on the slow lane, also where that is known of
    ///   the count before it has begun.
    func run(
        on reader: Reader, _ arguments: ReadArguments, _ context: QueryContext
    ) throws(DatabaseError) -> ReadResult {
        switch counting {
        case .no, .rowsTell: return try readRows(on: reader, arguments, context)
        case .table, .statement:
            return try reader.snapshot { () throws(DatabaseError) in
                try readRows(on: reader, arguments, context)
            }
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
            let bytesMax = DatabaseLimits.inlineAnswerBytesMax
            guard try encoder.append(&rows, to: &body, upTo: bytesMax) else { throw .overBudget }
            return body
        }
        let rowCount = encoder.rowCount
        if case .statement(_, let forecast) = counting, forecast.isLong,
            lastRow(rowCount, arguments) == nil
        {
            throw .overBudget
        }
        return ReadResult(
            content: .bytes(body), rowCount: rowCount,
            total: try total(of: rowCount, on: reader, arguments, context))
    }

    /// All rows, whatever the window; nil when nobody asked.
    ///
    /// - Parameter rowCount: The rows that were read, nil if not all of them were.
    func total(
        of rowCount: Int?, on reader: Reader, _ arguments: ReadArguments, _ context: QueryContext
    ) throws(DatabaseError) -> Int? {
        switch counting {
        case .no: return nil
        case .rowsTell: return rowCount.map { window(of: arguments).offset + $0 }
        case .table(let name):
            if let last = lastRow(rowCount, arguments) { return last }
            return try reader.rowCount(of: name)
        case .statement(var sql, let forecast):
            if let last = lastRow(rowCount, arguments) { return last }
            sql.arguments = arguments.count
            return try reader.count(sql, context, forecast)
        }
    }

    /// The number of the last of all rows, if it is among those that were read.
    private func lastRow(_ rowCount: Int?, _ arguments: ReadArguments) -> Int? {
        let window = window(of: arguments)
        guard let rowCount, rowCount < window.limit, rowCount > 0 || window.offset == 0 else {
            return nil
        }
        return window.offset + rowCount
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
    /// - Parameter forecast: Told how long the query is.
    func count(
        _ sql: BoundSQL, _ context: QueryContext, _ forecast: CountForecast? = nil
    ) throws(DatabaseError) -> Int {
        let start = monotonicNanoseconds()
        return try query(text: sql.text, arguments: sql.arguments, context) {
            (rows) throws(DatabaseError) in
            do throws(DatabaseError) {
                let count = try rows.next() ? Int(rows.int64(0)) : 0
                forecast?.note(monotonicNanoseconds() - start)
                return count
            } catch {
                if error == .overBudget, rows.readsWholeTable { forecast?.noteLong() }
                throw error
            }
        }
    }
}
