import Bytes
import Database
import Expressions
import Schema

/// SQL text in the making, with a note of which arguments change from request to request.
struct StatementBuilder {
    /// The statement without its head. Only this room's own extensions append to it.
    var sql = SQL()
    /// Common table expressions, `"name" AS …`, in order of their names' first use.
    private var views: [(name: String, text: String)] = []
    private(set) var slots: [ArgumentSlot] = []

    /// Rows that one level of an answer holds at most.
    let rowsMax: Int

    init(rowsMax: Int) { self.rowsMax = rowsMax }

    /// The whole statement.
    var statement: SQL {
        guard !views.isEmpty else { return sql }
        let head = views.map(\.text).joined(separator: ", ")
        return SQL(text: "WITH \(head) \(sql.text)", arguments: sql.arguments)
    }

    /// Makes `name` stand for a query without arguments, once.
    mutating func define(_ name: String, _ query: (inout StatementBuilder) -> Void) {
        guard !views.contains(where: { $0.name == name }) else { return }
        var builder = StatementBuilder(rowsMax: rowsMax)
        builder.append(identifier: name)
        builder.append(" AS NOT MATERIALIZED (")
        query(&builder)
        builder.append(")")
        precondition(builder.sql.arguments.isEmpty, "a view has no arguments")
        views.append((name, builder.sql.text))
    }

    mutating func append(_ text: String) { sql.append(text) }

    mutating func append(_ value: Value, parameter: Int? = nil, type: ColumnType? = nil) {
        if let parameter {
            slots.append(
                ArgumentSlot(
                    argument: sql.arguments.count, parameter: parameter, content: .value(type)))
        }
        sql.append(argument: value)
    }

    /// A `limit` or `offset`, or the setting that bounds it.
    mutating func append(window number: Int, parameter: Int?, rowsMax: Int) {
        if let parameter {
            slots.append(
                ArgumentSlot(
                    argument: sql.arguments.count, parameter: parameter,
                    content: .number(max: rowsMax)))
        }
        sql.append(argument: .integer(Int64(min(number, rowsMax))))
    }

    mutating func append(column name: String, of alias: String) {
        sql.append(identifier: alias)
        sql.append(".")
        sql.append(identifier: name)
    }

    mutating func append(identifier: String) { sql.append(identifier: identifier) }

    /// The predicate, so bound that it may stand between `AND`s.
    mutating func append(_ predicate: Predicate, row alias: String, old: String? = nil) {
        predicate.appendSQL(to: &sql, row: alias, old: old)
    }

    /// `"table" AS "alias"`
    mutating func append(table: String, as alias: String) {
        sql.append(identifier: table)
        sql.append(" AS ")
        sql.append(identifier: alias)
    }

    /// The object of a layout, each member appended by `member`.
    mutating func append(
        object layout: RowLayout, _ member: (Int, inout StatementBuilder) -> Void
    ) {
        var text = SQL()
        swap(&text, &sql)
        layout.appendCall(to: &text) { index, text in
            swap(&text, &sql)
            member(index, &self)
            swap(&text, &sql)
        }
        swap(&text, &sql)
    }
}

/// An argument that a repeated request replaces.
struct ArgumentSlot: Hashable, Sendable {
    enum Content: Hashable, Sendable {
        /// A filter's operand, of the column's type.
        case value(ColumnType?)
        /// A row count, never above `max`.
        case number(max: Int)
    }
    /// The argument's index in the statement.
    let argument: Int
    /// The parameter's place in the query string.
    let parameter: Int
    let content: Content
}

/// A finished statement: text and arguments of the request it was made for.
struct Statement: Sendable {
    var text: String
    var arguments: [Value]
    var slots: [ArgumentSlot] = []

    init(_ builder: StatementBuilder) {
        let statement = builder.statement
        text = statement.text
        arguments = statement.arguments
        slots = builder.slots
    }

    /// Whether the text has the parameter of the time. Text that only looks like it counts too.
    var mentionsTime: Bool {
        let name = Array("?\(ContextSlot.now.rawValue)".utf8)
        let bytes = Array(text.utf8)
        return bytes.indices.contains { index in
            guard bytes[index] == ASCII.question, bytes[index...].starts(with: name) else {
                return false
            }
            let end = index + name.count
            return end == bytes.count || !ASCII.isDigit(bytes[end])
        }
    }
}
