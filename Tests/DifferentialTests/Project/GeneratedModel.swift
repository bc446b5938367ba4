/// A word of a model file and the JSON behind it.
typealias ModelWord = (name: String, json: String)

/// A column of a generated model, as its file has it, and what requests must know of it.
struct GeneratedColumn: Sendable {
    var name: String
    var kind: ColumnKind
    var isRequired = false
    /// Words beside the kind's own.
    var words: [ModelWord] = []
    /// Values that it takes.
    var values: [Datum]
    /// Values that it refuses.
    var badValues: [Datum]
    /// The server makes values that are others on every server: they have no order to compare.
    var isServerMade = false
    var reference: GeneratedReference?
    /// False for the `id` that the server adds.
    var isDeclared = true
    /// Words that no smaller project leaves out: they hide the column.
    var hidingWords: [ModelWord] = []
    /// Keys of hidden rows, where its values are keys.
    var hiddenKeys = HiddenKeys()

    init(_ name: String, _ kind: ColumnKind) {
        self.name = name
        self.kind = kind
        values = kind.values
        badValues = kind.badValues
    }

    /// Whether the order of its values is the same on every server.
    var isComparable: Bool { kind.isOrdered && !isServerMade }

    func has(_ word: String) -> Bool { (hidingWords + words).contains { $0.name == word } }

    var json: String {
        var all = kind.words + hidingWords + words
        if let reference { all.append(("references", reference.json)) }
        return object(all)
    }
}

/// What a column refers to.
struct GeneratedReference: Sendable {
    var model: String
    var alias: String?
    var inverse: String?
    var onDelete: String?

    var json: String {
        let words = [("as", alias), ("inverse", inverse), ("onDelete", onDelete)]
        return object(
            [("model", quoted(model))]
                + words.compactMap { name, value in
                    value.map { (name, quoted($0)) }
                })
    }
}

/// A generated model.
struct GeneratedModel: Sendable {
    var name: String
    var columns: [GeneratedColumn]
    /// Nil where the file leaves it out.
    var primaryKey: [String]?
    /// `unique`, `indexes`, `checks`, `realtime` and `access`.
    var words: [ModelWord] = []
    var unique: [[String]] = []
    /// Everybody may do everything, whatever `access` has said.
    var isOpen = false
    /// What `access` says then.
    var openAccess = "{\"all\": true}"

    /// The key as the server knows it.
    var key: [String] { primaryKey ?? ["id"] }

    /// Whether the server numbers its rows: in the first column.
    var isNumbered: Bool { columns.first?.has("identity") ?? false }

    /// Columns that put its rows in one order on every server; nil where there are none.
    var totalOrder: [String]? {
        key.allSatisfy { self[$0]?.isComparable ?? false } ? key : nil
    }

    subscript(name: String) -> GeneratedColumn? { columns.first { $0.name == name } }

    var json: String {
        let declared = columns.filter(\.isDeclared)
        let properties = declared.map { ($0.name, $0.json) }
        let required = declared.filter { $0.isRequired && !key.contains($0.name) }.map(\.name)
        var all: [ModelWord] = [("properties", object(properties, indent: "\n    "))]
        all.append(("required", list(required)))
        if let primaryKey { all.append(("primaryKey", list(primaryKey))) }
        if !unique.isEmpty {
            all.append(("unique", "[" + unique.map { list($0) }.joined(separator: ", ") + "]"))
        }
        if isOpen { all.append(("access", openAccess)) }
        return object(all + words, indent: "\n  ")
    }
}

/// A generated project: its model files, named rules and settings.
struct GeneratedProject: Sendable {
    var models: [GeneratedModel]
    var rules: [ModelWord]
    var settings: [ModelWord]
    /// Whether models have rows and a column that no asking caller may see (see ``HiddenKeys``).
    var hidesRows = false

    /// The files below the project's folder.
    var files: [(name: String, text: String)] {
        [("Schemas/project.json", object(settings)), ("Schemas/rules.json", object(rules))]
            + models.map { ("Schemas/models/\($0.name).json", $0.json) }
    }
}

private func object(_ members: [ModelWord], indent: String = "") -> String {
    let separator = indent.isEmpty ? ", " : ","
    let body = members.map { "\(indent)\(quoted($0.name)): \($0.json)" }
    return "{" + body.joined(separator: separator) + "}"
}

private func list(_ names: [String]) -> String {
    "[" + names.map(quoted).joined(separator: ", ") + "]"
}
