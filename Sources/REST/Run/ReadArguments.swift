import Database
import Diagnostics
import HTTP
import Values

/// The arguments of one run of a ``ReadPlan``.
struct ReadArguments: Sendable {
    var rows: [Value]
    var count: [Value]

    /// Those of the request the plan was made for.
    init(_ plan: ReadPlan) {
        rows = plan.rows.arguments
        count = plan.counting.statement?.arguments ?? []
    }

    /// Those of a request that differs from it in the masked operands only.
    init(_ plan: ReadPlan, operands: [MaskedOperand]) throws(Problem) {
        self.init(plan)
        try Self.fill(&rows, plan.rows.slots, operands)
        if let count = plan.counting.statement { try Self.fill(&self.count, count.slots, operands) }
    }

    private static func fill(
        _ arguments: inout [Value], _ slots: [ArgumentSlot], _ operands: [MaskedOperand]
    ) throws(Problem) {
        for slot in slots {
            guard case .operand(let parameter, let content) = slot.source,
                let operand = operands.first(where: { $0.parameter == parameter })
            else { continue }
            arguments[slot.argument] = try operand.value(content)
        }
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
