public import Bytes
import Database
import Diagnostics
import Values

/// The shape a JSON value must have: the part of JSON Schema that model files use, to any depth.
public final class JSONRule: Sendable {
    /// What to make of members that `properties` does not name.
    enum Additional: Sendable {
        case allowed, refused
        case shaped(JSONRule)
    }

    /// A type of JSON Schema.
    enum TypeName: String, Sendable {
        case string, integer, number, boolean, object, array, null
    }

    /// A named text format and the column type that reads it.
    struct Format: Sendable {
        let name: String
        let type: ColumnType

        /// The formats of texts; those of decimals and bytes say how a column stores them.
        static let names = types.flatMap(\.traits.formats)
        private static let types: [ColumnType] = [.uuid, .timestamp, .date, .time]

        /// The format called `name`, if there is one.
        init?(_ name: String) {
            guard let type = Self.types.first(where: { $0.traits.formats.contains(name) }) else {
                return nil
            }
            self.name = name
            self.type = type
        }
    }

    /// The bounds of a number.
    struct Range: Sendable {
        var minimum: Double?
        var maximum: Double?
        var exclusiveMinimum: Double?
        var exclusiveMaximum: Double?
        var multipleOf: Double?
    }

    let types: [TypeName]
    /// The equality keys of the values of `enum` or `const`.
    let allowed: [[UInt8]]?
    let format: Format?
    let length: CountRange
    let pattern: Pattern?
    let range: Range
    let properties: [(name: String, rule: JSONRule)]
    let required: [String]
    let additional: Additional
    let memberCount: CountRange
    let items: Additional
    let itemCount: CountRange
    let hasUniqueItems: Bool

    init(_ parts: JSONRuleParts) {
        types = parts.types
        allowed = parts.allowed
        format = parts.format
        length = parts.length
        pattern = parts.pattern
        range = parts.range
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
    public func firstFault(in value: JSONValue, path: String) -> String? {
        if !types.isEmpty, !types.contains(where: { $0.accepts(value) }) {
            return "\(path) must be of type \(types.map(\.rawValue).joined(separator: " or "))"
        }
        if let allowed, !allowed.contains(value.equalityKey) {
            return "\(path) is not one of the values allowed"
        }
        return switch value.kind {
        case .string: faultInText(value, path)
        case .number: faultInNumber(value, path)
        case .object: faultInObject(value, path)
        case .array: faultInArray(value, path)
        case .bool, .null: nil
        }
    }

    private func faultInText(_ value: JSONValue, _ path: String) -> String? {
        let text = value.string ?? ""
        if let fault = length.fault(text.unicodeScalars.count, "characters") {
            return "\(path) \(fault)"
        }
        if let pattern, !pattern.matches(text) {
            return "\(path) does not match the pattern \(pattern.source)"
        }
        if let format, (try? format.type.parse(text)) == nil {
            return "\(path) is not of the format \(format.name)"
        }
        return nil
    }

    private func faultInNumber(_ value: JSONValue, _ path: String) -> String? {
        let number = value.double ?? .nan
        if let bound = range.minimum, number < bound { return "\(path) must be at least \(bound)" }
        if let bound = range.maximum, number > bound { return "\(path) must be at most \(bound)" }
        if let bound = range.exclusiveMinimum, number <= bound {
            return "\(path) must be larger than \(bound)"
        }
        if let bound = range.exclusiveMaximum, number >= bound {
            return "\(path) must be smaller than \(bound)"
        }
        if let step = range.multipleOf, !number.isMultiple(of: step) {
            return "\(path) must be a multiple of \(step)"
        }
        return nil
    }

    private func faultInObject(_ value: JSONValue, _ path: String) -> String? {
        if let fault = memberCount.fault(value.count, "members") { return "\(path) \(fault)" }
        for name in required where value[name] == nil { return "\(path) needs \"\(name)\"" }
        for (key, member) in value.members {
            let name = key.string ?? ""
            let inner = "\(path).\(name)"
            if let rule = properties.first(where: { $0.name == name })?.rule {
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
        if let fault = itemCount.fault(value.count, "elements") { return "\(path) \(fault)" }
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

extension JSONRule.TypeName {
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

extension Double {
    /// Whether the number is a whole multiple of `step`, as near as doubles can tell.
    func isMultiple(of step: Double) -> Bool {
        let quotient = self / step
        let whole = quotient.rounded()
        return abs(quotient - whole) <= abs(whole) * .ulpOfOne * 4
    }
}
