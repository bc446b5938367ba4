public import Values

/// A filter as written: nothing is known about columns yet.
public indirect enum Filter: Hashable, Sendable {
    case test(FilterTest)
    case all([Filter])
    case any([Filter])
    case not(Filter)
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
}
