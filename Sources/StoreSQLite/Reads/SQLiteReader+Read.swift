public import Diagnostics
public import Quotas
public import Store
public import Values

extension SQLiteReader: Reader {
    /// See ``Store/Reader``: at once, as long as the budget of a loop lasts.
    public func read(
        _ query: ReadQuery, _ arguments: ReadArguments, _ context: QueryContext,
        for caller: Caller
    ) throws(DatabaseError) -> Reading<RowsAnswer> {
        do throws(DatabaseError) {
            return .done(try readInline(query, arguments, context))
        } catch .overBudget {
            guard let slowLane else { throw .overBudget }
            let read = SlowRead(
                query: query, arguments: arguments, context: context, caller: caller)
            return .mustWait(
                slowLane.pending(for: caller) { (reader) throws(Problem) in
                    try read.run(on: reader)
                })
        }
    }

    /// See ``Store/Reader``: always at hand.
    public func scalarAtHand(_ query: ScalarQuery) throws(DatabaseError) -> Value? {
        try scalar(query.sql, query.context)
    }

    /// See ``Store/Reader``: at once.
    public func ask(
        _ queries: [ScalarQuery], reply: @escaping (Result<[Value], Problem>) -> Void
    ) {
        reply(
            Result { () throws(Problem) in
                var values: [Value] = []
                for query in queries {
                    values.append(
                        try worded { () throws(DatabaseError) in
                            try scalar(query.sql, query.context)
                        })
                }
                return values
            })
    }

    /// Runs the statements on the loop and encodes the rows.
    ///
    /// - Throws: `overBudget` for what is to be read on the slow lane, also where that is known of
    ///   the count before it has begun.
    private func readInline(
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
        let body = try self.query(
            text: query.rows.text, arguments: arguments.rows, context
        ) { (rows) throws(DatabaseError) in
            var body: [UInt8] = []
            let bytesMax = DatabaseLimits.inlineAnswerBytesMax
            guard try encoder.append(&rows, to: &body, upTo: bytesMax) else { throw .overBudget }
            return body
        }
        let rowCount = encoder.rowCount
        if query.forecast?.isLong == true,
            query.lastRow(rowCount, arguments) == nil
        {
            throw .overBudget
        }
        return RowsAnswer(
            content: .bytes(body), rowCount: rowCount,
            total: try total(query, of: rowCount, arguments, context))
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
        case .statement(var sql, _):
            if let last = query.lastRow(rowCount, arguments) { return last }
            sql.arguments = arguments.count
            return try count(sql, context, query.forecast)
        }
    }

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

extension ReadQuery {
    /// What is known of how long its count takes.
    fileprivate var forecast: CountForecast? {
        if case .statement(_, let memory) = counting { memory as? CountForecast } else { nil }
    }
}

extension DatabaseError {
    /// A read on a loop has used up what it may: it is run again on the slow lane.
    static let overBudget = DatabaseError.timeout
}
