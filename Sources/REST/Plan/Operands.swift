import Diagnostics
import Store
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
            if let value = try masked.value(slot.source) { values.append((slot.source, value)) }
        }
    }

    func value(_ source: ArgumentSlot.Source) -> Value? {
        values.first { $0.source == source }?.value
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

extension [ArgumentSlot] {
    /// Whether every one of these parameters has its place, so that the plan serves requests that
    /// differ in them.
    func covers(_ parameters: [Int]) -> Bool {
        parameters.allSatisfy { parameter in
            contains { $0.source.parameter == parameter }
        }
    }
}

extension BoundSQL {
    /// The arguments of one run: those of the plan, with what a write brings in their places.
    func arguments(
        _ operands: Operands, assigning assignments: [Assignment] = [], rows: Value? = nil
    ) -> [Value] {
        makeArguments { source in
            switch source {
            case .operand: operands.value(source)
            case .column(let column): assignments.first { $0.column == column }?.value
            case .rows: rows
            case .oldColumn: nil
            }
        }
    }

    /// The arguments of one run: those of the plan, but in the places for which there is a value.
    @inline(__always)
    func makeArguments<E: Error>(
        _ value: (ArgumentSlot.Source) throws(E) -> Value?
    ) throws(E) -> [Value] {
        var arguments: [Value] = self.arguments
        for slot in slots {
            if let value = try value(slot.source) { arguments[slot.argument] = value }
        }
        return arguments
    }
}
