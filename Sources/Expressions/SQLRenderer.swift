import Bytes
import Database
import Query
import Schema
import Values

/// Writes a typed tree as SQL for SQLite 3.40 with PostgreSQL's meaning.
///
/// Constants are written as literals, so that a rule's text is the same for every caller and can
/// match the condition of a partial index; the caller is `?1` to `?6`; only what a filter's caller
/// supplies becomes an argument.
struct SQLRenderer {
    /// What a name in the tree turns into.
    enum Naming {
        /// Columns of the row judged are qualified with the aliases of its new and old image.
        case aliases(new: String, old: String)
        /// Columns of the row judged become arguments, filled in for each row (`slots`).
        case slots
        /// Bare column names, as in a table's definition.
        case bare
    }

    private(set) var sql = SQL()
    /// The columns that the arguments stand for, where the row judged is given by arguments.
    private(set) var slots: [ColumnPlace] = []
    /// For each argument, how a repeated request makes another one; may be shorter.
    var sources: [ArgumentSlot.Source?] = []
    /// What related tables turn into, by number.
    var related: [Int: SQL] = [:]
    private let naming: Naming
    private let arguments: [Value]
    /// The models of the rows by number.
    private var models: [Int: Model]

    init(model: Model, naming: Naming, arguments: [Value] = []) {
        models = [0: model]
        self.naming = naming
        self.arguments = arguments
    }

    /// How tightly an operator binds, as SQLite's grammar has it.
    enum Binding: Int, Comparable {
        case any, all, not, comparison, operation, primary
        static func < (a: Binding, b: Binding) -> Bool { a.rawValue < b.rawValue }
    }

    private static func binding(of expression: Expression) -> Binding {
        switch expression {
        case .any(let operands): operands.isEmpty ? .primary : .any
        case .all(let operands): operands.isEmpty ? .primary : .all
        case .not(.distinct), .not(.isNull), .not(.membership): .comparison
        case .not: .not
        case .comparison, .distinct, .isNull, .membership: .comparison
        case .call(let function, _): function.sql.binding
        case .constant, .argument, .context, .column, .like, .exists, .scalar, .related: .primary
        }
    }

    mutating func append(_ text: String) { sql.append(text) }

    /// Writes `expression`, in parentheses if it binds less tightly than `needed`.
    mutating func append(_ expression: Expression, _ needed: Binding = .any) {
        let isOpen = Self.binding(of: expression) < needed
        if isOpen { append("(") }
        write(expression)
        if isOpen { append(")") }
    }

    private mutating func write(_ expression: Expression) {
        switch expression {
        case .constant(let value): append(Dialect.sqlite.literal(value))
        case .argument(let index):
            sql.append(
                argument: index < arguments.count ? arguments[index] : .null,
                slot: index < sources.count ? sources[index] : nil)
        case .context(let slot): sql.append(context: slot)
        case .column(let place): write(place)
        case .comparison(let comparison, let left, let right):
            binary(left, " \(comparison.sql) ", right)
        case .distinct(let left, let right): binary(left, " IS NOT ", right)
        case .isNull(let operand):
            append(operand, .operation)
            append(" IS NULL")
        case .membership(let operand, let list): membership(operand, " IN (", list)
        case .not(let operand): negation(of: operand)
        case .all(let operands): chain(operands, " AND ", .not, empty: "1")
        case .any(let operands): chain(operands, " OR ", .all, empty: "0")
        case .like(let operand, let pattern, let ignoresCase):
            list(ignoresCase ? "apus_ilike(" : "apus_like(", [operand, pattern])
        case .call(let function, let operands): function.sql.write(&self, operands)
        case .related(let number): sql.append(related[number] ?? SQL("NULL"))
        case .exists(let subquery):
            append("EXISTS (SELECT 1 ")
            write(subquery)
        case .scalar(let subquery, let column):
            append("(SELECT ")
            models[subquery.row] = subquery.model
            write(column)
            append(" ")
            write(subquery)
        }
    }

