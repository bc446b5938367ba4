import Database
import Diagnostics
import Expressions
import HTTP
import Schema

/// A planned write and all it needs on the writer's thread.
struct WriteJob: Sendable {
    let write: PlannedWrite
    let operands: Operands
    let context: QueryContext
    let catalogue: Catalogue
    let isAnonymous: Bool
    let rowsMax: Int

    /// Whether there is nothing to write.
    var isIdle: Bool { if case .nothing = write { true } else { false } }

    var idleResult: WriteResult {
        let hasBody = write.returning.representation != nil
        return WriteResult(status: hasBody ? 200 : 204, body: hasBody ? Array("[]".utf8) : nil)
    }

    /// Runs the plan. Anything thrown undoes it.
    func run(in transaction: WriteTransaction) throws(Problem) -> WriteResult {
        let run = WriteRun(
            transaction: transaction, operands: operands, context: context, catalogue: catalogue,
            isAnonymous: isAnonymous, rowsMax: rowsMax)
        switch write {
        case .insert(let plan, let rows): return try plan.run(run, rows)
        case .update(let plan, let values): return try plan.run(run, values)
        case .delete(let plan): return try plan.run(run)
        case .nothing: return idleResult
        }
    }

    /// The answer (rest.md §12.9): `Content-Range` tells the rows of a PATCH, and totals where
    /// asked.
    func response(_ result: WriteResult) -> Response {
        let returning = write.returning
        var response = Response(status: result.status)
        response.fieldLines = returning.fields.lines
        if let body = result.body { response.body = body }
        let isPatch =
            switch write {
            case .update, .nothing: true
            case .insert, .delete: false
            }
        response.appendContentRange(
            first: 0, count: isPatch ? result.affected : 0,
            total: returning.countsRows ? result.affected : nil)
        if let location = result.location { response.append(field: "Location", location) }
        return response
    }
}
