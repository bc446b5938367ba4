public import Diagnostics

// Of an engine that has one writer, to whom nobody comes but through it.
extension MigrationTarget {
    /// No file says so.
    public func migrateOutsideTransaction<R: Sendable>(
        _ body: @escaping @Sendable (any MigrationTransaction) throws(Problem) -> R
    ) throws(Problem) -> R {
        try migrate(body)
    }

    /// As any transaction, where nobody else can be waited for.
    public func inspect<R: Sendable>(
        _ body: @escaping @Sendable (any MigrationTransaction) throws(Problem) -> R
    ) throws(Problem) -> R {
        try migrate(body)
    }

    /// All of them: whoever raises one looks again.
    public func laggingSequences(among all: [IdentitySequence]) -> [IdentitySequence] { all }
}
