public import Database
public import Diagnostics
public import Schema

/// A filter's shape compiled for a model: everything but the values.
public struct FilterPlan: Sendable {
    /// How an argument is made.
    struct Slot: Hashable, Sendable {
        /// Which of the node's values it is.
        let value: Int
        let type: ColumnType
        /// Whether it is a pattern of `like`, which can be malformed.
        let isPattern: Bool
    }

    /// The condition, whose arguments are null until `bound(to:)` gives it some. Its SQL numbers
    /// them in the order of `arguments(_:)`, each once.
    public let predicate: Predicate
    private let slots: [Slot]

    /// Compiles `shape` for `model`.
    ///
    /// - Parameter table: how problems call the table, if not by the model's name.
    /// - Throws: 42703 unknown column with the nearest name as hint, 42883 no such operator for the
    ///   type (404), 42804 `is true` of something not boolean, 0A000 json values to be ordered,
    ///   PGRST127 not built, PGRST100 too deep.
    public init(_ shape: FilterShape, _ model: Model, table: String? = nil) throws(Problem) {
        var compiler = FilterCompiler(model: model, table: table ?? model.name)
        let root = try compiler.compile(shape).inFilterOrder
        guard SQLShape(root).fault == nil else {
            throw Problem(
                code: "PGRST100", status: 400, message: "The filter is nested too deeply.",
                details: "The database reads at most \(Limits.parserStackMax) levels.")
        }
        var order: [Int] = []
        let renumbered = root.renumbered(&order)
        slots = order.map { compiler.slots[$0] }
        predicate = Predicate(
            model: model, root: renumbered, arguments: slots.map { _ in Value.null })
    }

    /// The arguments for a node's values, in the order in which the SQL numbers them.
    ///
    /// - Throws: 22P02, 22003, 22007, 22008 for values that are not of their column's type, 22025
    ///   for a pattern that ends in a lone backslash.
    public func arguments(_ values: [String?]) throws(Problem) -> [Value] {
        var arguments: [Value] = []
        arguments.reserveCapacity(slots.count)
        for slot in slots {
            guard let text = values[slot.value] else {
                arguments.append(.null)
                continue
            }
            if slot.isPattern { _ = try LikePattern(text, ignoresCase: false) }
            let value = try slot.type.parse(comparand: text)
            arguments.append(slot.type == .json ? value.jsonKey : value)
        }
        return arguments
    }
}

extension FilterNode {
    /// The predicate of this node for `model`, with its values.
    ///
    /// - Throws: what `FilterPlan.init` and `FilterPlan.arguments` throw.
    public func resolve(_ model: Model, table: String? = nil) throws(Problem) -> Predicate {
        let plan = try FilterPlan(shape, model, table: table)
        return plan.predicate.bound(to: try plan.arguments(values))
    }
}

extension Expression {
    /// The tree with the operands of every chain in the order in which SQL will have them, so that
    /// arguments can be numbered in the order of the text.
    fileprivate var inFilterOrder: Expression {
        switch self {
        case .all(let operands): .all(operands.map(\.inFilterOrder).inSQLOrder)
        case .any(let operands): .any(operands.map(\.inFilterOrder).inSQLOrder)
        default: self
        }
    }

    /// The tree with its arguments numbered left to right; `order` gets their former numbers.
    fileprivate func renumbered(_ order: inout [Int]) -> Expression {
        switch self {
        case .argument(let index):
            order.append(index)
            return .argument(order.count - 1)
        case .all(let operands): return .all(operands.map { $0.renumbered(&order) })
        case .any(let operands): return .any(operands.map { $0.renumbered(&order) })
        case .not(let operand): return .not(operand.renumbered(&order))
        case .isNull(let operand): return .isNull(operand.renumbered(&order))
        case .comparison(let comparison, let left, let right):
            let left = left.renumbered(&order)
            return .comparison(comparison, left, right.renumbered(&order))
        case .distinct(let left, let right):
            let left = left.renumbered(&order)
            return .distinct(left, right.renumbered(&order))
        case .membership(let operand, let list):
            let operand = operand.renumbered(&order)
            return .membership(operand, list.map { $0.renumbered(&order) })
        case .like(let operand, let pattern, let ignoresCase):
            let operand = operand.renumbered(&order)
            return .like(operand, pattern: pattern.renumbered(&order), ignoresCase: ignoresCase)
        case .constant, .context, .column, .call, .exists, .scalar: return self
        }
    }
}
