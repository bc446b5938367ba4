/// A filter without its values: what it tests, and how many values each test takes. Equal shapes
/// make equal SQL, so a plan is cached by shape (`FilterPlan`).
public indirect enum FilterShape: Hashable, Sendable {
    case test(FilterTest)
    case all([FilterShape])
    case any([FilterShape])
    case not(FilterShape)

    /// Every test, left to right.
    public var tests: [FilterTest] {
        switch self {
        case .test(let test): [test]
        case .all(let parts), .any(let parts): parts.flatMap(\.tests)
        case .not(let part): part.tests
        }
    }
}

/// One test of a filter: `field.not.op.value` without the value.
public struct FilterTest: Hashable, Sendable {
    /// What is tested.
    public var field: FilterField
    /// Whether `not.` stands before the operator.
    public var isNegated: Bool
    /// How it is tested.
    public var operation: FilterOperation
    /// How many of the node's values belong to the test.
    public var valueCount: Int
}

/// A column, or a value inside a json column.
public struct FilterField: Hashable, Sendable {
    /// A step into a json value.
    public struct Step: Hashable, Sendable {
        /// A member's name or an element's number.
        public enum Key: Hashable, Sendable {
            case name(String)
            case index(Int64)
        }
        /// What the step goes to.
        public var key: Key
        /// Whether the step is `->>`.
        public var isText: Bool
    }

    /// The column's name.
    public var name: String
    /// The steps of `->` and `->>`.
    public var steps: [Step] = []
}

extension FilterField: CustomStringConvertible {
    /// The field as a client writes it, without quotes: `data->a->>0`.
    public var description: String {
        steps.reduce(name) { text, step in
            let key =
                switch step.key {
                case .name(let name): name
                case .index(let index): String(index)
                }
            return text + (step.isText ? "->>" : "->") + key
        }
    }
}

/// The operators that are built (rest.md §5.2).
public enum FilterOperation: Hashable, Sendable {
    /// With `any` or `all`, the values are those of an array literal.
    public enum Quantifier: Hashable, Sendable { case any, all }
    /// What `is` tests.
    public enum State: Hashable, Sendable { case null, notNull, isTrue, isFalse, unknown }

    case comparison(Comparison, Quantifier?)
    case like(ignoresCase: Bool, Quantifier?)
    case membership
    case state(State)
    case isDistinct
}

/// A parsed filter of a URL or of a feed: syntax only, nothing is known about columns yet.
///
/// To cache plans: look a `FilterPlan` up by `shape` (and model), else make it with
/// `FilterPlan(shape, model)`; its predicate's SQL text is the same for every node of that shape,
/// and `plan.arguments(values)` gives the arguments in the order in which `appendSQL` numbers them.
/// Without a cache, `resolve` does both.
public struct FilterNode: Hashable, Sendable {
    /// The embedded resources it is addressed to, outermost first; empty for the table itself.
    public var path: [String]
    /// What it tests.
    public var shape: FilterShape
    /// The values of its tests, left to right. Nil is the NULL of an array literal.
    public var values: [String?]

    /// Several nodes that must all hold, addressed to the first one's path.
    public init(all nodes: [FilterNode]) {
        path = nodes.first?.path ?? []
        shape = nodes.count == 1 ? nodes[0].shape : .all(nodes.map(\.shape))
        values = nodes.flatMap(\.values)
    }

    init(path: [String] = [], shape: FilterShape, values: [String?]) {
        self.path = path
        self.shape = shape
        self.values = values
    }
}
