import Bytes
import Configuration

/// What may stand after a word of a file's vocabulary: one description that the reader checks
/// against and that the JSON Schema for editors is written from, so the two cannot drift apart.
indirect enum Shape: Sendable {
    /// Any string.
    case text
    /// A string in the rule language.
    case expression
    /// true or false.
    case boolean
    /// An integer not below the bound.
    case integer(min: Int64)
    /// Any number.
    case number
    /// A span of time such as `7d`.
    case span
    /// Any JSON value.
    case value
    /// One of these strings.
    case choice([String])
    /// An array whose elements have this shape.
    case list(Shape, min: Int)
    /// An object of free names.
    case map(Shape)
    /// An object with the words of a vocabulary that the JSON Schema refers to by its name.
    case words(Vocabulary.Name)
    /// An object with these words.
    case object(Vocabulary)
    /// A value of a setting.
    case setting(Setting)
    /// The one boolean.
    case constant(Bool)
    /// One of several shapes.
    case either([Shape])

    /// One name, or several.
    static let names = Shape.either([.text, .list(.text, min: 1)])

    /// The shape in words, with its article, as in `must be …`.
    var wording: String {
        switch self {
        case .text: "a string"
        case .expression: "an expression (a string)"
        case .boolean: "true or false"
        case .integer(let min): "an integer not below \(min)"
        case .number: "a number"
        case .span: Duration.spanWording
        case .value: "a JSON value"
        case .choice(let words): "one of " + words.map { "\"\($0)\"" }.joined(separator: ", ")
        case .list(let element, let min):
            (min > 0 ? "a non-empty" : "an") + " array, each element \(element.wording)"
        case .map: "an object"
        case .words(let name):
            "an object" + (Vocabulary.named(name).listing.map { " (\($0))" } ?? "")
        case .object(let vocabulary): "an object" + (vocabulary.listing.map { " (\($0))" } ?? "")
        case .setting(let setting): setting.syntax.wording
        case .constant(let value): "\(value)"
        case .either(let shapes): shapes.map(\.wording).joined(separator: " or ")
        }
    }

    /// Whether `value` is of the right kind. Objects are judged by their kind only: their words are
    /// read, and faulted one by one, by whoever reads them.
    func accepts(_ value: JSONValue) -> Bool {
        switch self {
        case .text, .expression: value.kind == .string
        case .boolean: value.kind == .bool
        case .integer(let min): value.int64.map { $0 >= min } ?? false
        case .number: value.kind == .number
        case .span: value.string.flatMap(Duration.init(span:)) != nil
        case .value: true
        case .choice(let words): value.string.map(words.contains) ?? false
        case .list(let element, let min):
            value.kind == .array && value.count >= min && value.elements.allSatisfy(element.accepts)
        case .map, .words, .object: value.kind == .object
        case .setting(let setting): setting.accepts(value)
        case .constant(let expected): value.bool == expected
        case .either(let shapes): shapes.contains { $0.accepts(value) }
        }
    }

    /// The words of a closed set, for "did you mean".
    var choices: [String] {
        if case .choice(let words) = self { return words }
        if case .setting(let setting) = self { return setting.syntax.choices }
        return []
    }

    /// What to say of a text that is not of this shape, where the wording does not tell enough.
    func objection(to value: JSONValue) -> String? {
        guard case .setting(let setting) = self else { return nil }
        return value.string.flatMap(setting.syntax.objection)
    }

    /// The shape as JSON Schema (2020-12).
    var jsonSchema: JSON {
        switch self {
        case .text, .expression: ["type": "string"]
        case .boolean: ["type": "boolean"]
        case .integer(let min):
            min == .min ? ["type": "integer"] : ["type": "integer", "minimum": .integer(min)]
        case .number: ["type": "number"]
        case .span: ["type": "string", "pattern": .string(Duration.spanPattern)]
        case .value: true
        case .choice(let words): ["enum": .array(words.map { .string($0) })]
        case .list(let element, let min):
            min == 0
                ? ["type": "array", "items": element.jsonSchema]
                : ["type": "array", "items": element.jsonSchema, "minItems": .integer(Int64(min))]
        case .map(let shape): ["type": "object", "additionalProperties": shape.jsonSchema]
        case .words(let name): ["$ref": .string("#/$defs/\(name.rawValue)")]
        case .object(let vocabulary): vocabulary.jsonSchema
        case .setting(let setting): setting.syntax.jsonSchema
        case .constant(let value): ["const": .bool(value)]
        case .either(let shapes): ["anyOf": .array(shapes.map(\.jsonSchema))]
        }
    }
}

/// A word that may stand in an object of a file.
struct Word: Sendable {
    let name: String
    let shape: Shape
    /// One sentence for the editor's hover text.
    let description: String
    /// The kinds of property it makes sense for; nil for all of them.
    let kinds: Set<PropertyKind>?
    let isRequired: Bool

    init(
        _ name: String, _ shape: Shape, _ description: String, for kinds: Set<PropertyKind>? = nil,
        isRequired: Bool = false
    ) {
        self.name = name
        self.shape = shape
        self.description = description
        self.kinds = kinds
        self.isRequired = isRequired
    }
}

/// The words that may stand in one kind of object.
struct Vocabulary: Sendable {
    /// The kinds of object; the raw value is the name in the JSON Schema's `$defs`.
    enum Name: String, Sendable, CaseIterable {
        case model, property, items, references, reference, expression, index, access, update
        case columnAccess, realtime
    }

    /// What an object of this kind is called in messages: `a property`.
    let noun: String
    let words: [Word]
    /// Settings whose word might be looked for here, and that are given in another way.
    var elsewhere: [Setting] = []

    func word(_ name: String) -> Word? { words.first { $0.name == name } }

    /// The words one after the other, for messages; nil where they are too many to read.
    var listing: String? {
        words.count > Self.listedMax ? nil : words.map(\.name).joined(separator: ", ")
    }

    private static let listedMax = 20

    /// An object of this kind as JSON Schema.
    var jsonSchema: JSON {
        let properties = words.map { word in
            var schema = word.shape.jsonSchema
            if case .bool = schema { schema = [:] }
            schema["description"] = .string(word.description)
            return JSON.Member(word.name, schema)
        }
        var schema: JSON = [
            "type": "object", "properties": .object(properties), "additionalProperties": false,
        ]
        let required = words.filter(\.isRequired).map { JSON.string($0.name) }
        if !required.isEmpty { schema["required"] = .array(required) }
        return schema
    }
}
