import Database
import Expressions
import Query
import Schema
import Values

/// A statement in the making.
struct StatementBuilder {
    /// The statement without its head. Only this room's own extensions append to it.
    var sql = SQL()
    /// Common table expressions, `"name" AS …`, in order of their names' first use. They have no
    /// arguments, so that those of the statement keep their numbers.
    private var views: [(name: String, sql: SQL)] = []

    /// Rows that one level of an answer holds at most.
    let rowsMax: Int

    init(rowsMax: Int) { self.rowsMax = rowsMax }

    /// The whole statement.
    var statement: SQL {
        guard !views.isEmpty else { return sql }
        var statement = SQL("WITH ")
        for (index, view) in views.enumerated() {
            if index > 0 { statement.append(", ") }
            statement.append(view.sql)
        }
        statement.append(" ")
        statement.append(sql)
        return statement
    }

    /// Makes `name` stand for a query, once.
    mutating func define(_ name: String, _ query: (inout StatementBuilder) -> Void) {
        guard !views.contains(where: { $0.name == name }) else { return }
        let sql = fragment { builder in
            builder.append(identifier: name)
            builder.append(" AS NOT MATERIALIZED (")
            query(&builder)
            builder.append(")")
        }
        assert(sql.arguments.isEmpty, "a view with arguments")
        views.append((name, sql))
    }

    /// What `write` appends, apart from what is there already.
    mutating func fragment(_ write: (inout StatementBuilder) -> Void) -> SQL {
        var fragment = SQL()
        swap(&fragment, &sql)
        write(&self)
        swap(&fragment, &sql)
        return fragment
    }

    mutating func append(_ text: String) { sql.append(text) }

    mutating func append(_ value: Value) { sql.append(argument: value) }

    /// What a write gives a column.
    mutating func append(valueOf assignment: Assignment) {
        sql.append(argument: assignment.value, slot: .column(assignment.column))
    }

    /// The rowids that a write has found or touched, which each run brings.
    mutating func appendRowIDs() { sql.append(argument: .null, slot: .rows) }

    /// ` LIMIT … OFFSET …`
    ///
    /// - Returns: The indexes of the two arguments in the statement; views have none.
    @discardableResult
    mutating func append(_ window: WindowPlan) -> WindowPlan.Arguments {
        append(" LIMIT ")
        let limit = append(window.limit, max: window.rowsMax)
        append(" OFFSET ")
        return WindowPlan.Arguments(
            limit: limit, offset: append(window.offset, max: QueryLimits.windowMax))
    }

    /// A `limit` or `offset`, or the setting that bounds it.
    private mutating func append(_ window: WindowParameter, max: Int) -> Int {
        sql.append(
            argument: .integer(Int64(min(window.number, max))),
            slot: window.parameter.map { .operand(parameter: $0, .number(max: max)) })
        return sql.arguments.count - 1
    }

    mutating func append(column name: String, of alias: String) {
        sql.append(identifier: alias)
        sql.append(".")
        sql.append(identifier: name)
    }

    mutating func append(identifier: String) { sql.append(identifier: identifier) }

    mutating func append(_ field: ResolvedField, of alias: String) {
        field.appendSQL(to: &sql, row: alias)
    }

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
