public import Store

/// What the models declare, as definitions, and what an engine would make of them: what a database
/// is compared with. Made once, also where several states of a database are compared.
public struct DeclaredTables: Sendable {
    /// The models.
    let catalogue: Catalogue
    /// How the engine defines tables.
    public let dialect: any DefinitionDialect
    /// The tables that would be there.
    let wanted: DefinedStructure
    private let definitions: [String: TableDefinition]

    /// - Parameter render: turns the expressions of checks and index predicates into conditions.
    /// - Throws: `SchemaFailure` with the faults of those and of views, `Problem` with what the
    ///   engine says.
    public init(
        _ catalogue: Catalogue, on engine: some MigrationEngine, render: ExpressionRenderer
    ) throws {
        try catalogue.checkViews(on: engine)
        var definitions: [TableDefinition] = []
        for model in catalogue.modelsByDependency where !model.isView {
            definitions.append(try model.definition(render: render))
        }
        self.catalogue = catalogue
        dialect = engine.definitions
        wanted = try engine.structure(of: definitions)
        self.definitions = Dictionary(
            definitions.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The model whose table it is, if one is declared.
    func model(of table: TableStructure) -> Model? {
        catalogue.tables.first { $0.name.lowercased() == table.name }
    }

    /// What a model's table should be.
    func definition(of model: Model) -> TableDefinition? { definitions[model.name] }
}
