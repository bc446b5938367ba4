import Quotas
import Store

/// How a query is run, and what is known of it: made once for each query that a reader meets.
final class KeptQuery {
    let query: ReadQuery
    let rows: ReadStatement
    /// Counts all rows, where that must be asked.
    let count: ReadStatement?
    /// What was wrong with the columns when the server last told them, which it does when it has
    /// parsed the statement.
    var fault: DatabaseError?
    /// How long its runs take, and its answers are.
    let pace = Pace()

    init(_ query: ReadQuery, _ dialect: any Dialect, _ registry: StatementRegistry) {
        self.query = query
        rows = ReadStatement(query.rows, registry)
        count = query.counting.sql(in: dialect).map { ReadStatement($0, registry) }
    }
}

extension Counting {
    /// The statement that counts; nil where nobody asks, or the rows tell.
    fileprivate func sql(in dialect: any Dialect) -> BoundSQL? {
        switch self {
        case .no, .rowsTell: nil
        case .table(let name):
            BoundSQL(
                text: "SELECT count(*) FROM \(dialect.table(name))", arguments: [], mentions: [])
        case .statement(let sql): sql
        }
    }
}
