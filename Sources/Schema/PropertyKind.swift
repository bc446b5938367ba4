import Values

/// What a property holds, as far as the choice of further words goes.
enum PropertyKind: String, Sendable, CaseIterable {
    case text, temporal, decimal, bytes, integer, number, boolean, object, array, any

    /// The kind of a column's type, whose word says what a JSON column holds.
    init(_ type: ColumnType, _ word: JSONType?) {
        let traits = type.traits
        self =
            switch traits.literal {
            case .string where traits.storage == .blob: .bytes
            case .string: traits.isWithoutFormat ? .text : .temporal
            case .numberOrString: .decimal
            case .integer: .integer
            case .number: .number
            case .boolean: .boolean
            case .any: word == .object ? .object : word == .array ? .array : .any
            }
    }

    /// The kind with its article, for messages.
    var wording: String {
        switch self {
        case .text: "a string"
        case .temporal: "a string with a format"
        case .decimal: "a decimal"
        case .bytes: "a byte string"
        case .integer: "an integer"
        case .number: "a number"
        case .boolean: "a boolean"
        case .object: "an object"
        case .array: "an array"
        case .any: "a property without a type"
        }
    }
}
