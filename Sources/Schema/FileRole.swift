import Diagnostics

/// What a file of `Schemas/` is, told from its path.
enum FileRole {
    case model(String)
    /// The SELECT of a model that is a view.
    case view
    case rules, project, seeds, query
    case stray(String, suggestion: String?)

    var isSeeds: Bool { if case .seeds = self { true } else { false } }

    private static let directories = ["models", "seeds", "queries"]

    init(path: String) {
        let parts = path.split(separator: "/").map(String.init)
        let file = parts.last ?? ""
        let directory = parts.dropLast().last ?? ""
        switch (directory, file) {
        case ("models", _) where file.hasSuffix(".json"): self = .model(String(file.dropLast(5)))
        case ("models", _) where file.hasSuffix(".sql"): self = .view
        case ("seeds", _) where file.hasSuffix(".json"): self = .seeds
        case ("queries", _) where file.hasSuffix(".sql"): self = .query
        case (_, "rules.json"): self = .rules
        case (_, "project.json"): self = .project
        default: self = Self.stray(directory, file)
        }
    }

    /// What a file would be under another name in its folder.
    init?(called name: String?, insteadOf path: String) {
        guard let name else { return nil }
        let folder = path.split(separator: "/").dropLast()
        self.init(path: (folder + [name[...]]).joined(separator: "/"))
    }

    private static func stray(_ directory: String, _ file: String) -> FileRole {
        let right = FileEnding.rightName(of: file)
        if directories.contains(directory) {
            let ends = ["queries": ".sql", "models": ".json, or .sql for a view's SELECT"]
            return .stray(
                "a file in \(directory)/ ends with \(ends[directory] ?? ".json")",
                suggestion: right)
        }
        let known = ["project.json", "rules.json"]
        let suggestion =
            nearest(right ?? file, in: known) ?? nearest(directory, in: directories)
        return .stray(
            "this file has no meaning here: Schemas/ holds project.json, rules.json, "
                + "models/*.json, queries/*.sql and seeds/*.json", suggestion: suggestion)
    }
}
