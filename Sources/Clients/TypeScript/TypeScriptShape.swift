import Bytes
import Schema
import Values

/// Names and texts as TypeScript writes them.
enum TypeScriptName {
    /// The key of a member: as it is where it is an identifier, else in quotes.
    static func key(_ name: String) -> String {
        let isPlain = name.utf8.allSatisfy { byte in
            ASCII.isLetter(byte) || ASCII.isDigit(byte) || "_$".utf8.contains(byte)
        }
        return isPlain && name.utf8.first.map(ASCII.isDigit) == false ? name : literal(name)
    }

    /// A text in quotes. JSON is a part of ECMAScript since 2019.
    static func literal(_ text: String) -> String { String(utf8: JSON.string(text).bytes) }
}

/// The type of what a JSON column may hold.
enum TypeScriptShape {
    static func type(_ rule: JSONRule) -> String {
        if let values = rule.values { return union(values.map(literalType)) }
        guard !rule.types.isEmpty else { return any }
        return union(
            rule.types.map { type in
                switch type {
                case .string: "string"
                case .integer, .number: "number"
                case .boolean: "boolean"
                case .null: "null"
                case .array: array(rule)
                case .object: object(rule)
                }
            })
    }

    /// Types of which one is meant, each once.
    static func union(_ types: [String]) -> String {
        var found: [String] = []
        for type in types where !found.contains(type) { found.append(type) }
        return found.isEmpty ? "never" : found.joined(separator: " | ")
    }

    /// The type of the one value that is written so.
    static func literal(_ json: String) -> String {
        (try? JSONDocument(parsing: Array(json.utf8))).map { literalType($0.root) } ?? any
    }

    private static func literalType(_ value: JSONValue) -> String {
        switch value.kind {
        case .string: TypeScriptName.literal(value.string ?? "")
        case .number, .bool, .null: String(utf8: value.raw)
        case .array: "[\(value.elements.map(literalType).joined(separator: ", "))]"
        case .object:
            members(
                value.members.map { member in
                    "\(TypeScriptName.key(member.key.string ?? "")): \(literalType(member.value))"
                })
        }
    }

    private static let any = "Json"

    private static func array(_ rule: JSONRule) -> String {
        guard let element = other(rule.items) else { return "[]" }
        return element.contains("|") ? "(\(element))[]" : "\(element)[]"
    }

    private static func object(_ rule: JSONRule) -> String {
        let declared = rule.properties.map { property in
            (property.name, type(property.rule), rule.required.contains(property.name))
        }
        let other = other(rule.additional)
        let undeclared = rule.required
            .filter { name in !rule.properties.contains { $0.name == name } }
            .map { ($0, other ?? "never", true) }
        let named = declared + undeclared
        var lines = named.map { name, type, isRequired in
            "\(TypeScriptName.key(name))\(isRequired ? "" : "?"): \(type)"
        }
        if let other {
            let types = other == any ? [any] : [other] + declared.map(\.1)
            lines.append("[key: string]: \(union(types + ["undefined"]))")
        }
        return members(lines)
    }

    /// What members or elements are that have no shape of their own; nil where there may be none.
    private static func other(_ additional: JSONRule.Additional) -> String? {
        switch additional {
        case .allowed: any
        case .refused: nil
        case .shaped(let rule): type(rule)
        }
    }

    private static func members(_ lines: [String]) -> String {
        lines.isEmpty ? "Record<string, never>" : "{ \(lines.joined(separator: "; ")) }"
    }
}
