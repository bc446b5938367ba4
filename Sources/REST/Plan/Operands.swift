import Database
import Diagnostics
import Values

/// The operands of one request that its plan leaves out, as values.
struct Operands: Sendable {
    private var values: [(source: ArgumentSlot.Source, value: Value)] = []

    /// Those of a request whose plan was made for it.
    init() {}

    /// Those that the statements with these places take.
    init(_ masked: [MaskedOperand], for slots: [ArgumentSlot]) throws(Problem) {
        if masked.isEmpty { return }
        for slot in slots where value(slot.source) == nil {
            guard case .operand(let parameter, let content) = slot.source,
                let operand = masked.first(where: { $0.parameter == parameter })
            else { continue }
            values.append((slot.source, try operand.value(content)))
        }
    }

    func value(_ source: ArgumentSlot.Source) -> Value? {
        values.first { $0.source == source }?.value
    }
}

extension BoundSQL {
    /// The arguments of one run: those of the plan, with what this request brings in their places.
    func arguments(
        _ operands: Operands, assigning assignments: [Assignment] = [], rows: Value? = nil
    ) -> [Value] {
        var arguments: [Value] = self.arguments
        for slot in slots {
            let value =
                switch slot.source {
                case .operand: operands.value(slot.source)
                case .column(let column): assignments.first { $0.column == column }?.value
                case .rows: rows
                }
            if let value { arguments[slot.argument] = value }
        }
        return arguments
    }
}
