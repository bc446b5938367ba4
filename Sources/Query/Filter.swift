public import Values

/// A filter as written: nothing is known about columns yet.
public indirect enum Filter: Hashable, Sendable {
    case test(FilterTest)
    case all([Filter])
    case any([Filter])
    case not(Filter)

    /// What making a plan of it takes, where a test of a column by a value takes 10.
    public var planningCost: Int {
        switch self {
        case .test(let test): test.planningCost
        case .all(let filters), .any(let filters): filters.reduce(0) { $0 + $1.planningCost }
        case .not(let filter): filter.planningCost
        }
    }
}

/// One test of a filter: `field.not.op.operand`.
public struct FilterTest: Hashable, Sendable {
    /// Whether one or each of several values must do.
    public enum Quantifier: Hashable, Sendable { case any, all }

    /// What `is` tests.
    public enum State: String, Hashable, Sendable, CaseIterable {
        case null
        case notNull = "not_null"
        case isTrue = "true"
        case isFalse = "false"
        case unknown
    }

    /// What a comparison compares with.
    public enum Operand: Hashable, Sendable {
        case value(String)
        /// The elements of an array literal; nil is its NULL.
        case array([String?], Quantifier)
    }

    /// The operator and what it is given.
    public enum Operation: Hashable, Sendable {
        case comparison(Comparison, Operand)
        case like(ignoresCase: Bool, Operand)
        case distinct(String)
        case membership([String])
        case state(State)
    }

    /// What is tested.
    public var field: Field
    /// Whether `not.` stands before the operator.
    public var isNegated: Bool
    /// How it is tested.
    public var operation: Operation
    /// The operator's row of the table.
    public var `operator`: Operator
    /// The parameter's place in the query string, when a plan is to serve requests that differ in
    /// the operand.
    public var parameter: Int?

    /// Measured: a step of a path after the first takes what a test takes, as a pattern does, and a
    /// value of a list a tenth.
    fileprivate var planningCost: Int {
        let more =
            switch operation {
            case .like(_, .array(let patterns, _)): 10 * patterns.count
            case .comparison(_, .array(let values, _)): values.count
            case .membership(let values): values.count
            case .comparison(_, .value), .like(_, .value), .distinct, .state: 0
            }
        return 10 * max(1, field.path.count) + more
    }
}
