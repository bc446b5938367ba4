/// A JSON value as a tree, for the cold paths that build or keep JSON. Objects keep their order.
public indirect enum JSON: Hashable, Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case array([JSON])
    case object([Member])

    /// A name and its value.
    public struct Member: Hashable, Sendable {
        /// The member's name.
        public var key: String
        /// The member's value.
        public var value: JSON

        /// A member of an object.
        public init(_ key: String, _ value: JSON) {
            self.key = key
            self.value = value
        }
    }

    /// The member named `key`; setting nil removes it, setting a new name appends it. Nil, and
    /// setting does nothing, when this is not an object.
    public subscript(_ key: String) -> JSON? {
        get {
            guard case .object(let members) = self else { return nil }
            return members.last { $0.key == key }?.value
        }
        set {
            guard case .object(var members) = self else { return }
            self = .null
            let position = members.firstIndex { $0.key == key }
            switch (position, newValue) {
            case (let position?, let value?): members[position].value = value
            case (let position?, nil): members.remove(at: position)
            case (nil, let value?): members.append(Member(key, value))
            case (nil, nil): break
            }
            self = .object(members)
        }
    }

    /// The text of a string, nil for other kinds.
    public var string: String? {
        if case .string(let text) = self { return text }
        return nil
    }

    /// Appends the JSON text, without blanks.
    public func append(to output: inout [UInt8]) {
        switch self {
        case .null: output.append(ascii: "null")
        case .bool(let value): output.append(ascii: value ? "true" : "false")
        case .integer(let value): output.append(decimal: value)
        case .number(let value): output.append(shortest: value)
        case .string(let value): output.append(jsonString: value)
        case .array(let elements):
            output.append(ASCII.leftBracket)
            for (position, element) in elements.enumerated() {
                if position > 0 { output.append(ASCII.comma) }
                element.append(to: &output)
            }
            output.append(ASCII.rightBracket)
        case .object(let members):
            output.append(ASCII.leftBrace)
            for (position, member) in members.enumerated() {
                if position > 0 { output.append(ASCII.comma) }
                output.append(jsonString: member.key)
                output.append(ASCII.colon)
                member.value.append(to: &output)
            }
            output.append(ASCII.rightBrace)
        }
    }

    /// The JSON text, without blanks.
    public var bytes: [UInt8] {
        var output: [UInt8] = []
        append(to: &output)
        return output
    }
}

extension JSON: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByStringLiteral, ExpressibleByArrayLiteral,
    ExpressibleByDictionaryLiteral
{
    public init(nilLiteral: ()) { self = .null }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(integerLiteral value: Int64) { self = .integer(value) }
    public init(floatLiteral value: Double) { self = .number(value) }
    public init(stringLiteral value: String) { self = .string(value) }
    public init(arrayLiteral elements: JSON...) { self = .array(elements) }
    public init(dictionaryLiteral elements: (String, JSON)...) {
        self = .object(elements.map { Member($0.0, $0.1) })
    }
}
