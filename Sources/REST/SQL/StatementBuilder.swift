import Database
import Expressions
import Schema

/// SQL text in the making, with a note of which arguments change from request to request.
struct StatementBuilder {
    var sql = SQL()
    private(set) var slots: [ArgumentSlot] = []

    /// Rows that one level of an answer holds at most.
    let rowsMax: Int

    init(rowsMax: Int) { self.rowsMax = rowsMax }

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
        text = builder.sql.text
        arguments = builder.sql.arguments
        slots = builder.slots
    }
}
