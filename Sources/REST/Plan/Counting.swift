import Store
import StoreSQLite

/// How a read finds out how many rows there are in all, whatever its window.
enum Counting: Sendable {
    /// Nobody asked.
    case no
    /// One row stands for all: those that are read tell.
    case rowsTell
    /// All rows of a table are meant.
    case table(String)
    /// A statement counts, with what is known of how long that takes.
    case statement(BoundSQL, CountForecast)

    init(of table: TablePlan, rowsMax: Int, dialect: any Dialect) {
        if table.isCount {
            self = .rowsTell
        } else if let name = table.wholeTable {
            self = .table(name)
        } else {
            let sql = dialect.text(of: table.count(rowsMax: rowsMax))
            self = .statement(sql, CountForecast())
        }
    }

    /// The statement, if there is one.
    var statement: BoundSQL? { if case .statement(let sql, _) = self { sql } else { nil } }
}
