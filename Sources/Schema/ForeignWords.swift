/// Words of other tools and of SQL, where people write them in model files, and what a model file
/// says instead. Nobody who comes from there has to look it up.
enum ForeignWords {
    /// What to write, by the word without case and `_`, for each kind of object.
    private static let said: [Vocabulary.Name: [String: String]] = [
        .model: [
            "columns": "columns stand in \"properties\"",
            "fields": "columns stand in \"properties\"",
            "attributes": "columns stand in \"properties\"",
            "table": "a model is called as its file is",
            "tablename": "a model is called as its file is",
            "name": "a model is called as its file is",
            "policies": "who may do what stands in \"access\"",
            "policy": "who may do what stands in \"access\"",
            "permissions": "who may do what stands in \"access\"",
            "rls": "who may do what stands in \"access\", and nobody may what is not said",
            "constraints": "write \"checks\", \"unique\" or \"references\"",
            "relations": "a column says \"references\"; several together do so in \"references\"",
            "foreignkeys": "a column says \"references\"; several do so in \"references\"",
            "timestamps":
                "write a column of \"format\": \"date-time\" with \"default\": {\"$expr\": "
                + "\"now()\"}",
            "paranoid": "write \"softDelete\": true",
            "softdeletes": "write \"softDelete\": true",
        ],
        .property: [
            "nullable": "a column may be null unless \"required\" of the model names it",
            "null": "a column may be null unless \"required\" of the model names it",
            "notnull": "name the column in \"required\" of the model",
            "optional": "a column may be null unless \"required\" of the model names it",
            "primary": "name the column in \"primaryKey\" of the model",
            "pk": "name the column in \"primaryKey\" of the model",
            "isprimarykey": "name the column in \"primaryKey\" of the model",
            "foreignkey": "write \"references\": {\"model\": \"…\"}",
            "ref": "write \"references\": {\"model\": \"…\"}",
            "relation": "write \"references\": {\"model\": \"…\"}",
            "belongsto": "write \"references\": {\"model\": \"…\"}",
            "index": "write \"indexes\": [{\"on\": [\"…\"]}] in the model",
            "indexed": "write \"indexes\": [{\"on\": [\"…\"]}] in the model",
            "serial": "write \"identity\": true",
            "increment": "write \"identity\": true",
            "length": "write \"maxLength\"",
            "size": "write \"maxLength\"",
            "max": "write \"maximum\", or \"maxLength\" for a text",
            "min": "write \"minimum\", or \"minLength\" for a text",
            "values": "write \"enum\"",
            "options": "write \"enum\"",
            "choices": "write \"enum\"",
            "check": "write \"checks\": {\"name\": \"…\"} in the model",
            "comment": "write \"description\"",
        ],
        .access: verbs, .columnAccess: verbs,
        .references: [
            "table": "write \"model\"", "foreignkey": "write \"column\"",
            "field": "write \"column\"", "key": "write \"column\"",
        ],
    ]

    private static let verbs = [
        "select": "write \"read\"", "get": "write \"read\"", "list": "write \"read\"",
        "view": "write \"read\"", "insert": "write \"create\"", "post": "write \"create\"",
        "patch": "write \"update\"", "put": "write \"update\"", "remove": "write \"delete\"",
        "public": "write \"read\": true for what everybody may read",
        "anon": "a rule says for whom it is: \"auth.role() = 'anon'\"",
        "authenticated": "a rule says for whom it is: \"auth.uid() is not null\"",
    ]

    /// What to write instead of a word that an object of this kind does not have; nil for a word
    /// that is no other tool's.
    static func advice(on word: String, in kind: Vocabulary.Name) -> String? {
        said[kind]?[word.lowercased().filter { $0 != "_" && $0 != "-" }]
    }
}
