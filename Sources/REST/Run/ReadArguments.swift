import Diagnostics
import HTTP
import Store
import Values

/// The arguments of one run of a ``ReadPlan``.
struct ReadArguments: Sendable {
    let rows: [Value]
    let count: [Value]

    /// Those of the request the plan was made for.
    init(_ plan: ReadPlan) {
        rows = plan.rows.arguments
        count = plan.counting.statement?.arguments ?? []
    }

    /// Those of a request that differs from it in the masked operands only.
    init(_ plan: ReadPlan, operands: [MaskedOperand]) throws(Problem) {
        func fill(_ sql: BoundSQL) throws(Problem) -> [Value] {
            try sql.makeArguments { (source) throws(Problem) in try operands.value(source) }
        }
        rows = try fill(plan.rows)
        count = if let count = plan.counting.statement { try fill(count) } else { [] }
    }
}

/// What one run of a ``ReadPlan`` found.
struct ReadResult: Sendable {
    /// The rows as a JSON array, or the one row.
    var content: Content
    var rowCount: Int
    /// All rows, whatever the window; nil when nobody asked.
    var total: Int?
}
