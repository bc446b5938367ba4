import Diagnostics
import Store
import Values

extension ReadArguments {
    /// Those of a request that differs from the one the query was made for in the masked operands
    /// only.
    init(_ query: ReadQuery, operands: [MaskedOperand]) throws(Problem) {
        let rows = try query.rows.makeArguments { (source) throws(Problem) in
            try operands.value(source)
        }
        let count = try query.counting.statement?.makeArguments { (source) throws(Problem) in
            try operands.value(source)
        }
        self.init(rows: rows, count: count ?? [])
    }
}
