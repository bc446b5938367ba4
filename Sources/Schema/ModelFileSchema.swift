import Bytes

/// The JSON Schema (2020-12) of model files, for editors: written to `.apus/model.schema.json`.
public struct ModelFileSchema: Sendable {
    /// The schema's text. It is made from the vocabulary the reader itself uses.
    public static var bytes: [UInt8] {
        var definitions: [JSON.Member] = Vocabulary.Name.allCases.map { name in
            JSON.Member(name.rawValue, Vocabulary.named(name).jsonSchema)
        }
        let modelIndex = definitions.firstIndex { $0.key == Vocabulary.Name.model.rawValue }
        let model = modelIndex.map { definitions.remove(at: $0).value } ?? [:]
        var schema: JSON = [
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "Apus model file",
        ]
        if case .object(let members) = model {
            for member in members { schema[member.key] = member.value }
        }
        schema["$defs"] = .object(definitions)
        return schema.bytes
    }
}
