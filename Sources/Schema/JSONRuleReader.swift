import Bytes
import Diagnostics
import Values

/// What a `JSONRule` is made of, while it is read.
struct JSONRuleParts {
    var types: [JSONType] = []
    var values: [JSONValue]?
    var format: JSONRule.Format?
    var bounds = Bounds()
    var properties: [(name: String, rule: JSONRule)] = []
    var required: [String] = []
    var additional = JSONRule.Additional.allowed
    var memberCount = CountRange()
    var items = JSONRule.Additional.allowed
    var itemCount = CountRange()
    var hasUniqueItems = false
}

/// Reads nested schemas.
struct JSONRuleReader {
    let reader: FileReader

    typealias Words = [String: FileReader.Member]

    /// The rule of a JSON column, from the words of its property.
    func columnRule(_ kind: PropertyKind, _ words: Words) -> JSONRule {
        var parts = JSONRuleParts()
        if kind == .object { parts.types = [.object] }
        if kind == .array { parts.types = [.array] }
        readContainers(words, &parts)
        return JSONRule(parts)
    }

    /// The rule of a nested schema.
    func rule(_ value: JSONValue) -> JSONRule {
        let words = reader.words(of: value, .items)
        var parts = JSONRuleParts()
        if let type = words["type"]?.value {
            let names = type.kind == .array ? type.elements : [type]
            parts.types = names.compactMap { $0.string.flatMap(JSONType.init) }
        }
        parts.values = words["enum"]?.value.elements
        if let value = words["const"]?.value { parts.values = [value] }
        parts.format = words["format"]?.value.string.flatMap(JSONRule.Format.init)
        parts.bounds = Bounds(words, reader) { $0.value.number }
        readContainers(words, &parts)
        return JSONRule(parts)
    }

    private func readContainers(_ words: Words, _ parts: inout JSONRuleParts) {
        if let properties = words["properties"]?.value {
            parts.properties = reader.members(of: properties).map { ($0.name, rule($0.value)) }
        }
        parts.required = words["required"]?.value.elements.compactMap(\.string) ?? []
        parts.additional = additional(words["additionalProperties"]?.value)
        parts.memberCount = reader.countRange(words, "minProperties", "maxProperties")
        parts.items = additional(words["items"]?.value)
        parts.itemCount = reader.countRange(words, "minItems", "maxItems")
        parts.hasUniqueItems = words["uniqueItems"]?.value.bool ?? false
        checkRequired(words, parts)
    }

    private func additional(_ value: JSONValue?) -> JSONRule.Additional {
        guard let value else { return .allowed }
        if let isAllowed = value.bool { return isAllowed ? .allowed : .refused }
        return .shaped(rule(value))
    }

    /// With no other members allowed, a required member must be a declared one.
    private func checkRequired(_ words: Words, _ parts: JSONRuleParts) {
        guard case .refused = parts.additional else { return }
        let names = parts.properties.map(\.name)
        for element in words["required"]?.value.elements ?? [] {
            let name = element.string ?? ""
            if !names.contains(name) {
                reader.fault(
                    "\"required\" names \"\(name)\", which \"properties\" does not declare and "
                        + "\"additionalProperties\" refuses", at: element,
                    suggestion: nearest(name, in: names))
            }
        }
    }
}
