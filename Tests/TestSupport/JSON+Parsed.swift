public import Bytes

extension JSON {
    /// The tree of a parsed value; of repeated members the last one stays.
    public init(_ value: JSONValue) {
        switch value.kind {
        case .null: self = .null
        case .bool: self = .bool(value.bool ?? false)
        case .string: self = .string(value.string ?? "")
        case .array: self = .array(value.elements.map(JSON.init))
        case .number:
            if let integer = value.int64 {
                self = .integer(integer)
            } else {
                self = .number(value.double ?? 0)
            }
        case .object:
            var object = JSON.object([])
            for member in value.members { object[member.key.string ?? ""] = JSON(member.value) }
            self = object
        }
    }
}
