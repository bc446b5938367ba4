/// What an expression will ask of an engine, so that one that some engine would refuse is refused
/// when it loads, whatever engine is in use. The bounds are those of the engine with the smallest:
/// a parser's stack of 100 entries and trees of 1,000 levels.
public struct ExpressionDepth {
    /// Entries of the parser's stack while the expression's deepest part is read.
    public private(set) var stack: Int
    /// Levels of the engine's expression tree.
    public private(set) var depth: Int

    /// How the text of a node holds those of its operands.
    enum Nesting {
        /// Between the parentheses of a call.
        case call
        /// Two of them, joined by an operator.
        case operation
    }

    /// Whether some engine would refuse it.
    public var isTooDeep: Bool {
        stack > StatementLimits.parserStackMax || depth > StatementLimits.depthMax
    }

    /// The depths of an expression and of what it chains, negates or joins by `and` and `or`, found
    /// out in one pass: whoever writes a chain asks for those of its operands, and of theirs.
    struct Tree {
        let depth: ExpressionDepth
        /// Those of the operands of a chain or a negation; none for all else.
        let operands: [Tree]

        init(_ expression: ValueExpression) {
            switch expression {
            case .all(let operands), .any(let operands):
                self.operands = operands.map(Tree.init)
                depth = ExpressionDepth.chain(self.operands.map(\.depth))
            case .not(let operand):
                operands = [Tree(operand)]
                depth = operands[0].depth.negated
            case .constant, .argument, .context, .column, .comparison, .distinct, .isNull,
                .membership, .like, .call, .exists, .scalar, .masked, .rowCount, .object, .array:
                operands = []
                depth = ExpressionDepth(expression)
            }
        }
    }

    /// The depth of `expression`.
    public init(_ expression: ValueExpression) {
        switch expression {
        case .constant, .argument, .context, .rowCount: (stack, depth) = (1, 1)
        case .column: (stack, depth) = (3, 2)
        case .all(let operands), .any(let operands):
            self = Self.chain(operands.map(ExpressionDepth.init))
        case .not(let operand), .isNull(let operand): self = ExpressionDepth(operand).negated
        case .comparison(_, let left, let right), .distinct(let left, let right):
            self = Self.operation(ExpressionDepth(left), ExpressionDepth(right), before: 2)
        case .exists(let select), .scalar(let select):
            let inner = Self.chain(select.conditions.map(ExpressionDepth.init))
            (stack, depth) = (inner.stack + 8, inner.depth + 2)
        // What a related table adds is known to the statement alone, which the engine may refuse.
        case .object, .array: (stack, depth) = (8, 2)
        case .membership, .like, .masked: self = Self.call(expression.operands)
        case .call(let function, let operands):
            switch function.nesting {
            case .call: self = Self.call(operands)
            case .operation:
                self = Self.operation(
                    ExpressionDepth(operands[0]), ExpressionDepth(operands[1]), before: 3)
            }
        }
    }

    private var negated: ExpressionDepth { ExpressionDepth(stack: stack + 2, depth: depth + 1) }

    private static func call(_ operands: [ValueExpression]) -> ExpressionDepth {
        let depths = operands.map(ExpressionDepth.init)
        return ExpressionDepth(
            stack: (depths.map(\.stack).max() ?? 1) + 6,
            depth: (depths.map(\.depth).max() ?? 1) + 3)
    }

    /// - Parameter before: The entries that stand before those of the right operand: the left one,
    ///   the operator, and a parenthesis where there is one.
    private static func operation(
        _ left: ExpressionDepth, _ right: ExpressionDepth, before: Int
    ) -> ExpressionDepth {
        ExpressionDepth(
            stack: max(left.stack, right.stack + before) + 1,
            depth: max(left.depth, right.depth) + 1)
    }

    private init(stack: Int, depth: Int) {
        self.stack = stack
        self.depth = depth
    }

    /// The deepest operand is written first, where it costs only its parenthesis.
    private static func chain(_ operands: [ExpressionDepth]) -> ExpressionDepth {
        if operands.count == 1 { return operands[0] }
        let stacks = operands.map(\.stack).sorted(by: >)
        let first = (stacks.first ?? 1) + 1
        let others = (stacks.dropFirst().first ?? 1) + 3
        var levels = 1
        var count = operands.count
        while count > StatementLimits.chainMax {
            count /= StatementLimits.chainMax
            levels += 1
        }
        let width = min(operands.count, StatementLimits.chainMax) * levels
        return ExpressionDepth(
            stack: max(first, others) + (levels - 1) * 3,
            depth: (operands.map(\.depth).max() ?? 1) + width)
    }
}
