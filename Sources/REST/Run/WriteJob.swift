import Database
import Diagnostics
import Expressions
import HTTP
import Schema

/// What a write is to do.
enum WritePlan: Sendable {
    case insert(InsertPlan)
    case update(UpdatePlan)
    case delete(DeletePlan)
    /// A PATCH whose body changes nothing.
    case nothing(ReturnPlan)

    var returning: ReturnPlan {
        switch self {
        case .insert(let plan): plan.returning
        case .update(let plan): plan.returning
        case .delete(let plan): plan.returning
        case .nothing(let returning): returning
        }
    }
}

/// A planned write and all it needs on the writer's thread.
struct WriteJob: Sendable {
    let plan: WritePlan
    let context: QueryContext
    let catalogue: Catalogue
    let isAnonymous: Bool
    let rowsMax: Int

    /// Whether there is nothing to write.
    var isIdle: Bool { if case .nothing = plan { true } else { false } }

    var idleResult: WriteResult {
        let hasBody = plan.returning.hasRepresentation
        return WriteResult(status: hasBody ? 200 : 204, body: hasBody ? Array("[]".utf8) : nil)
    }

    /// Runs the plan. Anything thrown undoes it.
    func run(in transaction: WriteTransaction) throws(Problem) -> WriteResult {
        let run = WriteRun(
            transaction: transaction, context: context, catalogue: catalogue,
            isAnonymous: isAnonymous,
            rowsMax: rowsMax)
        switch plan {
        case .insert(let plan): return try plan.run(run)
        case .update(let plan): return try plan.run(run)
        case .delete(let plan): return try plan.run(run)
        case .nothing: return idleResult
        }
    }

    /// The answer (rest.md §12.9): `Content-Range` tells the rows of a PATCH, and totals where
    /// asked.
    func response(_ result: WriteResult, schema: String?) -> Response {
        let returning = plan.returning
        var response = Response(status: result.status)
        if let body = result.body {
            response.append(field: "Content-Type", ascii: returning.media.contentType)
            response.body = body
        }
        let isPatch =
            switch plan {
            case .update, .nothing: true
            case .insert, .delete: false
            }
        response.appendContentRange(
            first: 0, count: isPatch ? result.affected : 0,
            total: returning.countsRows ? result.affected : nil)
        if let location = result.location { response.append(field: "Location", location) }
        if let applied = returning.applied { response.append(field: "Preference-Applied", applied) }
        if let schema { response.append(field: "Content-Profile", schema) }
        return response
    }
}

extension Planner {
    /// The plan of a write, whatever its method.
    mutating func writePlan(
        _ request: ApiRequest, identity: Identity, now: Instant
    ) throws(Problem) -> WritePlan {
        switch request.action {
        case .insert: return .insert(try insertPlan(request, identity: identity, now: now))
        case .update:
            let (plan, returning) = try updatePlan(request, identity: identity, now: now)
            return plan.map(WritePlan.update) ?? .nothing(returning)
        case .delete: return .delete(try deletePlan(request))
        case .read: throw .method("GET")
        }
    }
}
