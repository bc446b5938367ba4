import Diagnostics
import HTTP
import Store

extension ReadPlan {
    /// What becomes of a read: the answer, or the wait for it.
    func answer(
        _ reading: consuming Reading<RowsAnswer>, _ arguments: ReadArguments, _ log: RequestLog
    ) throws(Problem) -> Answer {
        switch reading {
        case .done(let rows): return .response(try response(rows, arguments, log))
        case .mustWait(let read):
            return .deferred { reply in
                read.start { result in
                    reply {
                        do throws(Problem) {
                            return .response(
                                try self.response(try result.get(), arguments, log))
                        } catch {
                            return .response(log.failed(error))
                        }
                    }
                }
            }
        }
    }

    /// The answer to a read (rest.md §10.2, §10.3).
    private func response(
        _ result: consuming RowsAnswer, _ arguments: ReadArguments, _ log: RequestLog
    ) throws(Problem) -> Response {
        let offset = query.window(of: arguments).offset
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
        response.content = Content(result.content, log)
        response.tellsLengthToHead = false  // rest.md §1
        return response
    }
}

extension Content {
    /// The rows as the content of an answer.
    fileprivate init(_ content: consuming RowsAnswer.Content, _ log: RequestLog) {
        switch content {
        case .bytes(let bytes): self = .bytes(bytes)
        case .stream(let rows): self = .parts(of: rows, log)
        }
    }

    /// An answer that leaves in parts. What goes wrong meanwhile is told to the log: the client
    /// sees the connection end.
    static func parts(of rows: any RowStream, _ log: RequestLog) -> Content {
        .stream(
            ContentStream(length: rows.byteCount, timeMax: rows.timeMax) {
                () throws(IncompleteContent) in
                do throws(Problem) {
                    return try await rows.next()
                } catch {
                    log.tell(error)
                    throw IncompleteContent()
                }
            })
    }
}
