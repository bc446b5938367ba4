import Bytes

/// The JSON Schema (2020-12) of `project.json`, for editors: written to
/// `.apus/project.schema.json`.
public struct ProjectFileSchema: Sendable {
    /// The schema's text. It is made from the settings' own table.
    public static var bytes: [UInt8] {
        var schema: JSON = [
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "Apus project file",
        ]
        if case .object(let members) = Vocabulary.project.jsonSchema {
            for member in members { schema[member.key] = member.value }
        }
        return schema.bytes
    }
}
