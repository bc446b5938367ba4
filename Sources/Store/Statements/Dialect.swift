public import Values

/// What one engine spells differently from another: the named places of a statement's text. All
/// the rest is written by ``StatementWriter``, the same for every engine.
public protocol Dialect: Sendable {
    /// The engine's name, for logs and messages.
    var name: String { get }
    /// `is distinct from`, and its opposite, with blanks around.
    var distinct: String { get }
    /// See ``distinct``.
    var notDistinct: String { get }
    /// What follows a text that is put in order and is no column, so that the order is that of code
    /// points, whatever the database's own. Columns have it from their tables' definitions. Empty
    /// where texts have no other order.
    var textOrder: String { get }
    /// How tightly the text of LIKE binds.
    var likeBinding: StatementWriter.Binding { get }

    /// A table or index of the project as statements name it: the same one whatever a session
    /// looks for names in.
    func table(_ name: String) -> String

    /// The table where an expression of the same name hides it.
    func table(behind name: String) -> String

    /// The view that a database has of a query; nil where statements that read it hold it
    /// themselves.
    func view(of query: TableQuery) -> String?

    /// A column of a query, given as text, as a value of the type that the column is declared to
    /// have.
    func value(_ column: String, ofQueryAs type: ColumnType) -> String

    /// The parameter with a number: the context's have 1 to ``ContextSlot/count``, arguments
    /// follow.
    func parameter(_ number: Int, _ type: ColumnType) -> String

    /// The same for one whose predecessor stands before it in the text, and that no other text will
    /// be put in front of: engines need not be told its number.
    func parameter(following number: Int, _ type: ColumnType) -> String

    /// The value as a literal that reads back as the same value. For DDL and for constants of
    /// rules: what a request sends is bound.
    func literal(_ value: Value, _ type: ColumnType) -> String

    /// How tightly the text of a call binds.
    func binding(
        of function: StoreFunction, _ operands: [ValueExpression]
    ) -> StatementWriter.Binding

    /// Writes a call.
    func write(
        _ function: StoreFunction, _ operands: [ValueExpression], to writer: inout StatementWriter)

    /// Writes LIKE, or ILIKE.
    func writeLike(
        _ operand: ValueExpression, _ pattern: ValueExpression, ignoresCase: Bool,
        to writer: inout StatementWriter)

    /// Writes the first row of a query as a JSON object, or NULL.
    func writeObject(
        _ layout: RowLayout, _ select: SelectStatement, to writer: inout StatementWriter)

    /// Writes the rows of a query as a JSON array of objects.
    func writeArray(
        _ layout: RowLayout, _ select: SelectStatement, to writer: inout StatementWriter)

    /// Writes what identifies a row of a table, as an order's keys.
    func writeIdentity(of table: Table, as alias: String, to writer: inout StatementWriter)

    /// A common table expression of a table's rows, and of those that are gone, which are the
    /// parameter `number`: `"name"("a", "b") AS (…)`, by the name of ``Alias/restored(_:)``.
    func restoring(_ table: RestoredTable, parameter number: Int) -> String

    /// The rows that are gone as the value of that parameter, JSON.
    func rows(of table: RestoredTable) -> Value
}

extension Dialect {
    /// The query asked of tables as if some rows that are gone were still in them. It must be a
    /// SELECT. Where it names such a table it gets the name of the common table expression.
    public func reading(_ query: BoundSQL, with tables: [RestoredTable]) -> BoundSQL {
        guard !tables.isEmpty else { return query }
        var arguments = query.arguments
        var types = query.types
        var expressions: [String] = []
        for table in tables {
            expressions.append(
                restoring(table, parameter: ContextSlot.count + arguments.count + 1))
            arguments.append(table.written ?? rows(of: table))
            types.append(.json)
        }
        let rest = text(of: query, with: Set(tables.map(\.name)))
        var restored = BoundSQL(
            text: "WITH " + expressions.joined(separator: ", ")
                + (query.hasExpressions ? ", " + rest.dropFirst("WITH ".count) : " " + rest),
            arguments: arguments, types: types, mentions: query.mentions)
        restored.columns = query.columns
        return restored
    }

    /// The text with these tables as they were.
    private func text(of query: BoundSQL, with names: Set<String>) -> String {
        var text = ""
        var rest = query.text[...]
        for place in query.tables where names.contains(place.name) {
            let bytes = query.text.utf8
            let start = bytes.index(bytes.startIndex, offsetBy: place.bytes.lowerBound)
            text += query.text[rest.startIndex..<start]
            text += quoted(identifier: Alias.restored(place.name))
            rest = query.text[bytes.index(start, offsetBy: place.bytes.count)...]
        }
        return text + rest
    }
}

extension Dialect {
    /// As anywhere.
    public func table(behind name: String) -> String { table(name) }

    /// They do.
    public func view(of query: TableQuery) -> String? { nil }

    /// Whether an expression of a table's name hides the table.
    var hidesTables: Bool { table("t") != table(behind: "t") }
}

extension Dialect {
    /// With its number, like any other.
    public func parameter(following number: Int, _ type: ColumnType) -> String {
        parameter(number + 1, type)
    }

    /// A query as this dialect writes it.
    public func text(of select: SelectStatement) -> BoundSQL {
        var writer = StatementWriter(self)
        writer.append(select)
        var statement = writer.statement
        statement.columns = select.columns.map { $0.value.type ?? .text }
        return statement
    }
}
