public import Database

/// A filter typed against a model: a predicate, and where repeated requests have its values.
public struct ResolvedFilter: Sendable {
    /// The condition with its values. Where it asks of related tables, only its SQL has a meaning.
    public let predicate: Predicate
    private let sources: [ArgumentSlot.Source?]

    init(predicate: Predicate, sources: [ArgumentSlot.Source?]) {
        self.predicate = predicate
        self.sources = sources
    }

    /// The numbers of the related tables it asks for rows.
    public var relatedTables: Set<Int> {
        var numbers: Set<Int> = []
        predicate.root.walk { node in
            if case .related(let number) = node { numbers.insert(number) }
            return true
        }
        return numbers
    }

    /// Appends the condition, in parentheses where the surroundings need them.
    ///
    /// - Parameters:
    ///   - alias: the name by which the query knows the row.
    ///   - related: for each of ``relatedTables``, the SQL that tells whether it has rows: one that
    ///     may stand as an operand of any operator.
    public func appendSQL(to sql: inout SQL, row alias: String, related: [Int: SQL] = [:]) {
        var renderer = SQLRenderer(
            model: predicate.model, naming: .aliases(new: alias, old: "old"),
            arguments: predicate.arguments)
        renderer.sources = sources
        renderer.related = related
        renderer.append(predicate.root, .not)
        sql.append(renderer.sql)
    }
}
