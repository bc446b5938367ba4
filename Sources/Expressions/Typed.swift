import Database

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

extension ColumnType {
    /// The power of ten by which a number of this type is scaled; nil when it is not exact.
    var exactScale: Int? {
        switch self {
        case .integer, .integer32: 0
        case .decimal(_, let scale): scale
        case .text, .uuid, .timestamp, .date, .time, .real, .boolean, .json, .bytes: nil
        }
    }

    var isNumber: Bool { exactScale != nil || self == .real }

    /// Ten to the scale, for types that `exactScale` knows.
    var scaleFactor: Int64 { powerOfTen(exactScale ?? 0) }

    /// The type that a name after `::` means.
    init?(castName name: String) {
        switch name {
        case "text", "varchar", "string", "citext": self = .text
        case "uuid": self = .uuid
        case "timestamptz", "timestamp", "timestamp with time zone", "timestamp without time zone":
            self = .timestamp
        case "date": self = .date
        case "time", "time without time zone": self = .time
        case "int8", "bigint": self = .integer
        case "int4", "int", "integer": self = .integer32
        case "float8", "double precision", "float", "real": self = .real
        case "bool", "boolean": self = .boolean
        case "json", "jsonb": self = .json
        case "bytea": self = .bytes
        default: return nil
        }
    }
}

/// Ten to the `exponent`, which is at most 18.
func powerOfTen(_ exponent: Int) -> Int64 {
    (0..<min(exponent, ColumnType.decimalPrecisionMax)).reduce(1) { power, _ in power * 10 }
}
