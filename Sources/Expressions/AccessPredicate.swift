/// The compiled rule of one verb of a model.
public struct AccessPredicate: Hashable, Sendable {
    /// Judges rows that are there: read, update and delete. Nil for create.
    public let using: Predicate?
    /// Judges rows as they will be: create and update, which may compare with the old row.
    public let check: Predicate?
}
