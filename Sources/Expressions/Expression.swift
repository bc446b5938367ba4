import Query
public import Schema
public import Store
public import Values

/// The typed tree: an expression resolved against the catalogue, with all types agreed. One tree
/// serves access rules, checks, defaults, index predicates, URL filters and feed filters; it
/// becomes a value of statements (`Lowering`) and is evaluated in memory (`Evaluator`), with equal
/// results.
///
/// Booleans are the integers 0 and 1, decimals are scaled integers, as in the tables.
public indirect enum Expression: Hashable, Sendable {
    case constant(Value)
    /// A value that a filter's caller supplies, by position.
    case argument(Int)
    /// Something about the caller, or the time.
    case context(ContextSlot)
    case column(ColumnPlace)
    case comparison(Comparison, Expression, Expression)
    /// `is distinct from`.
    case distinct(Expression, Expression)
    /// `and` over any number of operands; none is true.
    case all([Expression])
    /// `or` over any number of operands; none is false.
    case any([Expression])
    case not(Expression)
    case isNull(Expression)
    /// `in`.
    case membership(Expression, [Expression])
    case like(Expression, pattern: Expression, ignoresCase: Bool)
    /// A function with operands that it takes.
    case call(Function, [Expression])
    case exists(Subquery)
    /// A column of the one row, if any, that a subquery finds.
    case scalar(Subquery, ColumnPlace)
    /// Whether the related table with this number has rows: only in the filters of a statement that
    /// joins related tables, which supplies the SQL.
    case related(Int)
}

/// Where a column's value comes from.
public struct ColumnPlace: Hashable, Sendable {
    /// Which image of a row: as it is or will be, or as it was before an update.
    public enum Image: Hashable, Sendable { case new, old }

    /// The row: 0 is the row judged, others belong to subqueries.
    public let row: Int
    /// The column, as an index into the columns of the row's model.
    public let index: Int
    /// The row's image; only the row judged has an old one.
    public let image: Image

    /// The column at `index` of the row numbered `row`.
    public init(row: Int = 0, index: Int, image: Image = .new) {
        self.row = row
        self.index = index
        self.image = image
    }
}

/// A search for rows of one model.
public struct Subquery: Hashable, Sendable {
    /// The model searched.
    public let model: Model
    /// The number by which `condition` refers to the model's row; unique in its predicate.
    public let row: Int
    /// What the row must satisfy.
    public let condition: Expression

    public static func == (a: Subquery, b: Subquery) -> Bool {
        a.model.name == b.model.name && a.row == b.row && a.condition == b.condition
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(model.name)
        hasher.combine(row)
        hasher.combine(condition)
    }
}

extension Expression {
    static let yes = Expression.constant(.integer(1))
    static let no = Expression.constant(.integer(0))
    static let null = Expression.constant(.null)

    /// `and` without needless nesting.
    static func conjunction(_ operands: [Expression]) -> Expression {
        let flat = operands.flatMap { if case .all(let inner) = $0 { inner } else { [$0] } }
        if flat.contains(no) { return no }
        let needed = flat.filter { $0 != yes }
        return needed.count == 1 ? needed[0] : needed.isEmpty ? yes : .all(needed)
    }

    /// `or` without needless nesting.
    static func disjunction(_ operands: [Expression]) -> Expression {
        let flat = operands.flatMap { if case .any(let inner) = $0 { inner } else { [$0] } }
        if flat.contains(yes) { return yes }
        let needed = flat.filter { $0 != no }
        return needed.count == 1 ? needed[0] : needed.isEmpty ? no : .any(needed)
    }

    /// `not`, carried down to the tests (De Morgan holds in three-valued logic): it keeps the SQL
    /// shallow and lets conjuncts be seen.
    static func negation(_ operand: Expression) -> Expression {
        switch operand {
        case .not(let inner): inner
        case .all(let operands): disjunction(operands.map(negation))
        case .any(let operands): conjunction(operands.map(negation))
        case .constant(let value):
            if case .integer(let truth) = value { truth == 0 ? yes : no } else { null }
        case .argument, .context, .column, .comparison, .distinct, .isNull, .membership, .like,
            .call, .exists, .scalar, .related:
            .not(operand)
        }
    }

    /// What a json value is compared by, since texts tell `1` from `1.0` and `jsonb` does not.
    var jsonKey: Expression {
        if case .constant(let value) = self { return .constant(value.jsonKey) }
        return .call(.jsonKey, [self])
    }

    /// The operands, left to right; subqueries hide theirs.
    var operands: [Expression] {
        switch self {
        case .constant, .argument, .context, .column, .related: []
        case .comparison(_, let left, let right), .distinct(let left, let right): [left, right]
        case .all(let operands), .any(let operands), .call(_, let operands): operands
        case .not(let operand), .isNull(let operand): [operand]
        case .membership(let operand, let list): [operand] + list
        case .like(let operand, let pattern, _): [operand, pattern]
        case .exists(let subquery): [subquery.condition]
        case .scalar(let subquery, let column): [subquery.condition, .column(column)]
        }
    }

    /// Calls `visit` on every node, parents first; a false answer skips the node's operands.
    func walk(_ visit: (Expression) -> Bool) {
        guard visit(self) else { return }
        for operand in operands { operand.walk(visit) }
    }
}
