import Diagnostics
public import Quotas
public import Store
public import Values

extension SQLiteReader: Reader {
    /// See ``Store/Reader``: at once, as long as the time of the loop lasts.
    public func read(
        _ query: ReadQuery, _ arguments: ReadArguments, _ context: QueryContext,
        for caller: Caller
    ) throws(DatabaseError) -> Reading<RowsAnswer> {
        try perform(for: caller, isLong: isLong(query.rows.text)) { () throws(DatabaseError) in
            try readInline(query, arguments, context)
        } else: {
            RowsRead(query: query, arguments: arguments, context: context, caller: caller)
        }
    }

    /// See ``Store/Reader``: at hand as long as the time lasts.
    public func scalarAtHand(
        _ query: ScalarQuery, within time: Duration
    ) throws(DatabaseError) -> Value? {
        do throws(DatabaseError) {
            return try scalar(query.sql, query.context, within: time)
        } catch .timeout {
            return nil
        }
    }

    /// Whether a statement takes long to be prepared.
    func isLong(_ text: String) -> Bool { text.utf8.count > DatabaseLimits.inlineTextBytesMax }

    /// Runs the statements on the loop and encodes the rows.
    func readInline(
        _ query: ReadQuery, _ arguments: ReadArguments, _ context: QueryContext
    ) throws(DatabaseError) -> RowsAnswer {
        switch query.counting {
        case .no, .rowsTell: return try readRows(query, arguments, context)
        case .table, .statement:
            return try snapshot { () throws(DatabaseError) in
                try readRows(query, arguments, context)
            }
        }
    }

    private func readRows(
        _ query: ReadQuery, _ arguments: ReadArguments, _ context: QueryContext
    ) throws(DatabaseError) -> RowsAnswer {
        var encoder = RowEncoder(query.layout, query.form)
        var body: [UInt8] = []
        body.reserveCapacity(DatabaseLimits.answerBytesReserved)
        try appendRows(of: query, arguments, context, &encoder, to: &body)
        return RowsAnswer(
            content: .bytes(body), rowCount: encoder.rowCount,
            total: try total(query, of: encoder.rowCount, arguments, context))
    }

    /// - Throws: `overBudget` also for an answer that is too long to be made on a loop.
    private func appendRows(
        of query: ReadQuery, _ arguments: ReadArguments, _ context: QueryContext,
        _ encoder: inout RowEncoder, to body: inout [UInt8]
    ) throws(DatabaseError) {
        var rows = try startOfRead(
            text: query.rows.text, arguments: arguments.rows, context, use: query.rows.use)
        let bytesMax = DatabaseLimits.inlineAnswerBytesMax
        guard try encoder.append(&rows, to: &body, upTo: bytesMax) else { throw rows.overrun() }
    }

    /// All rows, whatever the window; nil when nobody asked.
    ///
    /// - Parameter rowCount: The rows that were read, nil if not all of them were.
    func total(
        _ query: ReadQuery, of rowCount: Int?, _ arguments: ReadArguments, _ context: QueryContext
    ) throws(DatabaseError) -> Int? {
        switch query.counting {
        case .no: return nil
        case .rowsTell: return rowCount.map { query.window(of: arguments).offset + $0 }
        case .table(let name):
            if let last = query.lastRow(rowCount, arguments) { return last }
            return try self.rowCount(of: name)
        case .statement(var sql):
            if let last = query.lastRow(rowCount, arguments) { return last }
            sql.arguments = arguments.count
            return try count(sql, context)
        }
    }

    /// The number that a counting query finds.
    func count(_ sql: BoundSQL, _ context: QueryContext) throws(DatabaseError) -> Int {
        inline.isOfAll = true
        defer { inline.isOfAll = false }
        var rows = try startOfRead(
            text: sql.text, arguments: sql.arguments, context, use: sql.use)
        return try rows.next() ? Int(rows.int64(0)) : 0
    }
}

extension DatabaseError {
    /// What a read on a loop fails with that has used up what it may: the word for `timeout` where
    /// whoever catches it runs the read again on the slow lane. It is no error of its own, and on a
    /// thread the same one ends the read.
    static let overBudget = DatabaseError.timeout
}
