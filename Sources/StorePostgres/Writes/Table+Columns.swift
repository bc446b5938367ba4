import Store
import Values

extension Table {
    /// Columns of a row that a statement calls `alias`.
    func columns(_ places: some Sequence<Int>, of alias: String) -> [ValueExpression] {
        places.map { column($0, of: alias) }
    }

    /// The place of the column that a statement names.
    func place(of column: ValueExpression.ColumnReference) -> Int? {
        columns.firstIndex { $0.name == column.name }
    }

    /// A column of the row judged or written, as an argument.
    func argument(_ place: Int) -> ValueExpression {
        .argument(.null, columns[place].type, source: .column(place))
    }

    /// How rows are locked that are about to be updated: rows that refer to them wait only where
    /// a key may change.
    func lock(changing columns: [Int]) -> String {
        let isKey = columns.contains { column in keys.contains { $0.columns.contains(column) } }
        return isKey ? "UPDATE" : "NO KEY UPDATE"
    }
}

extension Table.Reference {
    /// The columns of a row of the other table.
    func otherColumns(of alias: String) -> [ValueExpression] {
        otherColumns.map { .column($0.name, of: alias, type: $0.type) }
    }
}
