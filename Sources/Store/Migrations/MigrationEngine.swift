public import Diagnostics

/// An engine as migrations know it, also where no database is at hand: what definitions and scripts
/// build is found on one that is thrown away.
public protocol MigrationEngine: Sendable {
    /// How it defines tables.
    var definitions: any DefinitionDialect { get }

    /// What tables would be that were made by their definitions, one after the other.
    ///
    /// - Throws: what the engine says where it has to be asked.
    func structure(of definitions: [TableDefinition]) throws(Problem) -> DefinedStructure

    /// An empty database that nobody else sees, gone once it is closed.
    func makeScratch() throws(Problem) -> any MigrationTarget
}

/// A database whose tables can be changed.
public protocol MigrationTarget: MigrationEngine {
    /// Runs `body` in one transaction and returns once it is durable. What `body` throws undoes all
    /// it did. It may run again if the transaction is lost, so it must have no effect outside of
    /// the database. Blocks, and is not bounded in time: for start-up and the command line.
    ///
    /// - Throws: what `body` throws, and what the database says.
    @discardableResult
    func migrate<R: Sendable>(
        _ body: @escaping @Sendable (any MigrationTransaction) throws(Problem) -> R
    ) throws(Problem) -> R

    /// As ``migrate(_:)``, with foreign keys off meanwhile, so that a table can be made anew while
    /// others refer to it: `body` sees to it that all references are right in the end. For engines
    /// that make tables anew; others run it as ever.
    @discardableResult
    func migrateWithoutForeignKeys<R: Sendable>(
        _ body: @escaping @Sendable (any MigrationTransaction) throws(Problem) -> R
    ) throws(Problem) -> R

    /// As ``migrate(_:)`` or ``migrateWithoutForeignKeys(_:)``, and undoes whatever `body` did: to
    /// see what would become of it.
    func rehearseMigration<R: Sendable>(
        withoutForeignKeys: Bool,
        _ body: @escaping @Sendable (any MigrationTransaction) throws(Problem) -> R
    ) throws(Problem) -> R

    /// Runs `body` without a transaction around it: each of its statements stands alone, and those
    /// that have run stay when a later one fails. For files that say so, in engines that can
    /// (``MigrationFileForm/runsOutsideTransactions``).
    func migrateOutsideTransaction<R: Sendable>(
        _ body: @escaping @Sendable (any MigrationTransaction) throws(Problem) -> R
    ) throws(Problem) -> R

    /// Runs `body`, which only asks, on one state; waits for no migration where the engine can.
    func inspect<R: Sendable>(
        _ body: @escaping @Sendable (any MigrationTransaction) throws(Problem) -> R
    ) throws(Problem) -> R

    /// The sequences that may have to be raised, since their tables hold greater values.
    func laggingSequences(
        among all: [IdentitySequence]
    ) throws(Problem) -> [IdentitySequence]

    /// Gives the database up.
    func close()
}

extension MigrationTarget {
    /// Foreign keys stand in nobody's way.
    @discardableResult
    public func migrateWithoutForeignKeys<R: Sendable>(
        _ body: @escaping @Sendable (any MigrationTransaction) throws(Problem) -> R
    ) throws(Problem) -> R {
        try migrate(body)
    }
}
