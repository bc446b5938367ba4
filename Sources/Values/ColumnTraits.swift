/// What is known of one column type: its row of the table. Rooms above ask here and switch over
/// types only where a type means something of their own, naming every case.
public struct ColumnTraits: Sendable {
    /// A class of values in the store.
    public enum Storage: String, Sendable { case text, integer, real, blob }

    /// How a model file writes a constant of the type.
    public enum Literal: Sendable {
        case string, integer, number, numberOrString, boolean, any

        /// As messages call it.
        public var noun: String {
            switch self {
            case .string: "a string"
            case .integer: "an integer"
            case .number, .numberOrString: "a number"
            case .boolean: "true or false"
            case .any: "a JSON value"
            }
        }
    }

    /// The word `type` of a model file; nil for any JSON value.
    public let word: JSONType?
    /// The words `format` that mean this type.
    public let formats: [String]
    /// Whether `word` alone means this type.
    public let isWithoutFormat: Bool
    /// The name that clients are told in a feed's column list.
    public let wireName: String
    /// The name that PostgreSQL uses in its messages.
    public let formalName: String
    /// What rules and requests call it behind `::`, its wire name first.
    public let castNames: [String]
    /// How it is stored.
    public let storage: Storage
    /// How a model file writes it.
    public let literal: Literal
    /// Whether values are equal exactly if they are stored alike, so that they can be looked up.
    public let isEqualAsStored: Bool
    /// Whether stored values sort as the values do.
    public let isOrdered: Bool

    init(
        _ word: JSONType?, formats: [String] = [], isWithoutFormat: Bool = false,
        wireName: String, formalName: String? = nil, castNames: [String] = [],
        _ storage: Storage, _ literal: Literal, isEqualAsStored: Bool = true,
        isOrdered: Bool = true
    ) {
        self.word = word
        self.formats = formats
        self.isWithoutFormat = isWithoutFormat
        self.wireName = wireName
        self.formalName = formalName ?? wireName
        self.castNames = [wireName] + castNames
        self.storage = storage
        self.literal = literal
        self.isEqualAsStored = isEqualAsStored
        self.isOrdered = isOrdered
    }
}

extension ColumnType {
    /// The type's row.
    public var traits: ColumnTraits {
        switch self {
        case .text: Self.textTraits
        case .uuid: Self.uuidTraits
        case .timestamp: Self.timestampTraits
        case .date: Self.dateTraits
        case .time: Self.timeTraits
        case .decimal: Self.decimalTraits
        case .integer: Self.integerTraits
        case .integer32: Self.integer32Traits
        case .real: Self.realTraits
        case .boolean: Self.booleanTraits
        case .json: Self.jsonTraits
        case .bytes: Self.bytesTraits
        }
    }

    private static let textTraits = ColumnTraits(
        .string, isWithoutFormat: true, wireName: "text",
        castNames: ["varchar", "string", "citext"], .text, .string)
    private static let uuidTraits = ColumnTraits(
        .string, formats: ["uuid"], wireName: "uuid", .text, .string)
    private static let timestampTraits = ColumnTraits(
        .string, formats: ["date-time"], wireName: "timestamptz",
        formalName: "timestamp with time zone",
        castNames: ["timestamp", "timestamp with time zone", "timestamp without time zone"],
        .text, .string)
    private static let dateTraits = ColumnTraits(
        .string, formats: ["date"], wireName: "date", .text, .string)
    private static let timeTraits = ColumnTraits(
        .string, formats: ["time"], wireName: "time", castNames: ["time without time zone"],
        .text, .string, isEqualAsStored: false)
    private static let decimalTraits = ColumnTraits(
        .string, formats: ["decimal"], wireName: "numeric", castNames: ["decimal"], .integer,
        .numberOrString, isEqualAsStored: false)
    private static let integerTraits = ColumnTraits(
        .integer, formats: ["int64"], isWithoutFormat: true, wireName: "int8",
        formalName: "bigint", castNames: ["bigint"], .integer, .integer)
    private static let integer32Traits = ColumnTraits(
        .integer, formats: ["int32"], wireName: "int4", formalName: "integer",
        castNames: ["int", "integer"], .integer, .integer)
    private static let realTraits = ColumnTraits(
        .number, formats: ["double"], isWithoutFormat: true, wireName: "float8",
        formalName: "double precision", castNames: ["double precision", "float", "real"],
        .real, .number, isEqualAsStored: false)
    private static let booleanTraits = ColumnTraits(
        .boolean, isWithoutFormat: true, wireName: "bool", formalName: "boolean",
        castNames: ["boolean"], .integer, .boolean)
    private static let jsonTraits = ColumnTraits(
        nil, wireName: "jsonb", formalName: "json", castNames: ["json"], .text, .any,
        isEqualAsStored: false, isOrdered: false)
    private static let bytesTraits = ColumnTraits(
        .string, formats: ["byte"], wireName: "bytea", .blob, .string, isEqualAsStored: false)

    /// One of each type. A decimal stands for all: its precision is that of a file that says none.
    public static let families: [ColumnType] = [
        .text, .uuid, .timestamp, .date, .time, .decimal(precision: decimalPrecisionMax, scale: 2),
        .integer, .integer32, .real, .boolean, .json, .bytes,
    ]

    /// The words `format` that go with a word `type`.
    public static func formats(of word: JSONType) -> [String] {
        families.filter { $0.traits.word == word }.flatMap(\.traits.formats)
    }

    /// The type, of ``families``, that the words `type` and `format` of a model file mean; nil for
    /// words that mean none.
    public init?(word: JSONType, format: String?) {
        let found = Self.families.first { type in
            let traits = type.traits
            guard traits.word == word else { return false }
            return format.map(traits.formats.contains) ?? traits.isWithoutFormat
        }
        guard let found else { return nil }
        self = found
    }

    /// The type that a name behind `::` means; nil for decimals, which take any scale, and for
    /// names that mean none.
    public init?(castName name: String) {
        let found = Self.families.first { $0.traits.castNames.contains(name) }
        guard let found, found.traits.formats != Self.decimalTraits.formats else { return nil }
        self = found
    }
}
