public import Diagnostics
public import Store

extension SQLiteDatabase: MigrationTarget {
    /// See ``Store/MigrationTarget/migrate(_:)``.
    @discardableResult
    public func migrate<R: Sendable>(
        _ body: @escaping @Sendable (any MigrationTransaction) throws(Problem) -> R
    ) throws(Problem) -> R {
        try writeAndWait { transaction throws(Problem) in try body(transaction) }
    }

    /// See ``Store/MigrationTarget/migrateWithoutForeignKeys(_:)``.
    @discardableResult
    public func migrateWithoutForeignKeys<R: Sendable>(
        _ body: @escaping @Sendable (any MigrationTransaction) throws(Problem) -> R
    ) throws(Problem) -> R {
        try writeAlone { transaction throws(Problem) in try body(transaction) }
    }

    /// See ``Store/MigrationTarget/rehearseMigration(withoutForeignKeys:_:)``.
    public func rehearseMigration<R: Sendable>(
        withoutForeignKeys: Bool,
        _ body: @escaping @Sendable (any MigrationTransaction) throws(Problem) -> R
    ) throws(Problem) -> R {
        try rehearse(withoutForeignKeys: withoutForeignKeys) { transaction throws(Problem) in
            try body(transaction)
        }
    }

    /// See ``Store/MigrationTarget/migrateOutsideTransaction(_:)``: no file says so.
    public func migrateOutsideTransaction<R: Sendable>(
        _ body: @escaping @Sendable (any MigrationTransaction) throws(Problem) -> R
    ) throws(Problem) -> R {
        try migrate(body)
    }

    /// See ``Store/MigrationTarget/inspect(_:)``. There is one writer, to whom nobody comes but
    /// through it: nobody else can be waited for.
    public func inspect<R: Sendable>(
        _ body: @escaping @Sendable (any MigrationTransaction) throws(Problem) -> R
    ) throws(Problem) -> R {
        try migrate(body)
    }

    /// See ``Store/MigrationTarget/laggingSequences(among:)``: all of them, since whoever raises
    /// one looks again.
    public func laggingSequences(among all: [IdentitySequence]) -> [IdentitySequence] { all }

    /// See ``Store/MigrationEngine/definitions``.
    public var definitions: any DefinitionDialect { SQLiteDialect() }

    /// See ``Store/MigrationEngine/structure(of:)``.
    public func structure(of definitions: [TableDefinition]) -> DefinedStructure {
        SQLiteMigrations().structure(of: definitions)
    }

    /// See ``Store/MigrationEngine/makeScratch()``.
    public func makeScratch() throws(Problem) -> any MigrationTarget {
        try SQLiteMigrations().makeScratch()
    }

    /// What the database at `path` has on record; a server may hold it. Makes and changes nothing.
    ///
    /// - Returns: nil where there is none yet.
    public static func standing(at path: String) throws(Problem) -> DatabaseStanding? {
        guard let reader = try SQLiteReader.inspecting(path) else { return nil }
        return try worded { () throws(DatabaseError) in
            try reader.snapshot { () throws(DatabaseError) in
                DatabaseStanding(
                    facts: try reader.facts(), records: try reader.migrationRecords(),
                    tables: try reader.structure())
            }
        }
    }
}

/// SQLite as migrations know it: what definitions and scripts build is found in memory.
public struct SQLiteMigrations: MigrationEngine {
    /// See ``Store/MigrationEngine/definitions``.
    public var definitions: any DefinitionDialect { SQLiteDialect() }

    /// The engine.
    public init() {}

    /// See ``Store/MigrationEngine/structure(of:)``. Nothing has to be made for it.
    public func structure(of definitions: [TableDefinition]) -> DefinedStructure {
        SQLiteDialect().structure(of: definitions)
    }

    /// See ``Store/MigrationEngine/makeScratch()``.
    public func makeScratch() throws(Problem) -> any MigrationTarget {
        try SQLiteDatabase.open(.temporary)
    }
}
