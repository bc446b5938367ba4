/// The name of something in a database of PostgreSQL's, with its schema.
struct SourceName: Hashable, Sendable, CustomStringConvertible {
    let schema: String
    let name: String

    init(_ schema: String, _ name: String) {
        self.schema = schema
        self.name = name
    }

    /// A name in parts, of which the last but one is the schema.
    ///
    /// - Parameter schema: the one of names that have none.
    init(_ parts: [String], in schema: String) {
        self.init(parts.count > 1 ? parts[parts.count - 2] : schema, parts.last ?? "")
    }

    /// A name as it stands in a constant: `public."Odd name"`; nil for what is none.
    init?(quoted text: String, in schema: String) {
        guard var cursor = try? TokenCursor(Array(text.utf8)), let parts = try? cursor.path()
        else { return nil }
        self.init(parts, in: schema)
    }

    /// As reports show it: without the schema that everybody has.
    var description: String { schema == "public" ? name : "\(schema).\(name)" }
}
