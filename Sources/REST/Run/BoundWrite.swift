import Diagnostics
import Expressions
import HTTP
import Schema
import Store
import StoreSQLite

/// A planned write and all it needs on the writer's thread. An object, since who runs it and who
/// answers hold it both.
final class BoundWrite: Sendable {
    private let write: PlannedWrite
    private let operands: Operands
    private let context: QueryContext
    private let catalogue: Catalogue
    private let isAnonymous: Bool
    private let rowsMax: Int

    init(
        _ write: PlannedWrite, _ operands: Operands, _ context: QueryContext,
        _ catalogue: Catalogue, isAnonymous: Bool, rowsMax: Int
    ) {
        self.write = write
        self.operands = operands
        self.context = context
        self.catalogue = catalogue
        self.isAnonymous = isAnonymous
        self.rowsMax = rowsMax
    }

    /// Whether there is nothing to write.
    var isIdle: Bool { if case .nothing = write { true } else { false } }

    var idleResult: WriteResult {
        let hasBody = write.returning.representation != nil
        return WriteResult(status: hasBody ? 200 : 204, body: hasBody ? Array("[]".utf8) : nil)
    }

    /// What finds the rows, for writes that find them on a reader.
    var search: BoundSQL? {
        switch write {
        case .update(let plan, _): plan.target.search
        case .delete(let plan): plan.target.search
        case .insert, .nothing: nil
        }
    }

    /// What `search` finds.
    ///
    /// - Throws: `overBudget` on a loop.
    func rows(_ search: BoundSQL, on reader: SQLiteReader) throws(DatabaseError) -> FoundRows {
        try reader.query(text: search.text, arguments: search.arguments(operands), context) {
            (rows) throws(DatabaseError) in try FoundRows(&rows)
        }
    }

    /// The answer after a search that leaves nothing to write; nil when there is.
    ///
    /// - Throws: 54000 for more rows than one write takes.
    func answer(after found: FoundRows) throws(Problem) -> Response? {
        try found.requireAll()
        guard found.isEmpty else { return nil }
        try write.returning.requireCount(0)
        return response(idleResult)
    }

    /// Runs the plan. Anything thrown undoes it.
    ///
    /// - Parameter found: What the search found, if there is one.
    func run(
        in transaction: WriteTransaction, on found: FoundRows?
    ) throws(Problem) -> WriteResult {
        let run = WriteRun(
            transaction: transaction, operands: operands, found: found?.list, context: context,
            catalogue: catalogue, isAnonymous: isAnonymous, rowsMax: rowsMax)
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