    /// Tests of SQL's own negated forms take those.
    private mutating func negation(of operand: Expression) {
        switch operand {
        case .distinct(let left, let right): binary(left, " IS ", right)
        case .isNull(let operand):
            append(operand, .operation)
            append(" IS NOT NULL")
        case .membership(let operand, let list): membership(operand, " NOT IN (", list)
        case .constant, .argument, .context, .column, .comparison, .all, .any, .not, .like, .call,
            .exists, .scalar, .related:
            append("NOT ")
            append(operand, .comparison)
        }
    }

    private mutating func binary(_ left: Expression, _ symbol: String, _ right: Expression) {
        append(left, .operation)
        append(symbol)
        append(right, .operation)
    }

    private mutating func membership(_ operand: Expression, _ symbol: String, _ list: [Expression])
    {
        append(operand, .operation)
        append(symbol)
        commas(list)
        append(")")
    }

    /// `FROM … WHERE …)` of a subquery.
    private mutating func write(_ subquery: Subquery) {
        models[subquery.row] = subquery.model
        append("FROM ")
        sql.append(identifier: subquery.model.name)
        append(" AS ")
        sql.append(identifier: Self.alias(subquery.row))
        if subquery.condition != .yes {
            append(" WHERE ")
            append(subquery.condition)
        }
        append(")")
    }

    /// The alias of a subquery's row; the queries around predicates use no such names.
    private static func alias(_ row: Int) -> String { "_e\(row)" }

    private mutating func write(_ place: ColumnPlace) {
        if place.row == 0 {
            switch naming {
            case .aliases(let new, let old):
                sql.append(identifier: place.image == .new ? new : old)
                append(".")
            case .slots:
                slots.append(place)
                sql.append(argument: .null)
                return
            case .bare: break
            }
        } else {
            sql.append(identifier: Self.alias(place.row))
            append(".")
        }
        sql.append(identifier: models[place.row]?.columns[place.index].name ?? "")
    }

    /// The operands joined by `symbol`, the deepest first, in groups that keep the tree shallow.
    private mutating func chain(
        _ operands: [Expression], _ symbol: String, _ needed: Binding, empty: String
    ) {
        guard !operands.isEmpty else { return append(empty) }
        let ordered = operands.inSQLOrder
        guard ordered.count > ExpressionLimits.chainMax else {
            return join(ordered[...], symbol, needed)
        }
        let size = (ordered.count + ExpressionLimits.chainMax - 1) / ExpressionLimits.chainMax
        for start in stride(from: 0, to: ordered.count, by: size) {
            if start > 0 { append(symbol) }
            append("(")
            let group = ordered[start..<min(start + size, ordered.count)]
            if group.count > ExpressionLimits.chainMax {
                chain(Array(group), symbol, needed, empty: empty)
            } else {
                join(group, symbol, needed)
            }
            append(")")
        }
    }

    private mutating func join(
        _ operands: ArraySlice<Expression>, _ symbol: String, _ needed: Binding
    ) {
        for (index, operand) in operands.enumerated() {
            if index > 0 { append(symbol) }
            append(operand, needed)
        }
    }

    mutating func commas(_ operands: [Expression]) {
        for (index, operand) in operands.enumerated() {
            if index > 0 { append(", ") }
            append(operand)
        }
    }

    /// A call: `start` holds the function's name and the opening parenthesis.
    mutating func list(_ start: String, _ operands: [Expression]) {
        append(start)
        commas(operands)
        append(")")
    }

    /// Whether the text is for a table's definition.
    var isDefinition: Bool {
        if case .bare = naming { true } else { false }
    }
}

extension [Expression] {
    /// The order in which a chain's operands are written: nested groups first, since SQLite's
    /// parser keeps what stands before them on its stack; otherwise as given.
    var inSQLOrder: [Expression] {
        let stacks = map { SQLShape($0).stack }
        guard let deepest = stacks.max(), deepest > 16, let first = stacks.firstIndex(of: deepest)
        else { return self }
        var ordered = self
        ordered.insert(ordered.remove(at: first), at: 0)
        return ordered
    }
}
