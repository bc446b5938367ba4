public import PostgresWire
public import Values

extension ColumnType {
    /// The server's name of the type: what a value is cast to.
    public var typeName: String { wireName }

    /// The server's number of the type.
    public var typeOID: TypeOID {
        switch self {
        case .text: .text
        case .uuid: .uuid
        case .timestamp: .timestamptz
        case .date: .date
        case .time: .time
        case .decimal: .numeric
        case .integer: .int8
        case .integer32: .int4
        case .real: .float8
        case .boolean: .bool
        case .json: .jsonb
        case .bytes: .bytea
        }
    }

    /// The type that a parameter with this value is declared with: the column's own, so that its
    /// index serves, but for what only a wider one holds.
    public func parameterType(for value: Value) -> TypeOID {
        switch value {
        case .real: exactScale == nil ? typeOID : .numeric
        case .integer(let number):
            self == .integer32 && Int32(exactly: number) == nil ? .int8 : typeOID
        case .null, .text, .blob: typeOID
        }
    }
}
