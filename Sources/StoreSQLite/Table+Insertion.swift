public import Store
public import Values

extension Table {
    /// `INSERT INTO … (…) VALUES (…)`: one row, whose values are the arguments.
    ///
    /// - Parameter places: the columns that get the `values`, one for each.
    public func insertion(of places: some Collection<Int>, _ values: [Value]) -> SQL {
        var sql = SQL("INSERT INTO ")
        sql.append(identifier: name)
        sql.append(" (")
        for (position, place) in places.enumerated() {
            if position > 0 { sql.append(", ") }
            sql.append(identifier: columns[place].name)
        }
        sql.append(") VALUES (")
        for (position, value) in values.enumerated() {
            if position > 0 { sql.append(", ") }
            sql.append(argument: value)
        }
        sql.append(")")
        return sql
    }
}
