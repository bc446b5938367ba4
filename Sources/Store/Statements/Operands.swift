public import Values

/// The operands of one request that its plan leaves out, as values.
public struct Operands: Sendable {
    private var values: [(source: ArgumentSlot.Source, value: Value)] = []

    /// Those of a request whose plan was made for it.
    public init() {}

    /// The value of an operand, if the plan leaves it out.
    public func value(_ source: ArgumentSlot.Source) -> Value? {
        values.first { $0.source == source }?.value
    }

    /// Adds the value of an operand.
    public mutating func append(_ value: Value, for source: ArgumentSlot.Source) {
        values.append((source, value))
    }
}

extension [ArgumentSlot] {
    /// Whether every one of these parameters has its place, so that a plan with these slots serves
    /// requests that differ in them.
    public func covers(_ parameters: [Int]) -> Bool {
        parameters.allSatisfy { parameter in
            contains { $0.source.parameter == parameter }
        }
    }
}

extension BoundSQL {
    /// The arguments of one run: those of the plan, but in the places for which there is a value.
    @inlinable @inline(__always)
    public func makeArguments<E: Error>(
        _ value: (ArgumentSlot.Source) throws(E) -> Value?
    ) throws(E) -> [Value] {
        var arguments: [Value] = self.arguments
        for slot in slots {
            if let value = try value(slot.source) { arguments[slot.argument] = value }
        }
        return arguments
    }
}
