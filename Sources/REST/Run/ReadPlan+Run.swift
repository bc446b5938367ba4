import Bytes
import Database
public import Diagnostics
public import HTTP
import Values

extension ReadPlan {
    /// Runs the statements and encodes the rows. With a count, both see the same moment.
    func run(
        on reader: Reader, _ arguments: ReadArguments, _ context: QueryContext
    ) throws(DatabaseError) -> ReadResult {
        guard count != nil || countedTable != nil else {
            return try readRows(on: reader, arguments, context)
        }
        return try reader.snapshot { () throws(DatabaseError) in
            try readRows(on: reader, arguments, context)
        }
    }

    private func readRows(
        on reader: Reader, _ arguments: ReadArguments, _ context: QueryContext
    ) throws(DatabaseError) -> ReadResult {
        var encoder = RowEncoder(self)
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
        guard let count else { return nil }
        return try reader.count(count.text, arguments.count, context)
    }

    /// - Throws: `tooLarge` for a body over `DatabaseLimits.answerBytesMax`.
    static func judge(byteCount: Int) throws(DatabaseError) {
        if byteCount > DatabaseLimits.answerBytesMax {
            throw .tooLarge("an answer of more than \(DatabaseLimits.answerBytesMax) bytes")
        }
    }

    func window(of arguments: ReadArguments) -> (limit: Int, offset: Int) {
        func number(_ index: Int) -> Int {
            if case .integer(let number) = arguments.rows[index] { Int(number) } else { 0 }
        }
        return (number(limitArgument), number(offsetArgument))
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
        response.fieldLines = fieldLines
        response.appendContentRange(first: offset, count: result.rowCount, total: result.total)
        response.content = result.content
        response.tellsLengthToHead = false  // rest.md §1
        return response
    }
}

extension Reader {
    /// The number that a counting query finds.
    func count(
        _ text: String, _ arguments: [Value], _ context: QueryContext
    ) throws(DatabaseError) -> Int {
        try query(text: text, arguments: arguments, context) { (rows) throws(DatabaseError) in
            try rows.next() ? Int(rows.int64(0)) : 0
        }
    }
}

extension Response {
    /// `Content-Range: first-last/total`, with `*` for what is not there.
    mutating func appendContentRange(first: Int, count: Int, total: Int?) {
        fieldLines.append(ascii: "Content-Range: ")
        if count > 0 {
            fieldLines.append(decimal: first)
            fieldLines.append(ASCII.minus)
            fieldLines.append(decimal: first + count - 1)
        } else {
            fieldLines.append(ASCII.asterisk)
        }
        fieldLines.append(ASCII.slash)
        if let total {
            fieldLines.append(decimal: total)
        } else {
            fieldLines.append(ASCII.asterisk)
        }
        fieldLines.append(ascii: "\r\n")
    }

    /// The error object of rest.md §18.1 and the fields that go with it.
    public init(_ problem: Problem) {
        self.init(
            status: problem.status, contentType: "application/json; charset=utf-8",
            body: problem.restBody)
        refusal = Refusal(code: problem.code, message: problem.message)
        append(field: "Proxy-Status", "PostgREST; error=\(problem.code)")
        if Problem.tokenCodes.contains(problem.code) {
            append(
                field: "WWW-Authenticate",
                "Bearer error=\"invalid_token\", error_description=\"\(problem.message)\"")
        } else if problem.status == 401 {
            append(field: "WWW-Authenticate", ascii: "Bearer")
        }
        if problem.status == 503 { append(field: "Retry-After", ascii: "1") }
    }
}
