package import Bytes
import Diagnostics
import Store
package import Values

/// The shape a JSON value must have: the part of JSON Schema that model files use, to any depth.
package final class JSONRule: Sendable {
    /// What to make of members that `properties` does not name.
    package enum Additional: Sendable {
        case allowed, refused
        case shaped(JSONRule)
    }

    /// A named text format and the column type that reads it.
    package struct Format: Sendable {
        let name: String
        package let type: ColumnType

        /// The formats of texts; those of decimals and bytes say how a column stores them.
        static let names = types.flatMap(\.traits.formats)
        private static let types = ColumnType.families.filter {
            $0.traits.storage == .text && !$0.traits.formats.isEmpty
        }

        /// The format called `name`, if there is one.
        init?(_ name: String) {
            guard let type = Self.types.first(where: { $0.traits.formats.contains(name) }) else {
                return nil
            }
            self.name = name
            self.type = type
        }
    }

    package let types: [JSONType]
    /// The values of `enum` or `const`, as JSON.
    package let values: [JSONValue]?
    /// Their equality keys.
    let allowed: [[UInt8]]?
    package let format: Format?
    package let bounds: Bounds
    package let properties: [(name: String, rule: JSONRule)]
    package let required: [String]
    package let additional: Additional
    let memberCount: CountRange
    package let items: Additional
    package let itemCount: CountRange
    let hasUniqueItems: Bool

    init(_ parts: JSONRuleParts) {
        types = parts.types
        values = parts.values
        allowed = parts.values?.map(\.equalityKey)
        format = parts.format
        bounds = parts.bounds
        properties = parts.properties
        required = parts.required
        additional = parts.additional
        memberCount = parts.memberCount
        items = parts.items
        itemCount = parts.itemCount
        hasUniqueItems = parts.hasUniqueItems
    }

    /// The first thing wrong with `value`, such as `tags[3] must be a string`, or nil when it fits.
    /// `path` is what the value itself is called.
    func firstFault(in value: JSONValue, path: String) -> String? {
        if !types.isEmpty, !types.contains(where: { $0.accepts(value) }) {
            return "\(path) must be of type \(types.map(\.rawValue).joined(separator: " or "))"
        }
        if let allowed, !allowed.contains(value.equalityKey) {
            return "\(path) is not one of the values allowed"
        }
        return switch value.kind {
        case .string: faultInText(value, path)
        case .number:
            value.number.flatMap { bounds.fault(in: $0, of: .real) }.map { "\(path) \($0)" }
        case .object: faultInObject(value, path)
        case .array: faultInArray(value, path)
        case .bool, .null: nil
        }
    }

    private func faultInText(_ value: JSONValue, _ path: String) -> String? {
        let text = value.string ?? ""
        if let fault = bounds.fault(in: .text(text), of: .text) { return "\(path) \(fault)" }
        if let format, (try? format.type.parse(text)) == nil {
            return "\(path) is not of the format \(format.name)"
        }
        return nil
    }

    private func faultInObject(_ value: JSONValue, _ path: String) -> String? {
        if let fault = memberCount.fault(value.count, "member") { return "\(path) \(fault)" }
        for name in required where value[name] == nil { return "\(path) needs \"\(name)\"" }
        for (key, member) in value.members {
            let name = key.string ?? ""
            let inner = "\(path).\(name)"
            if let rule = properties.first(where: { key.hasText($0.name) })?.rule {
                if let fault = rule.firstFault(in: member, path: inner) { return fault }
                continue
            }
            switch additional {
            case .allowed: continue
            case .refused: return "\(path) may not have \"\(name)\""
            case .shaped(let rule):
                if let fault = rule.firstFault(in: member, path: inner) { return fault }
            }
        }
        return nil
    }

    private func faultInArray(_ value: JSONValue, _ path: String) -> String? {
        if let fault = itemCount.fault(value.count, "element") { return "\(path) \(fault)" }
        if case .refused = items, value.count > 0 { return "\(path) must be empty" }
        var seen = Set<[UInt8]>()
        for (index, element) in value.elements.enumerated() {
            if case .shaped(let rule) = items,
                let fault = rule.firstFault(in: element, path: "\(path)[\(index)]")
            {
                return fault
            }
            if hasUniqueItems, !seen.insert(element.equalityKey).inserted {
                return "\(path)[\(index)] stands there twice"
            }
        }
        return nil
    }
}

extension JSONType {
    /// Whether a value is of the type.
    func accepts(_ value: JSONValue) -> Bool {
        switch self {
        case .string: value.kind == .string
        case .number: value.kind == .number
        case .boolean: value.kind == .bool
        case .object: value.kind == .object
        case .array: value.kind == .array
        case .null: value.isNull
        // JSON Schema calls 1.0 an integer too.
        case .integer: value.kind == .number && (value.double.map { $0 == $0.rounded() } ?? false)
        }
    }
}

extension JSONValue {
    /// A number as a value: an integer where it is written as one that fits; nil for other kinds.
    var number: Value? { int64.map(Value.integer) ?? double.map(Value.real) }
}
