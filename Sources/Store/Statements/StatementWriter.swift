import Values

/// Writes statements as the text of a dialect, and collects what they bind.
///
/// The text comes from plans, never from a request; what a request sent is an argument.
public struct StatementWriter {
    /// How tightly an operator binds.
    public enum Binding: Int, Comparable, Sendable {
        case any, all, not, comparison, operation, primary
        /// Whether the left one binds less tightly.
        public static func < (a: Binding, b: Binding) -> Bool { a.rawValue < b.rawValue }
    }

    /// The dialect of the text.
    public let dialect: any Dialect
    /// Whether the text is for a table's definition: bare names, the engine's own functions.
    public let isDefinition: Bool
    private(set) var text = ""
    private var arguments: [Value] = []
    private var types: [ColumnType] = []
    private var slots: [ArgumentSlot] = []
    var mentions: ContextSlots = []
    var tables: [BoundSQL.TablePlace] = []
    var expressions = CommonExpressions()
    /// Whether the text begins with common table expressions of its own, without the word `WITH`.
    private let beginsWithExpressions: Bool
    /// The depths of the expression that is written next, where it is an operand of a chain.
    private var knownDepths: ExpressionDepth.Tree?
    private var definitions: [String: (ValueExpression.ColumnReference) -> ValueExpression] = [:]

    /// A writer of an empty statement.
    ///
    /// - Parameter beginsWithExpressions: Whether what is appended begins with common table
    ///   expressions of its own, without the word `WITH`.
    public init(
        _ dialect: any Dialect, isDefinition: Bool = false, beginsWithExpressions: Bool = false
    ) {
        self.dialect = dialect
        self.isDefinition = isDefinition
        self.beginsWithExpressions = beginsWithExpressions
    }

    /// The whole statement.
    public var statement: BoundSQL {
        var (head, named) = expressions.joined
        if !head.isEmpty { head += beginsWithExpressions ? ", " : " " }
        let hasExpressions = !head.isEmpty || beginsWithExpressions
        if hasExpressions {
            named = named.map { $0.moved(by: "WITH ".utf8.count) }
            head = "WITH " + head
        }
        named += tables.map { $0.moved(by: head.utf8.count) }
        return BoundSQL(
            text: head + text, arguments: arguments, types: types, slots: slots,
            mentions: mentions, tables: named, hasExpressions: hasExpressions)
    }

    /// How many arguments it has so far.
    public var argumentCount: Int { arguments.count }

    /// Appends text as it is.
    public mutating func append(_ text: String) { self.text += text }

    /// Appends `identifier` in double quotes, its own quotes doubled.
    public mutating func append(identifier: String) {
        text += "\""
        text += identifier.doublingQuotes
        text += "\""
    }

    /// Says what the columns of a row stand for that the statement does not read from a table: a
    /// proposed row, or one as it will be. They are columns of other rows, arguments or constants.
    public mutating func define(
        row: String, _ value: @escaping (ValueExpression.ColumnReference) -> ValueExpression
    ) {
        definitions[row] = value
    }

    /// `"row"."name"`, or the bare name, or what it is defined as.
    public mutating func append(_ column: ValueExpression.ColumnReference) {
        if let row = column.row {
            if !definitions.isEmpty, let value = definitions[row] {
                return append(value(column), .primary)
            }
            append(identifier: row)
            append(".")
        }
        append(identifier: column.name)
    }

    /// Appends a new parameter.
    public mutating func append(_ argument: ValueExpression.Argument) {
        if let source = argument.source {
            slots.append(ArgumentSlot(argument: arguments.count, source: source))
        }
        let before = ContextSlot.count + arguments.count
        arguments.append(argument.value)
        types.append(argument.type)
        // Whatever is asked of tables as they were, in front of which their rows are put, has
        // sources only.
        text +=
            argument.source == nil
            ? dialect.parameter(following: before, argument.type)
            : dialect.parameter(before + 1, argument.type)
    }

    // MARK: Expressions

    private func binding(of expression: ValueExpression) -> Binding {
        switch expression {
        case .any(let operands): operands.isEmpty ? .primary : .any
        case .all(let operands): operands.isEmpty ? .primary : .all
        case .not(.distinct), .not(.isNull), .not(.membership): .comparison
        case .not: .not
        case .comparison, .distinct, .isNull, .membership: .comparison
        case .like: dialect.likeBinding
        case .call(let function, let operands): dialect.binding(of: function, operands)
        case .constant, .argument, .context, .column, .exists, .scalar, .masked, .rowCount, .object,
            .array:
            .primary
        }
    }

