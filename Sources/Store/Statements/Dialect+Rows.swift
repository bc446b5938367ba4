public import Values

extension Dialect {
    /// The statement that inserts a row unless one with the same primary key is there.
    ///
    /// - Parameter row: the columns' places and their values, the key among them.
    public func insertionIfAbsent(
        of row: [(column: Int, value: Value)], into table: Table
    ) -> BoundSQL {
        var writer = StatementWriter(self)
        writer.append("INSERT INTO ")
        writer.append(identifier: table.name)
        writer.append(" (")
        writer.appendNames(row.map(\.column), of: table)
        writer.append(") VALUES (")
        writer.commas(row.map { .argument($0.value, table.columns[$0.column].type) })
        writer.append(") ON CONFLICT (")
        writer.appendNames(table.primaryKey.columns, of: table)
        writer.append(") DO NOTHING")
        return writer.statement
    }

    /// The query that finds the row with the primary key of `row` if it has other values.
    ///
    /// - Parameter row: the columns' places and their values, the key among them.
    public func selection(
        of row: [(column: Int, value: Value)], otherwiseIn table: Table
    ) -> BoundSQL {
        let alias = "row"
        let isKey = row.filter { table.primaryKey.columns.contains($0.column) }.map {
            ValueExpression.comparison(
                .equal, table.column($0.column, of: alias), argument($0, of: table))
        }
        let differs = row.map {
            ValueExpression.distinct(table.column($0.column, of: alias), argument($0, of: table))
        }
        return text(
            of: SelectStatement(
                [], from: [.init(.table(table.name), as: alias)], where: isKey + [.any(differs)]))
    }

    private func argument(
        _ cell: (column: Int, value: Value), of table: Table
    ) -> ValueExpression {
        .argument(cell.value, table.columns[cell.column].type)
    }
}

extension StatementWriter {
    /// The names of columns with commas between them.
    fileprivate mutating func appendNames(_ columns: [Int], of table: Table) {
        for (index, column) in columns.enumerated() {
            if index > 0 { append(", ") }
            append(identifier: table.columns[column].name)
        }
    }
}
