import Bytes
import Diagnostics
import Expressions
import HTTP
import Quotas
import Schema
import Store

/// A planned write whose values are still those of the body. The more rows it has, the longer it
/// takes to bind it.
struct UnboundWrite: Sendable {
    let plan: WritePlan
    let rows: [JSONValue]
    let operands: Operands
    let context: QueryContext
    let computed: ComputedValues
    let caller: Caller
    let rowsMax: Int

    /// - Throws: what is wrong with the values, and as ``BoundWrite`` does.
    func bound() throws(Problem) -> BoundWrite {
        try BoundWrite(
            try PlannedWrite(plan, rows, computed), operands, context, for: caller,
            isAnonymous: computed.identity.isAnonymous, rowsMax: rowsMax)
    }
}

/// A planned write and all it needs where it runs. An object, since who runs it and who answers
/// hold it both.
final class BoundWrite: Sendable {
    let write: PlannedWrite
    let operands: Operands
    let context: QueryContext
    let caller: Caller
    private let isAnonymous: Bool
    /// Rows that it may write.
    private let rowsMax: Int

    /// - Throws: 42501 for rows that the caller may not create, as far as their own values tell.
    init(
        _ write: PlannedWrite, _ operands: Operands, _ context: QueryContext,
        for caller: Caller, isAnonymous: Bool, rowsMax: Int
    ) throws(Problem) {
        if case .insert(let plan, let rows) = write {
            try plan.requirePermitted(rows, context, isAnonymous: isAnonymous)
        }
        self.write = write
        self.operands = operands
        self.context = context
        self.caller = caller
        self.isAnonymous = isAnonymous
        self.rowsMax = rowsMax
    }

    /// What finds the rows, for writes that find them on a reader.
    var search: BoundSQL? {
        switch write {
        case .update(let plan, _): plan.program.search
        case .delete(let plan): plan.search
        case .insert, .nothing: nil
        }
    }

    /// The answer that needs no writer: there is nothing to write, or the search has found nothing.
    /// Nil where there is something.
    ///
    /// - Throws: 54000 for more rows than one write takes.
    func answer(after found: FoundRows?, _ log: RequestLog) throws(Problem) -> Response? {
        if let found {
            guard !found.isCut, found.count <= rowsMax else { throw .tooMuchFound(max: rowsMax) }
            guard found.count == 0 else { return nil }
        } else {
            guard case .nothing = write else { return nil }
            return response(to: idleResult, log)
        }
        do throws(WriteRefusal) {
            try write.returning.program.require(0)
        } catch {
            throw problem(error)
        }
        return response(to: idleResult, log)
    }

    private var idleResult: WriteResult {
        WriteResult(affected: 0, body: write.returning.hasBody ? Array("[]".utf8) : nil)
    }

    /// Hands the write over.
    ///
    /// - Parameter found: What the search has found, if there is one.
    /// - Returns: what withdraws it.
    func start(on found: FoundRows?, reply: @escaping WriteReply) -> WriteWithdrawal {
        switch write {
        case .insert(let plan, let rows):
            return plan.program.run(rows, operands, context, for: caller, reply: reply)
        case .update(let plan, let values):
            return plan.program.run(
                values, on: found, operands, context, for: caller, reply: reply)
        case .delete(let plan):
            return plan.run(on: found, operands, context, for: caller, reply: reply)
        case .nothing:
            reply(.success(idleResult))
            return {}
        }
    }

    /// The answer to what became of the write.
    func response(to outcome: WriteOutcome, _ log: RequestLog) -> Response {
        switch outcome {
        case .success(let result): response(to: result, log)
        case .failure(let refusal): log.failed(problem(refusal))
        }
    }

    private func problem(_ refusal: WriteRefusal) -> Problem {
        switch write {
        case .insert(let plan, _):
            Problem(
                refusal, of: plan.model, plan.storeChecks, ofConflict: plan.upsert?.checks ?? [],
                shown: plan.shownColumns, isAnonymous: isAnonymous)
        case .update(let plan, _):
            Problem(
                refusal, of: plan.model, plan.checks, shown: plan.shownColumns,
                isAnonymous: isAnonymous
            ).ofFoundRows
        case .delete(let plan):
            Problem(
                refusal, of: plan.model, [], shown: plan.shownColumns, isAnonymous: isAnonymous
            ).ofFoundRows
        case .nothing(let returning):
            Problem(refusal, of: returning.table.model, [], shown: [], isAnonymous: isAnonymous)
        }
    }
}
