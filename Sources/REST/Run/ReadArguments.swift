import Diagnostics
import Store
import Values

extension ReadArguments {
    /// Those of a request that differs from the one the query was made for in the masked operands
    /// only.
    init(_ query: ReadQuery, operands: [MaskedOperand]) throws(Problem) {
        func fill(_ sql: BoundSQL) throws(Problem) -> [Value] {
            try sql.makeArguments { (source) throws(Problem) in try operands.value(source) }
        }
        let rows = try fill(query.rows)
        let count = if let count = query.counting.statement { try fill(count) } else { [Value]() }
        self.init(rows: rows, count: count)
    }
}
