public import Configuration

/// Everything `Schemas/` declares, checked and linked: what the rest of the server works from.
public struct Catalogue: Sendable {
    /// The one schema that clients see.
    public static let schemaName = "public"

    /// The models in order of their names.
    public let models: [Model]
    /// The named rules of `rules.json`, in order of their names.
    public let rules: [NamedRule]
    /// The settings that `project.json` gives.
    public let project: GivenSettings
    /// The rows of `seeds/*.json`, so ordered that rows come after those they refer to.
    public let seeds: [SeedRow]
    /// What is allowed but probably not meant.
    public let warnings: [Diagnostic]
    /// The files all this was read from, in order of their paths.
    public let sources: [SchemaSource]
    private let modelByName: [String: Model]
    /// What models are called now, by the names they had before, where nothing else is called so.
    public let formerNames: [String: String]

    init(
        models: [Model], rules: [NamedRule], project: GivenSettings, seeds: [SeedRow],
        warnings: [Diagnostic] = [], sources: [SchemaSource] = []
    ) {
        self.models = models.sorted { $0.name < $1.name }
        self.rules = rules.sorted { $0.name < $1.name }
        self.project = project
        self.seeds = seeds
        self.warnings = warnings
        self.sources = sources
        let modelByName = Dictionary(
            models.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        self.modelByName = modelByName
        formerNames = Dictionary(
            models.flatMap { model in model.renamedFrom.map { ($0, model.name) } },
            uniquingKeysWith: { first, _ in first }
        ).filter { modelByName[$0.key] == nil }
    }

    /// The model called `name`, exactly spelled. O(1).
    public func model(_ name: String) -> Model? { modelByName[name] }

    /// The model that clients may call `name`: so, or so before while its file says it.
    public func model(asked name: String) -> Model? { modelByName[formerNames[name] ?? name] }

    /// The models so ordered that each comes after those it refers to, as far as there is no
    /// circle; otherwise by name.
    public var modelsByDependency: [Model] {
        var ordered: [Model] = []
        var visited = Set<String>()
        func visit(_ model: Model) {
            guard visited.insert(model.name).inserted else { return }
            for key in model.references {
                if let target = modelByName[key.target] { visit(target) }
            }
            ordered.append(model)
        }
        for model in models { visit(model) }
        return ordered
    }

    /// Reads the files of a `Schemas` directory given in memory: see ``CatalogueReading``.
    ///
    /// - Throws: every fault of all files at once.
    public init(parsing files: [(path: String, contents: [UInt8])]) throws(SchemaFailure) {
        let reading = CatalogueReading(files)
        if !reading.faults.isEmpty { throw SchemaFailure(diagnostics: reading.faults) }
        self = reading.catalogue
    }
}
