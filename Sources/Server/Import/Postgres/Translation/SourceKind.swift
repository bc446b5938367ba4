import Bytes

/// What values of a type are to a rule.
enum SourceKind: Hashable, Sendable {
    case text, caseless, enumeration, uuid, whole, number, truth, moment, date, time, json, bytes
    /// Arrays, and types that Apus keeps as a text.
    case other
}

extension SourceDatabase {
    /// A type with domains looked through.
    func resolved(_ type: SQLType) -> SQLType {
        var type = type
        for _ in 0..<8 {
            guard type.dimensions == 0,
                let domain = domains[SourceName(type.schema ?? "public", type.name)]
            else { return type }
            type = domain.type
        }
        return type
    }

    /// The values of an enumeration; nil for another type.
    func values(of type: SQLType) -> [String]? {
        guard type.dimensions == 0 else { return nil }
        return enums[SourceName(type.schema ?? "public", type.name)]
    }

    func kind(of given: SQLType) -> SourceKind {
        let type = resolved(given)
        if type.dimensions > 0 { return .other }
        if values(of: type) != nil { return .enumeration }
        return switch type.name {
        case "text", "varchar", "char", "name", "string": .text
        case "citext": .caseless
        case "uuid": .uuid
        case "smallint", "integer", "bigint", "oid": .whole
        case "numeric", "real", "double precision": .number
        case "boolean": .truth
        case "timestamp", "timestamp with time zone": .moment
        case "date": .date
        case "time": .time
        case "json", "jsonb": .json
        case "bytea": .bytes
        default: .other
        }
    }
}
