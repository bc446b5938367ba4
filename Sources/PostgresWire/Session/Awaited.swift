/// What the server's next answer must be.
enum Awaited {
    case parsed(StatementShape, isNamed: Bool)
    case closed(StatementShape)
    case portalClosed
    /// A statement that was bound by its name may turn out to be out of date.
    case bound(step: Int, named: StatementShape?)
    case described(step: Int)
    case executed(step: Int)
    case synchronized
    /// Everything that a Query message answers, up to ReadyForQuery.
    case queried
}
