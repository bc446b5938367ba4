import Schema

/// Some columns of a row, by the name that a statement knows the row by.
struct RowColumns {
    let model: Model
    let alias: String
    let columns: [Int]

    init(_ model: Model, _ alias: String, _ columns: [Int]) {
        self.model = model
        self.alias = alias
        self.columns = columns
    }

    var names: [String] { columns.map { model.columns[$0].name } }
}

extension StatementBuilder {
    /// `row.a, row.b`
    mutating func append(_ row: RowColumns) {
        for (index, name) in row.names.enumerated() {
            if index > 0 { append(", ") }
            append(column: name, of: row.alias)
        }
    }

    /// `left.a = right.a AND left.b = right.b`, pairwise.
    mutating func appendEquals(_ left: RowColumns, _ right: RowColumns) {
        for (index, (leftName, rightName)) in zip(left.names, right.names).enumerated() {
            if index > 0 { append(" AND ") }
            append(column: leftName, of: left.alias)
            append(" = ")
            append(column: rightName, of: right.alias)
        }
    }

    /// `EXISTS (…)`: a row whose columns equal those of `row`.
    mutating func appendMatch(_ other: RowColumns, of row: RowColumns) {
        append("EXISTS (SELECT 1 FROM ")
        append(table: other.model.name, as: other.alias)
        append(" WHERE ")
        appendEquals(other, row)
        append(")")
    }
}
