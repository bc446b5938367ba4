public import Values

extension BooleanText {
    /// The spellings of a truth value as what stands behind `IN` in a statement: `('t', 'tr')`.
    public static func list(_ truth: Bool) -> String {
        let words = truth ? trueSpellings : falseSpellings
        return "(" + words.map { "'\($0)'" }.joined(separator: ", ") + ")"
    }
}
