import Values

/// What is known of an operand's type before the other operand is seen.
enum StaticType: Hashable {
    case known(ColumnType)
    /// A text literal: it takes the type of its surroundings (PostgreSQL's "unknown").
    case text(String)
    /// A number as written.
    case number(String)
    case null
    /// Already reported, or a parameter without a declared type: fits everything.
    case invalid
}

/// An expression together with its type, on its way through the resolver.
struct Typed {
    var expression: Expression
    var type: StaticType
    /// The only values it can have, where a column's `enum` says so.
    var enumeration: [Value]?
    /// Where it stands, in bytes of its source.
    var offset: Int

    init(
        _ expression: Expression, _ type: StaticType, enumeration: [Value]? = nil, at offset: Int
    ) {
        self.expression = expression
        self.type = type
        self.enumeration = enumeration
        self.offset = offset
    }

    static func invalid(at offset: Int) -> Typed { Typed(.null, .invalid, at: offset) }

    static func boolean(_ expression: Expression, at offset: Int) -> Typed {
        Typed(expression, .known(.boolean), at: offset)
    }

    var isInvalid: Bool { type == .invalid }

    /// Whether the type comes from the surroundings.
    var isLiteral: Bool {
        switch type {
        case .text, .number, .null: true
        case .known, .invalid: false
        }
    }

    /// The type's name for messages.
    var typeName: String {
        switch type {
        case .known(let type): type.formalName
        case .text: "text"
        case .number: "numeric"
        case .null, .invalid: "unknown"
        }
    }
}