    /// Writes `expression`, in parentheses if it binds less tightly than `needed`.
    public mutating func append(_ expression: ValueExpression, _ needed: Binding = .any) {
        let isOpen = binding(of: expression) < needed
        if isOpen { append("(") }
        write(expression)
        if isOpen { append(")") }
    }

    private mutating func write(_ expression: ValueExpression) {
        let depths = knownDepths.take()
        switch expression {
        case .constant(let value, let type): append(dialect.literal(value, type))
        case .argument(let argument): append(argument)
        case .context(let slot):
            mentions.insert(ContextSlots(slot))
            append(dialect.parameter(slot.rawValue, slot.type))
        case .column(let column): append(column)
        case .comparison(let comparison, let left, let right): compare(comparison, left, right)
        case .distinct(let left, let right): binary(left, dialect.distinct, right)
        case .isNull(let operand):
            append(operand, .operation)
            append(" IS NULL")
        case .membership(let operand, let list): membership(operand, list, isNegated: false)
        case .not(let operand): negation(of: operand, depths?.operands.first)
        case .all(let operands): chain(operands, depths, " AND ", .not, empty: .yes)
        case .any(let operands): chain(operands, depths, " OR ", .all, empty: .no)
        case .like(let operand, let pattern, let ignoresCase):
            dialect.writeLike(operand, pattern, ignoresCase: ignoresCase, to: &self)
        case .call(let function, let operands): dialect.write(function, operands, to: &self)
        case .exists(let select): append("EXISTS (", select)
        case .scalar(let select): append("(", select)
        case .masked(let condition, let value):
            append("CASE WHEN ")
            append(condition)
            append(" THEN ")
            append(value)
            append(" END")
        case .rowCount: append("count(*)")
        case .object(let layout, let select): dialect.writeObject(layout, select, to: &self)
        case .array(let layout, let select): dialect.writeArray(layout, select, to: &self)
        }
    }

    private mutating func compare(
        _ comparison: Comparison, _ left: ValueExpression, _ right: ValueExpression
    ) {
        guard comparison.isOrdering else { return binary(left, " \(comparison.sql) ", right) }
        appendOrdered(left, .operation)
        append(" \(comparison.sql) ")
        appendOrdered(right, .operation)
    }

    /// A query in parentheses; `start` holds the opening one.
    private mutating func append(_ start: String, _ select: SelectStatement) {
        append(start)
        append(select)
        append(")")
    }

    /// Tests of SQL's own negated forms take those.
    private mutating func negation(
        of operand: ValueExpression, _ depths: ExpressionDepth.Tree?
    ) {
        switch operand {
        case .distinct(let left, let right): binary(left, dialect.notDistinct, right)
        case .isNull(let operand):
            append(operand, .operation)
            append(" IS NOT NULL")
        case .membership(let operand, let list): membership(operand, list, isNegated: true)
        case .constant, .argument, .context, .column, .comparison, .all, .any, .not, .like, .call,
            .exists, .scalar, .masked, .rowCount, .object, .array:
            append("NOT ")
            knownDepths = depths
            append(operand, .comparison)
        }
    }

    private mutating func binary(
        _ left: ValueExpression, _ symbol: String, _ right: ValueExpression
    ) {
        append(left, .operation)
        append(symbol)
        append(right, .operation)
    }

    /// Writes what is put in order; see ``Dialect/textOrder``.
    public mutating func appendOrdered(_ operand: ValueExpression, _ needed: Binding = .any) {
        let order = dialect.textOrder
        guard !order.isEmpty, !operand.isColumn, operand.type == .text else {
            return append(operand, needed)
        }
        append(operand, .primary)
        append(order)
    }

    /// A query alone in the list would be all its rows to some engines, and none where it is to be
    /// NULL.
    private mutating func membership(
        _ operand: ValueExpression, _ list: [ValueExpression], isNegated: Bool
    ) {
        if list.count == 1, case .scalar = list[0] {
            return binary(operand, isNegated ? " <> " : " = ", list[0])
        }
        append(operand, .operation)
        append(isNegated ? " NOT IN (" : " IN (")
        commas(list)
        append(")")
    }

    private typealias ChainOperand = (value: ValueExpression, depths: ExpressionDepth.Tree?)

    /// The operands joined by `symbol`, in groups that keep the tree shallow.
    private mutating func chain(
        _ operands: [ValueExpression], _ known: ExpressionDepth.Tree?, _ symbol: String,
        _ needed: Binding, empty: ValueExpression
    ) {
        guard !operands.isEmpty else { return write(empty) }
        let depths = known?.operands ?? operands.map(ExpressionDepth.Tree.init)
        chain(Self.inOrder(Array(zip(operands, depths)))[...], symbol, needed)
    }

