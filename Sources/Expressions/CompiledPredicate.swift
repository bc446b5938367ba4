public import Diagnostics
import Values

/// A predicate made ready for many rows: the patterns among its arguments are read once, and it is
/// known what it costs.
public struct CompiledPredicate {
    /// The condition.
    public let predicate: Predicate
    private let evaluator: Evaluator
    /// Parts of the condition; each is looked at once for a row at most.
    private let nodeCount: Int
    /// Whether its cost is that of its parts: nothing in it reads through a text or asks the store.
    private let isOfParts: Bool

    /// Steps that a part takes; more is charged by what reads through texts.
    private static let stepsPerNode = 8
    /// Parts of a condition that costs about what finding it does.
    private static let simpleNodesMax = 32

    /// Makes a predicate ready. O(n) in its size.
    public init(_ predicate: Predicate) {
        self.predicate = predicate
        evaluator = predicate.evaluator(
            knowing: predicate.arguments.isEmpty
                ? predicate.body.patterns
                : KnownPatterns(of: predicate.root, arguments: predicate.arguments))
        var nodeCount = 0
        var isOfParts = true
        predicate.root.walk { node in
            nodeCount += 1
            if !node.isOfParts { isOfParts = false }
            return true
        }
        self.nodeCount = nodeCount
        self.isOfParts = isOfParts
    }

    /// Whether asking it costs about as much as finding out that it must be asked.
    public var isSimple: Bool { isOfParts && nodeCount <= Self.simpleNodesMax }

    /// Whether the row meets the condition: true, false, or nil for unknown.
    ///
    /// - Parameter steps: counts what it takes, and may end it.
    /// - Throws: as ``Predicate/evaluate(_:in:)``; ``Problem/stepsSpent``.
    public func evaluate(
        _ row: RowInput, in evaluation: Evaluation, counting steps: StepCounter? = nil
    ) throws(Problem) -> Bool? {
        var evaluation = evaluation
        evaluation.steps = steps
        if let steps, !steps.charge(nodeCount * Self.stepsPerNode) { throw .stepsSpent }
        return try evaluator.truth(
            predicate.root, Evaluator.Row(new: row.new, old: row.old), evaluation)
    }
}

extension Expression {
    /// Whether the node itself takes the same time for every row.
    fileprivate var isOfParts: Bool {
        switch self {
        case .constant, .argument, .context, .column, .comparison, .distinct, .all, .any, .not,
            .isNull, .membership:
            true
        case .like, .call, .exists, .scalar, .related: false
        }
    }
}
