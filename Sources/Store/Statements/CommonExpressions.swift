/// The common table expressions at the head of a statement, in order of their names' first use.
/// They have no arguments, so that those of the statement keep their numbers.
struct CommonExpressions {
    /// `"name" AS …`, and the tables that it names.
    private struct Expression {
        let name: String
        let text: String
        let tables: [BoundSQL.TablePlace]
    }

    private var all: [Expression] = []

    var isEmpty: Bool { all.isEmpty }

    func has(_ name: String) -> Bool { all.contains { $0.name == name } }

    /// Adds the expression that `writer` has written, and those that it needs before it.
    mutating func append(_ name: String, _ writer: StatementWriter) {
        for inner in writer.expressions.all where !has(inner.name) { all.append(inner) }
        all.append(Expression(name: name, text: writer.text, tables: writer.tables))
    }

    /// All of them with commas between, and the tables that they name by their places in that.
    var joined: (text: String, tables: [BoundSQL.TablePlace]) {
        var text = ""
        var tables: [BoundSQL.TablePlace] = []
        for expression in all {
            if !text.isEmpty { text += ", " }
            tables += expression.tables.map { $0.moved(by: text.utf8.count) }
            text += expression.text
        }
        return (text, tables)
    }
}

// What stands in a common table expression at the head of the statement and not where it is used,
// since down there a parser may have little of its stack left. Engines put it back into its users
// (NOT MATERIALIZED), so indexes serve as if it stood there.
extension StatementWriter {
    /// Defines those rows of a table that fulfil a condition.
    mutating func define(_ view: SelectStatement.View) {
        guard !expressions.has(view.name) else { return }
        var writer = StatementWriter(dialect)
        writer.append(identifier: view.name)
        writer.append(" AS NOT MATERIALIZED (")
        writer.append(
            SelectStatement(
                view.columns.map { .init(.column($0.name, of: view.alias, type: $0.type)) },
                from: [.init(view.table, as: view.alias)], where: [view.condition]))
        writer.append(")")
        take(view.name, writer)
    }

    /// Defines a query, and what its text names: beside it where no other name of the statement
    /// can mean that, and inside of it otherwise.
    mutating func define(_ query: TableQuery) {
        guard !expressions.has(query.name) else { return }
        var inner = StatementWriter(dialect)
        for source in query.sources { inner.define(source) }
        var writer = StatementWriter(dialect)
        if !dialect.hidesTables { writer.expressions = inner.expressions }
        writer.appendHead(query.name, query.columns)
        if dialect.hidesTables { writer.appendWith(inner.expressions) }
        writer.append("SELECT ")
        for (index, column) in query.columns.enumerated() {
            if index > 0 { writer.append(", ") }
            let value = "\(quoted(identifier: Alias.seen)).\(quoted(identifier: column.name))"
            writer.append(dialect.value(value, ofQueryAs: column.type))
        }
        writer.append(" FROM ")
        writer.append(query)
        writer.append(")")
        take(query.name, writer)
    }

    /// Defines what the text of a query names.
    mutating func define(_ source: TableQuery.Source) {
        switch source {
        case .query(let query): define(query)
        case .rows(let rows): define(rows)
        }
    }

    private mutating func define(_ rows: TableQuery.Rows) {
        guard !expressions.has(rows.table) else { return }
        var writer = StatementWriter(dialect)
        let alias = quoted(identifier: Alias.seen)
        writer.appendHead(rows.table, rows.columns)
        let columns = rows.columns.map { "\(alias).\(quoted(identifier: $0.name))" }
        writer.append("SELECT \(columns.joined(separator: ", ")) FROM ")
        writer.append(table: rows.table, as: dialect.table(behind: rows.table))
        writer.append(" AS \(alias)")
        if let place = rows.deletedAt { writer.append(" WHERE \(columns[place]) IS NULL") }
        writer.append(")")
        take(rows.table, writer)
    }

    /// `(SELECT …) AS …`: a line ends behind the text, for it may end in a comment.
    fileprivate mutating func append(_ query: TableQuery) {
        append("(\(query.text)\n) AS \(quoted(identifier: Alias.seen))")
    }

    /// `"name"("a", "b") AS NOT MATERIALIZED (`
    private mutating func appendHead(_ name: String, _ columns: [Table.Column]) {
        let names = columns.map { quoted(identifier: $0.name) }.joined(separator: ", ")
        append("\(quoted(identifier: name))(\(names)) AS NOT MATERIALIZED (")
    }

    /// `WITH …`; nothing where there is nothing.
    fileprivate mutating func appendWith(_ expressions: CommonExpressions) {
        if expressions.isEmpty { return }
        append("WITH ")
        let (text, tables) = expressions.joined
        self.tables += tables.map { $0.moved(by: self.text.utf8.count) }
        append(text + " ")
    }

    private mutating func take(_ name: String, _ writer: StatementWriter) {
        assert(writer.argumentCount == 0, "a common table expression with arguments")
        expressions.append(name, writer)
        mentions.formUnion(writer.mentions)
    }
}

extension Dialect {
    /// All columns of a query, as its text has them, and the byte where that text begins.
    public func everything(of query: TableQuery) -> (text: String, start: Int) {
        var writer = StatementWriter(self)
        var inner = StatementWriter(self)
        for source in query.sources { inner.define(source) }
        writer.appendWith(inner.expressions)
        writer.append("SELECT * FROM ")
        let start = writer.text.utf8.count + 1
        writer.append(query)
        return (writer.text, start)
    }
}