    private mutating func chain(
        _ operands: ArraySlice<ChainOperand>, _ symbol: String, _ needed: Binding
    ) {
        let chainMax = StatementLimits.chainMax
        guard operands.count > chainMax else { return join(operands, symbol, needed) }
        let size = (operands.count + chainMax - 1) / chainMax
        for start in stride(from: operands.startIndex, to: operands.endIndex, by: size) {
            if start > operands.startIndex { append(symbol) }
            append("(")
            chain(operands[start..<min(start + size, operands.endIndex)], symbol, needed)
            append(")")
        }
    }

    /// The order in which a chain's operands are written: as given, but that one which is nested
    /// deeply stands first, the deepest of them, since a parser keeps what stands before it on its
    /// stack.
    private static func inOrder(_ operands: [ChainOperand]) -> [ChainOperand] {
        let stacks = operands.map { $0.depths?.depth.stack ?? 0 }
        guard let deepest = stacks.max(), deepest > StatementLimits.plainStackMax,
            let first = stacks.firstIndex(of: deepest)
        else { return operands }
        var ordered = operands
        ordered.insert(ordered.remove(at: first), at: 0)
        return ordered
    }

    private mutating func join(
        _ operands: ArraySlice<ChainOperand>, _ symbol: String, _ needed: Binding
    ) {
        for (index, operand) in operands.enumerated() {
            if index > 0 { append(symbol) }
            knownDepths = operand.depths
            append(operand.value, needed)
        }
    }

    /// The operands with commas between them.
    public mutating func commas(_ operands: [ValueExpression]) {
        for (index, operand) in operands.enumerated() {
            if index > 0 { append(", ") }
            append(operand)
        }
    }

    // MARK: Queries

    /// `SELECT … FROM … WHERE … ORDER BY … LIMIT … OFFSET …`
    public mutating func append(_ select: SelectStatement) {
        append("SELECT ")
        if select.columns.isEmpty { append("1") }
        for (index, column) in select.columns.enumerated() {
            if index > 0 { append(", ") }
            append(column.value)
            if let name = column.name {
                append(" AS ")
                append(identifier: name)
            }
        }
        appendTail(of: select)
    }

    /// All of a query that stands behind its columns.
    public mutating func appendTail(of select: SelectStatement) {
        for (index, source) in select.sources.enumerated() {
            append(index == 0 ? " FROM " : ", ")
            append(source)
        }
        appendWhere(select.conditions)
        appendOrder(of: select)
        if let limit = select.limit {
            append(" LIMIT ")
            append(limit)
        }
        if let offset = select.offset {
            append(" OFFSET ")
            append(offset)
        }
    }

    /// ` WHERE …`; nothing where nothing is asked.
    public mutating func appendWhere(_ conditions: [ValueExpression]) {
        let asked = conditions.filter { $0 != .yes }
        if asked.isEmpty { return }
        append(" WHERE ")
        if asked.count == 1 { return append(asked[0]) }
        join(asked.map { ($0, nil) }[...], " AND ", .not)
    }

    private mutating func appendOrder(of select: SelectStatement) {
        for (index, key) in select.order.enumerated() {
            append(index == 0 ? " ORDER BY " : ", ")
            appendOrdered(key.value)
            if key.isDescending { append(" DESC") }
            if let nullsFirst = key.nullsFirst {
                append(nullsFirst ? " NULLS FIRST" : " NULLS LAST")
            }
        }
        guard select.order.isEmpty, case .identity(let table) = select.defaultOrder,
            let alias = select.sources.first?.alias, table.hasIdentity
        else { return }
        append(" ORDER BY ")
        if table.query != nil {
            return commas(table.primaryKey.columns.map { table.column($0, of: alias) })
        }
        dialect.writeIdentity(of: table, as: alias, to: &self)
    }

    /// `"table" AS "alias"`
    public mutating func append(_ source: SelectStatement.Source) {
        switch source.table {
        case .table(let name): append(table: name, as: dialect.table(name))
        case .query(let query):
            if let view = dialect.view(of: query) {
                append(view)
            } else {
                define(query)
                append(identifier: query.name)
            }
        case .view(let view):
            define(view)
            append(identifier: view.name)
        case .rows(let select):
            append("(")
            append(select)
            append(")")
        }
        append(" AS ")
        append(identifier: source.alias)
    }

    /// A table by the name that it has in the statement.
    mutating func append(table: String, as name: String) {
        let start = text.utf8.count
        append(name)
        tables.append(BoundSQL.TablePlace(name: table, bytes: start..<text.utf8.count))
    }
}
