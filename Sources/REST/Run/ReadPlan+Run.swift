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
            var result = try readRows(on: reader, arguments, context)
            if countsRows { result.total = window(of: arguments).offset + result.rowCount }
            return result
        }
        return try reader.snapshot { () throws(DatabaseError) in
            var result = try readRows(on: reader, arguments, context)
            let window = window(of: arguments)
            if result.rowCount < window.limit, result.rowCount > 0 || window.offset == 0 {
                result.total = window.offset + result.rowCount
            } else {
                result.total = try countRows(on: reader, arguments, context)
            }
            return result
        }
    }

    private func countRows(
        on reader: Reader, _ arguments: ReadArguments, _ context: QueryContext
    ) throws(DatabaseError) -> Int? {
        if let countedTable { return try reader.rowCount(of: countedTable) }
        guard let count else { return nil }
        return try reader.query(
            text: count.text, arguments: arguments.count, context
        ) { (rows) throws(DatabaseError) in
            try rows.next() ? Int(rows.int64(0)) : 0
        }
    }

    private func readRows(
        on reader: Reader, _ arguments: ReadArguments, _ context: QueryContext
    ) throws(DatabaseError) -> ReadResult {
        try reader.query(
            text: rows.text, arguments: arguments.rows, context
        ) { (rows) throws(DatabaseError) in
            var result = ReadResult()
            let isObject = media.isObject
            if !isObject { result.body.append(ASCII.leftBracket) }
            while try rows.next() {
                if result.rowCount > 0 {
                    result.rowCount += 1
                    if isObject { continue }
                    result.body.append(ASCII.comma)
                } else {
                    result.rowCount = 1
                }
                layout.appendObject(rows, to: &result.body)
                try Self.judge(byteCount: result.body.count)
            }
            if !isObject { result.body.append(ASCII.rightBracket) }
            return result
        }
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
    func response(_ result: ReadResult, _ arguments: ReadArguments, isHead: Bool) throws(Problem)
        -> Response
    {
        let offset = window(of: arguments).offset
        if let total = result.total, offset > total {
            var response = Response(.offset(offset, beyond: total), isHead: isHead)
            response.appendContentRange(first: 0, count: 0, total: total)
            return response
        }
        if media.isObject, result.rowCount != 1 { throw .notSingular(result.rowCount) }
        let isPartial = result.total.map { result.rowCount < $0 } ?? false
        var response = Response(status: isPartial ? 206 : 200)
        response.fieldLines = fieldLines
        response.appendContentRange(first: offset, count: result.rowCount, total: result.total)
        if isHead {
            response.omitsBody = true
        } else {
            response.body = media.stripsNulls ? NullStripping.strip(result.body) : result.body
        }
        return response
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
    public init(_ problem: Problem, isHead: Bool) {
        self.init(
            status: problem.status, contentType: "application/json; charset=utf-8",
            body: problem.restBody)
        append(field: "Proxy-Status", "PostgREST; error=\(problem.code)")
        if problem.code.hasPrefix("PGRST30") {
            append(
                field: "WWW-Authenticate",
                "Bearer error=\"invalid_token\", error_description=\"\(problem.message)\"")
        } else if problem.status == 401 {
            append(field: "WWW-Authenticate", ascii: "Bearer")
        }
        if problem.status == 503 { append(field: "Retry-After", ascii: "1") }
        omitsBody = isHead
    }
}
