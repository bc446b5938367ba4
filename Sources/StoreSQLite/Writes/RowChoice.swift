import Store

/// The rows that a statement of a program is about, as what follows the table's name in a `FROM`.
struct RowChoice: Sendable {
    /// Which of the rows that fulfil the conditions.
    enum Rows {
        case all
        /// Those of a list of rowids, by which they are reached, whatever index SQLite would rather
        /// use for a condition.
        case listed
        /// The one with a rowid.
        case one
    }

    let table: Table
    let alias: String
    let conditions: [ValueExpression]
    let rows: Rows

    /// The one row with a rowid.
    init(oneOf table: Table, as alias: String) {
        self.init(table, alias, [], .one)
    }

    /// The rows that an UPDATE or DELETE writes: those found, if they are still the ones meant.
    init(_ target: WriteTarget) {
        self.init(
            target.table, target.alias, target.conditions, target.isSearched ? .listed : .all)
    }

    private init(
        _ table: Table, _ alias: String, _ conditions: [ValueExpression], _ rows: Rows
    ) {
        self.table = table
        self.alias = alias
        self.conditions = conditions
        self.rows = rows
    }

    /// Says what conditions mean by the images of a row: as it was, it is this one; as it will be,
    /// the columns that are assigned are arguments.
    func define(_ assigned: [Int], in writer: inout ProgramWriter) {
        let (table, alias) = (table, alias)
        writer.sql.define(row: Alias.new) { column in
            let place = table.place(of: column)
            if let place, assigned.contains(place) { return table.argument(place) }
            return .column(column.name, of: alias, type: column.type)
        }
        if alias == Alias.old { return }
        writer.sql.define(row: Alias.old) { column in
            .column(column.name, of: alias, type: column.type)
        }
    }
}

extension ProgramWriter {
    /// ` FROM "table" AS "alias" … WHERE …`
    mutating func append(from choice: RowChoice) {
        append(" FROM ")
        append(choice.table.name, as: choice.alias)
        append(hintOf: choice)
        append(whereOf: choice)
    }

    /// ` NOT INDEXED`, where rows are reached by their rowids.
    mutating func append(hintOf choice: RowChoice) {
        if case .listed = choice.rows { append(" NOT INDEXED") }
    }

    /// ` WHERE …`, so that further conditions may follow with `AND`.
    mutating func append(whereOf choice: RowChoice) {
        switch choice.rows {
        case .all: appendWhere(choice.conditions)
        case .listed:
            appendWhere(choice.conditions)
            append(" AND ")
            append(rowIDOf: choice.alias)
            append(" IN (SELECT value FROM json_each(")
            appendRows()
            append("))")
        case .one:
            append(" WHERE ")
            append(rowIDOf: choice.alias)
            append(" = ")
            appendRows()
        }
    }

    /// `UPDATE … SET …`: the columns take their arguments.
    mutating func appendUpdate(_ columns: [Int], of choice: RowChoice) {
        append("UPDATE ")
        append(choice.table.name, as: choice.alias)
        append(hintOf: choice)
        append(" SET ")
        for (index, column) in columns.enumerated() {
            if index > 0 { append(", ") }
            append(identifier: choice.table.columns[column].name)
            append(" = ")
            sql.append(choice.table.argument(column))
        }
        append(whereOf: choice)
    }
}
