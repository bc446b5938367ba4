import Diagnostics
public import Store

/// What separates a database from the declared models: the statements that would add what is
/// missing, and what cannot be reached by adding.
public struct Difference: Hashable, Sendable {
    /// A difference that is not built yet to overcome, and what to do about it.
    public struct Refusal: Hashable, Sendable, CustomStringConvertible {
        /// What differs.
        public let reason: String
        /// What the author can do.
        public let advice: String
        /// Where the model file declares the thing, if it does.
        public let location: SourceLocation?
        /// What would have to go for the difference to go.
        let part: SchemaPart
        /// Whether only a table made anew would have it.
        let needsRebuild: Bool

        /// One line, with the place first when there is one.
        public var description: String {
            (location.map { "\($0): " } ?? "") + "\(reason); \(advice)"
        }
    }

    /// The statements, without semicolons, that add what is missing; each with a name for people.
    public struct Addition: Hashable, Sendable {
        /// What is added: `table posts`, `column posts.title`.
        public let what: String
        /// The SQL.
        public let statement: String
        /// The part that is there then.
        let part: SchemaPart
        /// What it costs where there are many rows, if anything is to be said of it.
        public internal(set) var cost: String?
    }

    /// What is compared with the models.
    public enum Origin: Sendable {
        case database, migrations

        var wording: String {
            switch self {
            case .database: "the database"
            case .migrations: "Migrations/"
            }
        }
    }

    /// What is missing and can be added, in an order that works.
    public let additions: [Addition]
    /// What cannot be reached by adding. While there is any, nothing should be applied.
    public let refusals: [Refusal]

    /// Whether something is declared that only a table made anew would have.
    public var needsRebuild: Bool { refusals.contains(where: \.needsRebuild) }

    /// Whether the database is as declared.
    public var isEmpty: Bool { additions.isEmpty && refusals.isEmpty }

    /// Compares what a database is with what the models declare.
    ///
    /// - Parameters:
    ///   - origin: what `built` is the structure of.
    ///   - recorded: what the migration files build, where the database may have more: advice must
    ///     not name in a new file what no file makes.
    ///   - holdings: what the database holds, where advice is to say what it costs.
    public static func between(
        _ built: DatabaseStructure, from origin: Origin = .database,
        recorded: DatabaseStructure? = nil, holdings: Holdings? = nil, _ declared: DeclaredTables
    ) -> Difference {
        var comparison = StructureComparison(
            built: built, recorded: recorded ?? built, declared, origin: origin,
            holdings: holdings)
        // Of tables without rows.
        var newIndexes: Set<SchemaPart> = []
        for model in declared.catalogue.modelsByDependency {
            guard let definition = declared.definition(of: model) else { continue }
            if built.tables[model.name.lowercased()] == nil {
                guard comparison.hasRoom(for: model) else { continue }
                comparison.additions += declared.additions(making: definition)
                newIndexes.formUnion(definition.indexes.map { .index($0.name.lowercased()) })
            } else {
                comparison.compare(model, definition)
            }
        }
        comparison.findLeftovers()
        let additions = comparison.additions.map { addition in
            if newIndexes.contains(addition.part) { return addition }
            var addition = addition
            addition.cost = declared.dialect.cost(of: addition.statement)
            return addition
        }
        return Difference(additions: additions, refusals: comparison.refusals)
    }
}

extension DeclaredTables {
    /// A table and its indexes.
    fileprivate func additions(making table: TableDefinition) -> [Difference.Addition] {
        [
            .init(
                what: "table \(table.name)", statement: dialect.createTable(table),
                part: .table(table.name.lowercased()))
        ]
            + table.indexes.map { index in
                .init(
                    what: "index \(index.name)", statement: dialect.createIndex(index, of: table),
                    part: .index(index.name.lowercased()))
            }
    }
}
