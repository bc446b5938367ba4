/// The number of a type in `pg_type`. Those named here are the same in every database; enums,
/// domains and what extensions bring have numbers of the database's own.
public struct TypeOID: RawRepresentable, Hashable, Sendable {
    /// The number.
    public let rawValue: UInt32

    /// The type of a number.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Left to the server to find out.
    public static let unspecified = TypeOID(rawValue: 0)

    /// The types whose binary form is read and written here.
    public static let bool = TypeOID(rawValue: 16)
    public static let bytea = TypeOID(rawValue: 17)
    public static let name = TypeOID(rawValue: 19)
    public static let int8 = TypeOID(rawValue: 20)
    public static let int2 = TypeOID(rawValue: 21)
    public static let int4 = TypeOID(rawValue: 23)
    public static let text = TypeOID(rawValue: 25)
    public static let oid = TypeOID(rawValue: 26)
    public static let json = TypeOID(rawValue: 114)
    public static let float4 = TypeOID(rawValue: 700)
    public static let float8 = TypeOID(rawValue: 701)
    public static let bpchar = TypeOID(rawValue: 1042)
    public static let varchar = TypeOID(rawValue: 1043)
    public static let date = TypeOID(rawValue: 1082)
    public static let time = TypeOID(rawValue: 1083)
    public static let timestamp = TypeOID(rawValue: 1114)
    public static let timestamptz = TypeOID(rawValue: 1184)
    public static let interval = TypeOID(rawValue: 1186)
    public static let numeric = TypeOID(rawValue: 1700)
    public static let record = TypeOID(rawValue: 2249)
    public static let uuid = TypeOID(rawValue: 2950)
    public static let lsn = TypeOID(rawValue: 3220)
    public static let jsonb = TypeOID(rawValue: 3802)
    public static let xid8 = TypeOID(rawValue: 5069)

    /// One row for each: its name, and the type of its arrays.
    private static let table: [TypeOID: (name: String, array: UInt32)] = [
        .bool: ("bool", 1000), .bytea: ("bytea", 1001), .name: ("name", 1003),
        .int8: ("int8", 1016), .int2: ("int2", 1005), .int4: ("int4", 1007),
        .text: ("text", 1009), .oid: ("oid", 1028), .json: ("json", 199),
        .float4: ("float4", 1021), .float8: ("float8", 1022), .bpchar: ("bpchar", 1014),
        .varchar: ("varchar", 1015), .date: ("date", 1182), .time: ("time", 1183),
        .timestamp: ("timestamp", 1115), .timestamptz: ("timestamptz", 1185),
        .interval: ("interval", 1187), .numeric: ("numeric", 1231), .record: ("record", 2287),
        .uuid: ("uuid", 2951), .lsn: ("pg_lsn", 3221), .jsonb: ("jsonb", 3807),
        .xid8: ("xid8", 271),
    ]

    private static let elements = Dictionary(
        uniqueKeysWithValues: table.map { (TypeOID(rawValue: $0.value.array), $0.key) })

    /// The types named here.
    public static var known: some Collection<TypeOID> { table.keys }

    /// PostgreSQL's name of it; nil for one that is not named here.
    public var name: String? {
        Self.table[self]?.name ?? element?.name.map { "\($0)[]" }
    }

    /// The type of its arrays; nil for one that is not named here.
    public var array: TypeOID? { Self.table[self].map { TypeOID(rawValue: $0.array) } }

    /// What its arrays hold; nil for one that is no array of those named here.
    public var element: TypeOID? { Self.elements[self] }

    /// How values of it are asked for and sent: binary where this room knows the form.
    public var format: ValueFormat {
        Self.table[self] != nil || element != nil ? .binary : .text
    }
}
