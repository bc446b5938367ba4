/// What an expression will ask of SQLite, so that an expression SQLite would refuse is refused when
/// it loads. SQLite 3.40 parses with a stack of 100 entries and refuses trees deeper than 1000.
struct SQLShape {
    /// Entries of the parser's stack while the expression's deepest part is read.
    private(set) var stack: Int
    /// Levels of SQLite's expression tree.
    private(set) var depth: Int

    /// How the text of a node holds those of its operands.
    enum Nesting: Sendable {
        /// Between the parentheses of a call.
        case call
        /// Two of them, joined by an operator.
        case operation
    }

    init(_ expression: Expression) {
        switch expression {
        case .constant, .argument, .context: (stack, depth) = (1, 1)
        // What a related table adds is known to the statement alone, which SQLite may refuse.
        case .related: (stack, depth) = (8, 2)
        case .column: (stack, depth) = (3, 2)
        case .all(let operands), .any(let operands): self = Self.chain(operands.map(SQLShape.init))
        case .not(let operand), .isNull(let operand):
            let shape = SQLShape(operand)
            (stack, depth) = (shape.stack + 2, shape.depth + 1)
        case .comparison(_, let left, let right), .distinct(let left, let right):
            self = Self.operation(SQLShape(left), SQLShape(right), before: 2)
        case .exists(let subquery):
            let shape = SQLShape(subquery.condition)
            (stack, depth) = (shape.stack + 8, shape.depth + 2)
        case .scalar(let subquery, _):
            let shape = SQLShape(subquery.condition)
            (stack, depth) = (shape.stack + 8, shape.depth + 2)
        case .membership, .like: self = Self.call(expression.operands)
        case .call(let function, let operands):
            switch function.sql.nesting {
            case .call: self = Self.call(operands)
            case .operation:
                self = Self.operation(SQLShape(operands[0]), SQLShape(operands[1]), before: 3)
            }
        }
    }

    private static func call(_ operands: [Expression]) -> SQLShape {
        let shapes = operands.map(SQLShape.init)
        return SQLShape(
            stack: (shapes.map(\.stack).max() ?? 1) + 6,
            depth: (shapes.map(\.depth).max() ?? 1) + 3)
    }

    /// - Parameter before: The entries that stand before those of the right operand: the left one,
    ///   the operator, and a parenthesis where there is one.
    private static func operation(
        _ left: SQLShape, _ right: SQLShape, before: Int
    ) -> SQLShape {
        SQLShape(
            stack: max(left.stack, right.stack + before) + 1,
            depth: max(left.depth, right.depth) + 1)
    }

    private init(stack: Int, depth: Int) {
        self.stack = stack
        self.depth = depth
    }

    /// The deepest operand is written first, where it costs only its parenthesis.
    private static func chain(_ operands: [SQLShape]) -> SQLShape {
        let stacks = operands.map(\.stack).sorted(by: >)
        let first = (stacks.first ?? 1) + 1
        let others = (stacks.dropFirst().first ?? 1) + 3
        var levels = 1
        var count = operands.count
        while count > ExpressionLimits.chainMax {
            count /= ExpressionLimits.chainMax
            levels += 1
        }
        let width = min(operands.count, ExpressionLimits.chainMax) * levels
        return SQLShape(
            stack: max(first, others) + (levels - 1) * 3,
            depth: (operands.map(\.depth).max() ?? 1) + width)
    }

    /// Why SQLite would refuse the expression; nil when it takes it.
    var fault: String? {
        stack > ExpressionLimits.parserStackMax || depth > ExpressionLimits.sqlDepthMax
            ? "nested too deeply for the database" : nil
    }
}
