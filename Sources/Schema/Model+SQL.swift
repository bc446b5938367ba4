public import Store
import StoreSQLite
public import Values

extension Model {
    /// `INSERT INTO … (…) VALUES (…)`: one row, whose values are the arguments.
    ///
    /// - Parameter columns: the indexes of the columns that get the `values`, one for each.
    public func insertion(of columns: some Collection<Int>, _ values: [Value]) -> SQL {
        var sql = SQL("INSERT INTO ")
        sql.append(identifier: name)
        sql.append(" (")
        appendNames(of: columns, to: &sql)
        sql.append(") VALUES (")
        for (position, (column, value)) in zip(columns, values).enumerated() {
            if position > 0 { sql.append(", ") }
            sql.append(argument: value, self.columns[column].type)
        }
        sql.append(")")
        return sql
    }

    /// The columns' names with commas between them.
    func appendNames(of columns: some Collection<Int>, to sql: inout SQL) {
        for (position, column) in columns.enumerated() {
            if position > 0 { sql.append(", ") }
            sql.append(identifier: self.columns[column].name)
        }
    }
}
