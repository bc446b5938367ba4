public import Diagnostics
import Query
public import Schema
public import Store
import Synchronization
public import Values

/// A condition on a row of one model, typed and ready to run: in SQL, in memory, or both.
public struct Predicate: Hashable, Sendable {
    /// The model whose rows are judged.
    public var model: Model { body.model }
    /// The condition.
    public var root: Expression { body.root }
    /// The values of the condition's arguments, which only filters have.
    public let arguments: [Value]
    let body: PredicateBody

    init(model: Model, root: Expression, arguments: [Value] = []) {
        self.body = PredicateBody(model: model, root: root)
        self.arguments = arguments
    }

    /// What the condition always is, whatever the row; nil when it depends.
    public var constant: Bool? {
        guard case .constant(let value) = root else { return nil }
        if case .integer(let truth) = value { return truth != 0 }
        return false
    }

    /// The condition in a statement.
    ///
    /// - Parameters:
    ///   - alias: the name by which the statement knows the row.
    ///   - old: the name of its old image; update checks need one.
    public func condition(on alias: String, old: String? = nil) -> ValueExpression {
        var lowering = Lowering(
            model: model, naming: .aliases(new: alias, old: old), arguments: arguments)
        return lowering.lower(root, as: .boolean)
    }

    /// The condition over bare column names, as a table's definition has it.
    public var definition: ValueExpression {
        var lowering = Lowering(model: model, naming: .bare)
        return lowering.lower(root, as: .boolean)
    }

    /// Whether the row meets the condition: true, false, or nil for unknown. Only true passes.
    ///
    /// A simple test costs tens of nanoseconds; `exists`, paths and `can` cost one query each.
    ///
    /// - Throws: what the lookup throws, and 22003 for `abs` of the smallest integer.
    public func evaluate(
        _ row: RowInput, in evaluation: Evaluation
    ) throws(Problem) -> Bool? {
        try evaluator(knowing: body.patterns)
            .truth(body.root, Evaluator.Row(new: row.new, old: row.old), evaluation)
    }

    /// What evaluates the condition.
    func evaluator(knowing patterns: KnownPatterns) -> Evaluator {
        Evaluator(arguments: arguments, lookups: body.lookups, patterns: patterns)
    }

    /// What the condition reads. O(n) in its size: ask once.
    public var inputs: RuleInputs { RuleInputs(root) }

    /// The conditions that must all hold: itself, unless it is an `and`.
    public var conjuncts: [Predicate] {
        guard case .all(let operands) = root else { return [self] }
        return operands.map { Predicate(model: model, root: $0, arguments: arguments) }
    }

    /// What a column is compared with in a condition that an index can look up.
    public enum Side: Hashable, Sendable {
        /// Something about the caller.
        case claim(ContextSlot)
        /// A value known beforehand.
        case constant(Value)
    }

    /// The column and its value, if the condition is `column = claim` or `column = constant` on the
    /// new image of the row.
    public var equality: (column: Int, side: Side)? {
        guard case .comparison(.equal, let left, let right) = root else { return nil }
        if let column = left.judgedColumn, let side = side(right) { return (column, side) }
        if let column = right.judgedColumn, let side = side(left) { return (column, side) }
        return nil
    }

    /// The column and the values it may have, if the condition is `column in (constants)`.
    public var membership: (column: Int, values: [Value])? {
        guard case .membership(let operand, let list) = root, let column = operand.judgedColumn
        else {
            return nil
        }
        var values: [Value] = []
        for item in list {
            guard case .constant(let value)? = side(item) else { return nil }
            values.append(value)
        }
        return (column, values)
    }

    private func side(_ expression: Expression) -> Side? {
        switch expression {
        case .context(let slot): slot == .now ? nil : .claim(slot)
        case .constant(let value): .constant(value)
        case .argument(let index): index < arguments.count ? .constant(arguments[index]) : nil
        case .column, .comparison, .distinct, .all, .any, .not, .isNull, .membership, .like, .call,
            .exists, .scalar, .related:
            nil
        }
    }
}

extension Expression {
    /// The search for rows that this is, if it is one.
    fileprivate var subquery: Subquery? {
        switch self {
        case .exists(let subquery), .scalar(let subquery, _): subquery
        case .constant, .argument, .context, .column, .comparison, .distinct, .all, .any, .not,
            .isNull, .membership, .like, .call, .related:
            nil
        }
    }

    /// The column, if this is one of the new image of the row judged.
    fileprivate var judgedColumn: Int? {
        if case .column(let place) = self, place.row == 0, place.image == .new {
            place.index
        } else {
            nil
        }
    }
}

/// A condition with the queries and patterns that its evaluation in memory needs, compiled once.
final class PredicateBody: Hashable, Sendable {
    let model: Model
    let root: Expression
    /// By number of the subquery's row; nil for subqueries inside others.
    let lookups: [LookupQuery?]
    /// Those of its patterns that are constants.
    let patterns: KnownPatterns

    init(model: Model, root: Expression) {
        self.model = model
        self.root = root
        var lookups: [LookupQuery?] = []
        var patterns = KnownPatterns()
        root.walk { node in
            patterns.insert(node)
            guard let subquery = node.subquery else { return true }
            while lookups.count <= subquery.row { lookups.append(nil) }
            lookups[subquery.row] = LookupQuery(node, model: model)
            return false
        }
        self.lookups = lookups
        self.patterns = patterns
    }

    static func == (a: PredicateBody, b: PredicateBody) -> Bool {
        a === b || (a.model.name == b.model.name && a.root == b.root)
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(model.name)
        hasher.combine(root)
    }
}

/// A subquery as a query of its own: the columns of the row judged are its arguments.
final class LookupQuery: Sendable {
    private let statement: SelectStatement
    private let text = Mutex<(dialect: String, sql: BoundSQL)?>(nil)

    init(_ subquery: Expression, model: Model) {
        var lowering = Lowering(model: model, naming: .slots)
        statement = SelectStatement([.init(lowering.lower(subquery))], from: [])
    }

    /// The query as the engine in use runs it, written once.
    func text(in dialect: any Dialect) -> BoundSQL {
        text.withLock { text in
            if let text, text.dialect == dialect.name { return text.sql }
            let sql = dialect.text(of: statement)
            text = (dialect.name, sql)
            return sql
        }
    }
}
