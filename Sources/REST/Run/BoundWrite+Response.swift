import Bytes
import HTTP
import Schema
import Store
import Values

extension BoundWrite {
    /// The answer (rest.md §12.9): `Content-Range` tells the rows of a PATCH, and totals where
    /// asked.
    func response(to result: WriteResult, _ log: RequestLog) -> Response {
        let returning = write.returning
        var response = Response(status: write.status(of: result))
        response.fieldLines = returning.fields.lines
        if let body = result.body {
            response.content =
                result.memory.map { .parts(of: HeldAnswer(body, $0), log) } ?? .bytes(body)
        }
        response.appendContentRange(
            first: 0, count: write.isPatch ? result.affected : 0,
            total: returning.countsRows ? result.affected : nil)
        if let key = result.key {
            response.append(field: "Location", returning.table.model.location(of: key))
        }
        return response
    }
}

extension PlannedWrite {
    fileprivate var isPatch: Bool {
        switch self {
        case .update, .nothing: true
        case .insert, .delete: false
        }
    }

    fileprivate func status(of result: WriteResult) -> Int {
        switch self {
        case .insert(let plan, _):
            plan.upsert?.conflict.resolution == .merge && result.inserted == 0 ? 200 : 201
        case .update, .delete, .nothing: result.body == nil ? 204 : 200
        }
    }
}

extension Model {
    /// `/table?pk=eq.value`: the address of the row with a primary key.
    fileprivate func location(of key: [Value]) -> String {
        let terms = zip(primaryKey, key).map { column, value in
            let name = PercentEncoding.encode(component: columns[column].name)
            guard let text = columns[column].type.text(of: value) else {
                return "\(name)=is.null"
            }
            return "\(name)=eq.\(PercentEncoding.encode(component: text))"
        }
        return "/\(PercentEncoding.encode(component: name))?\(terms.joined(separator: "&"))"
    }
}
