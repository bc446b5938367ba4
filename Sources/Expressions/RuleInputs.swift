import Diagnostics
import Schema
public import Store
public import Values

/// What a condition reads: subscribers with equal caller inputs get equal decisions, and a decision
/// stays good until a model it reads changes.
public struct RuleInputs: Hashable, Sendable {
    /// The slots read anywhere in the condition.
    public private(set) var claims: Set<ContextSlot> = []
    /// The largest parts of the condition that depend on the caller alone, such as `auth.uid()` or
    /// `auth.jwt() ->> 'org'`.
    public private(set) var callerParts: [Expression] = []
    /// Whether it reads the time.
    public private(set) var readsTime = false
    /// The columns it reads of the new image of the row judged.
    public private(set) var columns: Set<Int> = []
    /// The columns it reads of the old image.
    public private(set) var oldColumns: Set<Int> = []
    /// The other models it reads; for a view, those whose rows it has.
    public private(set) var models: Set<String> = []

    init(_ root: Expression) {
        if visit(root) == .caller { note(root) }
    }

    /// What the caller contributes: callers with equal keys get equal decisions on every row.
    public func callerKey(_ context: QueryContext) -> [Value] {
        let evaluation = Evaluation(context: context)
        let nobody = Evaluator.Row(new: [], old: nil)
        return callerParts.map { (try? Evaluator().value($0, nobody, evaluation)) ?? .null }
    }

    private enum Dependence { case nothing, caller, more }

    /// Visits a node and answers what it depends on. Parts that depend on the caller alone are
    /// noted where they meet something else.
    private mutating func visit(_ node: Expression) -> Dependence {
        switch node {
        case .constant: return .nothing
        case .argument, .related: return .more
        case .context(let slot):
            claims.insert(slot)
            if slot != .now { return .caller }
            readsTime = true
            return .more
        case .column(let place):
            if place.row == 0 {
                if place.image == .new {
                    columns.insert(place.index)
                } else {
                    oldColumns.insert(place.index)
                }
            }
            return .more
        case .exists(let subquery), .scalar(let subquery, _):
            models.formUnion(subquery.model.modelsRead)
            if visit(subquery.condition) == .caller { note(subquery.condition) }
            return .more
        case .comparison, .distinct, .all, .any, .not, .isNull, .membership, .like, .call:
            let operands = node.operands
            let parts = operands.map { visit($0) }
            if parts.contains(.more) {
                for (operand, part) in zip(operands, parts) where part == .caller { note(operand) }
                return .more
            }
            return parts.contains(.caller) ? .caller : .nothing
        }
    }

    private mutating func note(_ part: Expression) {
        if !callerParts.contains(part) { callerParts.append(part) }
    }
}
