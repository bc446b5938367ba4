import Diagnostics
import Query
import Store
import Values

/// Evaluation in memory: the same results as the SQL of `Lowering`, node for node. Columns are
/// array indexes; nothing is looked up by name.
struct Evaluator {
    /// The two images of the row judged.
    struct Row {
        let new: [Value]
        let old: [Value]?
    }

    /// The values of `.argument` nodes.
    var arguments: [Value] = []
    /// The queries of the outermost subqueries, by number of their row.
    var lookups: [LookupQuery?] = []
    /// The patterns of `.like` nodes that are read already.
    var patterns = KnownPatterns()

    /// Three-valued truth of a boolean node.
    func truth(
        _ expression: Expression, _ row: Row, _ evaluation: Evaluation
    ) throws(Problem) -> Bool? {
        switch expression {
        case .comparison(let comparison, let left, let right):
            let left = try value(left, row, evaluation)
            let right = try value(right, row, evaluation)
            if comparison == .equal { return left.equals(right) }
            return left.order(right).map(comparison.holds)
        case .all(let operands):
            return try chain(operands, decidedBy: false, row, evaluation)
        case .any(let operands):
            return try chain(operands, decidedBy: true, row, evaluation)
        case .not(let operand): return try truth(operand, row, evaluation).map { !$0 }
        case .isNull(let operand): return try value(operand, row, evaluation).isNull
        case .distinct(let left, let right):
            let left = try value(left, row, evaluation)
            let right = try value(right, row, evaluation)
            return left.isNull || right.isNull
                ? left.isNull != right.isNull : left.equals(right) == false
        case .membership(let operand, let list):
            return try isMember(value(operand, row, evaluation), list, row, evaluation)
        case .like(let operand, let pattern, let ignoresCase):
            guard case .text(let text) = try value(operand, row, evaluation),
                case .text(let pattern) = try value(pattern, row, evaluation)
            else { return nil }
            try evaluation.steps?.charge(for: .text(pattern))
            return try fits(
                text, patterns.pattern(pattern, ignoresCase: ignoresCase), evaluation.steps)
        case .constant, .argument, .context, .column, .call, .exists, .scalar, .related:
            if case .integer(let truth) = try value(expression, row, evaluation) {
                return truth != 0
            }
            return nil
        }
    }

    private func fits(
        _ text: String, _ pattern: LikePattern, _ steps: StepCounter?
    ) throws(Problem) -> Bool {
        guard let steps else { return try pattern.matches(text) }
        let fits = pattern.matches(utf8: text.utf8Span.span) { steps.charge($0) }
        guard let fits else { throw .stepsSpent }
        return fits
    }

    /// `and`, which one false operand decides, or `or`, which one true operand does. Undecided it
    /// is unknown if any operand is.
    private func chain(
        _ operands: [Expression], decidedBy decisive: Bool, _ row: Row, _ evaluation: Evaluation
    ) throws(Problem) -> Bool? {
        var result: Bool? = !decisive
        for operand in operands {
            let truth = try truth(operand, row, evaluation)
            if truth == decisive { return decisive }
            if truth == nil { result = nil }
        }
        return result
    }

    /// The value of a node.
    func value(
        _ expression: Expression, _ row: Row, _ evaluation: Evaluation
    ) throws(Problem) -> Value {
        switch expression {
        case .column(let place):
            if place.image == .new { return row.new[place.index] }
            return row.old.map { $0[place.index] } ?? .null
        case .context(let slot): return evaluation.context[slot]
        case .constant(let value): return value
        case .argument(let index): return arguments[index]
        case .call(let function, let operands):
            return try call(function, operands, row, evaluation)
        case .related:
            throw .notEvaluated(because: "a related table was asked for rows in memory")
        case .exists(let subquery): return try find(subquery, row, evaluation)
        case .scalar(let subquery, _): return try find(subquery, row, evaluation)
        case .comparison, .distinct, .all, .any, .not, .isNull, .membership, .like:
            return try truth(expression, row, evaluation).map { Value($0) } ?? .null
        }
    }

    private func call(
        _ function: Function, _ operands: [Expression], _ row: Row, _ evaluation: Evaluation
    ) throws(Problem) -> Value {
        switch function.memory {
        case .none(let make): return make()
        case .one(let apply):
            let operand = try charged(operands[0], row, evaluation)
            return operand.isNull ? .null : try apply(operand)
        case .two(let apply):
            let first = try charged(operands[0], row, evaluation)
            let second = try charged(operands[1], row, evaluation)
            return first.isNull || second.isNull ? .null : try apply(first, second)
        case .any(let apply):
            return try apply(operands.count) { (index) throws(Problem) in
                try charged(operands[index], row, evaluation)
            }
        }
    }

    /// The value of a function's operand, which the function may read through.
    private func charged(
        _ operand: Expression, _ row: Row, _ evaluation: Evaluation
    ) throws(Problem) -> Value {
        let value = try value(operand, row, evaluation)
        try evaluation.steps?.charge(for: value)
        return value
    }

    private func find(
        _ subquery: Subquery, _ row: Row, _ evaluation: Evaluation
    ) throws(Problem) -> Value {
        guard subquery.row < lookups.count, let query = lookups[subquery.row] else { return .null }
        return try evaluation.find(query, row)
    }

    /// `in`: unknown only if nothing matches and something is null.
    private func isMember(
        _ operand: Value, _ list: [Expression], _ row: Row, _ evaluation: Evaluation
    ) throws(Problem) -> Bool? {
        if list.isEmpty { return false }
        var result: Bool? = false
        for item in list {
            switch operand.equals(try value(item, row, evaluation)) {
            case .some(true): return true
            case .none: result = nil
            case .some(false): break
            }
        }
        return result
    }
}
