import Store
import Values

extension Table {
    /// Inserts a row unless one with the same primary key is there.
    ///
    /// - Parameter places: the columns that get the `values`, one for each.
    func insertionIfAbsent(of values: [Value], in places: [Int]) -> SQL {
        var sql: SQL = "INSERT INTO \(identifier: name) ("
        appendNames(of: places, to: &sql)
        sql.append(") VALUES (")
        for (position, (place, value)) in zip(places, values).enumerated() {
            if position > 0 { sql.append(", ") }
            sql.append(argument: value, columns[place].type)
        }
        sql.append(") ON CONFLICT (")
        appendNames(of: primaryKey.columns, to: &sql)
        sql.append(") DO NOTHING")
        return sql
    }

    /// Finds the row with the primary key of a row if it has other values.
    func selection(ofOtherThan values: [Value], in places: [Int]) -> SelectStatement {
        let row = zip(places, values).map { place, value in
            (
                place: place, column: column(place, of: "row"),
                value: ValueExpression.argument(value, columns[place].type)
            )
        }
        let isIt = row.filter { primaryKey.columns.contains($0.place) }.map {
            ValueExpression.comparison(.equal, $0.column, $0.value)
        }
        let differs = row.map { ValueExpression.distinct($0.column, $0.value) }
        return SelectStatement(
            [], from: [.init(.table(name), as: "row")], where: isIt + [.any(differs)])
    }

    /// The columns' names with commas between them.
    private func appendNames(of places: [Int], to sql: inout SQL) {
        for (position, place) in places.enumerated() {
            if position > 0 { sql.append(", ") }
            sql.append(identifier: columns[place].name)
        }
    }
}
