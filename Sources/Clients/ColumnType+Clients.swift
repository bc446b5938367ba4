import Values

/// What clients call the values of a column type.
struct ClientSpelling {
    let typeScript: String
    let swift: String
}

extension ColumnType {
    /// The type's row. JSON is told by its shape where a model gives one.
    var spelling: ClientSpelling {
        switch self {
        case .text, .timestamp, .date, .time, .bytes:
            ClientSpelling(typeScript: "string", swift: "String")
        case .uuid: ClientSpelling(typeScript: "string", swift: "UUID")
        case .decimal: ClientSpelling(typeScript: "number", swift: "Decimal")
        case .integer: ClientSpelling(typeScript: "number", swift: "Int64")
        case .integer32: ClientSpelling(typeScript: "number", swift: "Int32")
        case .real: ClientSpelling(typeScript: "number", swift: "Double")
        case .boolean: ClientSpelling(typeScript: "boolean", swift: "Bool")
        case .json: ClientSpelling(typeScript: "Json", swift: "JSONValue")
        }
    }
}
