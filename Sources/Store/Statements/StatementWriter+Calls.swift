extension StatementWriter {
    /// A call: `start` holds the function's name and the opening parenthesis.
    public mutating func list(_ start: String, _ operands: [ValueExpression]) {
        append(start)
        commas(operands)
        append(")")
    }

    /// `a || b`: a chain to the left needs no parentheses, which would deepen it.
    public mutating func concatenation(_ operands: [ValueExpression]) {
        let isChain = if case .call(.concatenate, _) = operands[0] { true } else { false }
        append(operands[0], isChain ? .any : .primary)
        append(" || ")
        append(operands[1], .primary)
    }

    /// `CASE WHEN … THEN … ELSE … END`: conditions and values in turns, and the last value.
    public mutating func cases(_ operands: [ValueExpression]) {
        append("CASE")
        for place in stride(from: 0, to: operands.count - 1, by: 2) {
            append(" WHEN ")
            append(operands[place])
            append(" THEN ")
            append(operands[place + 1])
        }
        append(" ELSE ")
        append(operands[operands.count - 1])
        append(" END")
    }
}
