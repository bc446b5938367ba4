import Bytes
import Schema
import Values

/// Finds the types of a model's columns, and collects what has to be declared for them.
struct SwiftShapes {
    private(set) var declared: [SwiftDeclaration] = []
    private var names = UniqueNames(taken: SwiftName.takenTypes)

    mutating func type(of column: Column) -> String {
        if let texts = column.enumeratedTexts {
            return enumeration(texts, called: column.name, "What `\(column.name)` may be.")
        }
        guard column.enumeration == nil, let rule = column.jsonRule else {
            return column.type.spelling.swift
        }
        return type(rule, called: column.name)
    }

    private mutating func enumeration(
        _ texts: [String], called name: String, _ comment: String
    ) -> String {
        let type = names.unique(SwiftName.type(name))
        declared.append(.enumeration(SwiftEnumeration(name: type, comment: comment, texts: texts)))
        return type
    }

    /// The type of a JSON value; any JSON where a structure could not hold all of it.
    private mutating func type(_ rule: JSONRule, called name: String) -> String {
        let types = rule.types.filter { $0 != .null }
        guard types.count == 1 else { return Self.any }
        let type = type(types[0], rule, called: name)
        return type == Self.any || types.count == rule.types.count ? type : "\(type)?"
    }

    private static let any = "JSONValue"

    private mutating func type(
        _ type: JSONType, _ rule: JSONRule, called name: String
    ) -> String {
        switch type {
        case .string:
            let texts = rule.values?.compactMap(\.string) ?? []
            guard !texts.isEmpty, texts.count == rule.values?.count else { return "String" }
            return enumeration(texts, called: name, "What `\(name)` may be.")
        case .integer: return "Int64"
        case .number: return "Double"
        case .boolean: return "Bool"
        case .null: return Self.any
        case .array:
            guard case .shaped(let element) = rule.items else { return "[\(Self.any)]" }
            return "[\(self.type(element, called: name))]"
        case .object: return object(rule, called: name)
        }
    }

    private mutating func object(_ rule: JSONRule, called name: String) -> String {
        switch rule.additional {
        case .allowed: return Self.any
        case .shaped(let value):
            return rule.properties.isEmpty
                ? "[String: \(type(value, called: name))]" : Self.any
        case .refused:
            let typeName = names.unique(SwiftName.type(name))
            let fields = rule.properties.map { property in
                let type = type(property.rule, called: "\(name)_\(property.name)")
                if rule.required.contains(property.name) {
                    // One that may be null would be left out where it has to be.
                    return SwiftField(
                        key: property.name, type: type.hasSuffix("?") ? Self.any : type)
                }
                return SwiftField(key: property.name, type: type.hasSuffix("?") ? type : type + "?")
            }
            declared.append(
                .structure(
                    SwiftStructure(
                        name: typeName, comment: "What `\(name)` holds.", fields: fields)))
            return typeName
        }
    }
}
