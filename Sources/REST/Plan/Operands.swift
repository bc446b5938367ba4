import Diagnostics
import Store
import Values

extension Operands {
    /// Those of a request that statements with these places take.
    init(_ masked: [MaskedOperand], for slots: [ArgumentSlot]) throws(Problem) {
        self.init()
        if masked.isEmpty { return }
        for slot in slots where value(slot.source) == nil {
            if let value = try masked.value(slot.source) { append(value, for: slot.source) }
        }
    }
}

extension [MaskedOperand] {
    /// What a place takes of them; nil where it takes something else.
    func value(_ source: ArgumentSlot.Source) throws(Problem) -> Value? {
        guard case .operand(let parameter, let content) = source,
            let operand = first(where: { $0.parameter == parameter })
        else { return nil }
        return try operand.value(content)
    }
}
