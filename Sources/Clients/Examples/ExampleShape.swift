import Bytes
import Schema
import Values

/// A JSON value that a nested schema allows.
enum ExampleShape {
    /// - Parameter isFull: whether it has what may be left out, too.
    static func value(_ rule: JSONRule, isFull: Bool, depth: Int = 0) -> JSON {
        if let first = rule.values?.first { return json(first) }
        switch rule.types.first ?? .object {
        case .string: return .string(text(rule))
        case .integer, .number: return number(rule)
        case .boolean: return .bool(true)
        case .null: return .null
        case .array:
            guard case .shaped(let element) = rule.items, depth < depthMax else {
                return .array([])
            }
            let count = max(rule.itemCount.min ?? 0, isFull ? 1 : 0)
            let example = value(element, isFull: isFull, depth: depth + 1)
            let most = depth < elementsMax.count ? elementsMax[depth] : 1
            return .array(Array(repeating: example, count: min(count, most)))
        case .object:
            let members = rule.properties.filter { isFull || rule.required.contains($0.name) }
            guard depth < depthMax else { return .object([]) }
            return .object(
                members.map {
                    JSON.Member($0.name, value($0.rule, isFull: isFull, depth: depth + 1))
                } + undeclared(rule, isFull: isFull, depth: depth))
        }
    }

    private static let depthMax = 16
    /// The most elements of arrays, of arrays in those, and so on.
    private static let elementsMax = [100, 10, 3]

    /// Members that must be there and are not declared.
    private static func undeclared(
        _ rule: JSONRule, isFull: Bool, depth: Int
    ) -> [JSON.Member] {
        let example =
            if case .shaped(let shape) = rule.additional {
                value(shape, isFull: isFull, depth: depth + 1)
            } else {
                JSON.string("example")
            }
        return rule.required.filter { name in !rule.properties.contains { $0.name == name } }
            .map { JSON.Member($0, example) }
    }

    private static func text(_ rule: JSONRule) -> String {
        if let type = rule.format?.type {
            switch type {
            case .uuid: return ExampleValue.uuid
            case .timestamp: return "2026-01-31T12:00:00Z"
            case .date: return "2026-01-31"
            case .time: return "12:00:00"
            case .text, .decimal, .integer, .integer32, .real, .boolean, .json, .bytes: break
            }
        }
        let texts = ExampleText.candidates(rule.bounds, called: "text")
        return texts.first { rule.bounds.allow(.text($0)) } ?? texts.first ?? ""
    }

    private static func number(_ rule: JSONRule) -> JSON {
        let bounds = rule.bounds.numbers.map(\.value)
        let number = ([.integer(1)] + bounds + [.integer(0)]).first { rule.bounds.allow($0) }
        switch number {
        case .integer(let number)?: return .integer(number)
        case .real(let number)?: return .number(number)
        case .text?, .blob?, .null?, nil: return .integer(1)
        }
    }

    private static func json(_ value: JSONValue) -> JSON {
        switch value.kind {
        case .null: return .null
        case .bool: return .bool(value.bool ?? false)
        case .string: return .string(value.string ?? "")
        case .array: return .array(value.elements.map(json))
        case .number: return value.int64.map(JSON.integer) ?? .number(value.double ?? 0)
        case .object:
            return .object(
                value.members.map { JSON.Member($0.key.string ?? "", json($0.value)) })
        }
    }
}
