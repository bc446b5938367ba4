import Database
import Diagnostics
import Query

/// Evaluation in memory: the same results as the SQL of `SQLRenderer`, node for node. Columns are
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
            var result: Bool? = true
            for operand in operands {
                switch try truth(operand, row, evaluation) {
                case .some(false): return false
                case .none: result = nil
                case .some(true): break
                }
            }
            return result
        case .any(let operands):
            var result: Bool? = false
            for operand in operands {
                switch try truth(operand, row, evaluation) {
                case .some(true): return true
                case .none: result = nil
                case .some(false): break
                }
            }
            return result
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
            return try StoreFunction.isLike(text, pattern, ignoresCase: ignoresCase)
        default:
            if case .integer(let truth) = try value(expression, row, evaluation) {
                return truth != 0
            }
            return nil
        }
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
            throw Problem(
                code: "XX000", status: 500, message: "The filter could not be evaluated.",
                cause: "a related table was asked for rows in memory")
        case .exists(let subquery): return try find(subquery, row, evaluation)
        case .scalar(let subquery, _): return try find(subquery, row, evaluation)
        default: return try truth(expression, row, evaluation).map { Value($0) } ?? .null
        }
    }

    private func find(
        _ subquery: Subquery, _ row: Row, _ evaluation: Evaluation
    ) throws(Problem) -> Value {
        guard subquery.row < lookups.count, let query = lookups[subquery.row] else { return .null }
        let arguments = query.slots.map { place -> Value in
            if place.image == .new { return row.new[place.index] }
            return row.old.map { $0[place.index] } ?? .null
        }
        return try evaluation.find(BoundSQL(text: query.text, arguments: arguments))
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

extension Value {
    /// SQL's `=` between values of agreed types; nil when either is null.
    @inline(always) func equals(_ other: Value) -> Bool? {
        switch (self, other) {
        case (.text(let a), .text(let b)): return a.hasEqualBytes(b)
        case (.integer(let a), .integer(let b)): return a == b
        case (.null, _), (_, .null): return nil
        default: return order(other) == 0
        }
    }

    /// Negative, zero or positive as this value sorts before, with or after `other`; nil when
    /// either is null. Text and bytes compare byte by byte, an integer and a real exactly.
    func order(_ other: Value) -> Int? {
        switch (self, other) {
        case (.null, _), (_, .null): nil
        case (.integer(let a), .integer(let b)): a < b ? -1 : a > b ? 1 : 0
        case (.real(let a), .real(let b)): a < b ? -1 : a > b ? 1 : 0
        case (.text(let a), .text(let b)): a.byteOrder(b)
        case (.blob(let a), .blob(let b)):
            a.elementsEqual(b) ? 0 : a.lexicographicallyPrecedes(b) ? -1 : 1
        case (.integer(let a), .real(let b)): Self.order(a, b)
        case (.real(let a), .integer(let b)): -Self.order(b, a)
        default: kind - other.kind
        }
    }

    /// SQLite's order of storage classes (datatype3 §4.1); agreed types never get here.
    private var kind: Int {
        switch self {
        case .null: 0
        case .integer, .real: 1
        case .text: 2
        case .blob: 3
        }
    }

    /// An integer against a real without rounding either (as `sqlite3IntFloatCompare`).
    private static func order(_ integer: Int64, _ real: Double) -> Int {
        if real < -9_223_372_036_854_775_808.0 { return 1 }
        if real >= 9_223_372_036_854_775_808.0 { return -1 }
        let whole = Int64(real)
        if integer != whole { return integer < whole ? -1 : 1 }
        let rest = real - Double(whole)
        return rest > 0 ? -1 : rest < 0 ? 1 : 0
    }
}

extension String {
    /// Whether both are the same bytes; Swift's own `==` takes composed and decomposed for equal.
    @inline(always) func hasEqualBytes(_ other: String) -> Bool {
        let left = utf8Span.span
        let right = other.utf8Span.span
        guard left.count == right.count else { return false }
        for index in left.indices where left[index] != right[index] { return false }
        return true
    }

    /// The order of the UTF-8 bytes: SQLite's BINARY, PostgreSQL's "C" collation.
    func byteOrder(_ other: String) -> Int {
        let left = utf8Span.span
        let right = other.utf8Span.span
        for index in 0..<min(left.count, right.count) where left[index] != right[index] {
            return left[index] < right[index] ? -1 : 1
        }
        return left.count - right.count
    }
}
