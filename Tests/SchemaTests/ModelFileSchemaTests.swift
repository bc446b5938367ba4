import Bytes
import Foundation
import TestSupport
import Testing
import Values

@testable import Schema

/// As much of JSON Schema as the generated schema uses.
struct SchemaValidator {
    let root: JSONValue

    func accepts(_ value: JSONValue, _ schema: JSONValue) -> Bool {
        if let always = schema.bool { return always }
        return schema.members.allSatisfy { keeps(value, $0.key.string ?? "", $0.value, of: schema) }
    }

    private func keeps(
        _ value: JSONValue, _ word: String, _ rule: JSONValue, of schema: JSONValue
    ) -> Bool {
        switch word {
        case "$ref":
            let name = rule.string?.split(separator: "/").last.map(String.init) ?? ""
            guard let target = root["$defs"]?[name] else { return false }
            return accepts(value, target)
        case "type": return isOfType(value, rule.string ?? "")
        case "properties":
            return rule.members.allSatisfy { name, schema in
                value[name.string ?? ""].map { accepts($0, schema) } ?? true
            }
        case "additionalProperties":
            return value.members.allSatisfy { name, member in
                schema["properties"]?[name.string ?? ""] != nil || accepts(member, rule)
            }
        case "required": return rule.elements.allSatisfy { value[$0.string ?? ""] != nil }
        case "items": return value.elements.allSatisfy { accepts($0, rule) }
        case "minItems": return value.kind != .array || value.count >= Int(rule.int64 ?? 0)
        case "minProperties": return value.kind != .object || value.count >= Int(rule.int64 ?? 0)
        case "minimum": return value.double.map { $0 >= rule.double ?? 0 } ?? true
        case "maximum": return value.double.map { $0 <= rule.double ?? 0 } ?? true
        case "minLength": return value.string.map { $0.count >= Int(rule.int64 ?? 0) } ?? true
        case "pattern":
            guard let text = value.string, let regex = try? Regex(rule.string ?? "") else {
                return true
            }
            return text.firstMatch(of: regex) != nil
        case "enum": return rule.elements.contains { Self.text($0) == Self.text(value) }
        case "const": return Self.text(rule) == Self.text(value)
        case "anyOf": return rule.elements.contains { accepts(value, $0) }
        case "$schema", "title", "description", "$defs": return true
        default: return false
        }
    }

    private static func text(_ value: JSONValue) -> String {
        String(utf8: value.equalityKey)
    }

    private func isOfType(_ value: JSONValue, _ type: String) -> Bool {
        JSONType(rawValue: type)?.accepts(value) ?? false
    }
}

@Suite struct ModelFileSchemaTests {
    static func schema() throws -> JSONValue {
        try JSONDocument(parsing: ModelFileSchema.bytes).root
    }

    func accepts(_ text: [UInt8]) throws -> Bool {
        let schema = try Self.schema()
        return SchemaValidator(root: schema).accepts(try JSONDocument(parsing: text).root, schema)
    }

    @Test func `the sample's models keep the generated schema`() throws {
        let directory = Repository.path("Schemas/models")
        let names = try FileManager.default.contentsOfDirectory(atPath: directory)
        #expect(names.count == 4)
        for name in names {
            let text = try #require(FileManager.default.contents(atPath: "\(directory)/\(name)"))
            #expect(try accepts(Array(text)), "\(name)")
        }
        #expect(try accepts(Array(DDLTests.everything.utf8)))
    }

    /// Every word's own place in the format is known to the schema: files with a fault of
    /// spelling or shape are refused by both.
    @Test(arguments: [
        #"{"properties": {}, "requird": []}"#, "{}", #"{"properties": {"c": {"type": "sting"}}}"#,
        #"{"properties": {"c": {"maxLength": -1}}}"#,
        #"{"properties": {}, "access": {"raed": true}}"#,
        #"{"properties": {"c": {"references": {"as": "x"}}}}"#,
        #"{"properties": {"c": {"type": "array", "items": {"type": "strin"}}}}"#,
        #"{"properties": {}, "indexes": [{"where": "x"}]}"#,
        #"{"properties": {}, "primaryKey": [1]}"#,
    ])
    func `what the reader refuses the schema refuses`(_ text: String) throws {
        #expect(!diagnostics([("models/things.json", text)]).isEmpty)
        #expect(try !accepts(Array(text.utf8)))
    }

    /// The words that the reader or the migrations refuse, and what an editor says of them.
    @Test(arguments: [
        (Vocabulary.Name.model, "search", "Not built yet"),
    ])
    func `a word that does not work yet says so`(
        _ vocabulary: Vocabulary.Name, _ word: String, _ said: String
    ) {
        #expect(
            Vocabulary.named(vocabulary).word(word)?.description.contains(said) == true)
    }

    @Test func `every vocabulary a reference names is defined`() throws {
        let schema = try Self.schema()
        let text = String(utf8: ModelFileSchema.bytes)
        for reference in text.matches(of: /#\/\$defs\/([A-Za-z]+)/) {
            #expect(schema["$defs"]?[String(reference.output.1)] != nil, "\(reference.output.1)")
        }
    }
}
