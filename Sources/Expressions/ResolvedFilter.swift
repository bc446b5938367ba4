public import Store
import Values

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

    /// The condition in a statement that knows the row as `alias`.
    ///
    /// - Parameter related: for each of ``relatedTables``, what tells whether it has rows.
    public func condition(
        on alias: String, related: [Int: ValueExpression] = [:]
    ) -> ValueExpression {
        var lowering = Lowering(
            model: predicate.model, naming: .aliases(new: alias, old: nil),
            arguments: predicate.arguments)
        lowering.sources = sources
        lowering.related = related
        return lowering.lower(predicate.root, as: .boolean)
    }
}
