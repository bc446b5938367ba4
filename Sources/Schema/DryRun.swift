public import Diagnostics
public import Store

/// What migration files build and drop, found by applying all of them to a database that is thrown
/// away.
public struct DryRun: Sendable {
    /// A statement that dropped something.
    private struct Drop: Sendable {
        let version: String
        let place: SourceLocation
    }

    /// What is there after each file.
    private let stages: [StructureDescription]
    private let versions: [String]
    /// What each file drops that is not there when it has run, a table before its columns.
    private let losses: [[SchemaPart]]
    /// The last statement that dropped a part.
    private let drops: [SchemaPart: Drop]
    /// What all files build.
    public let built: DatabaseStructure

    /// Applies the files of a set. Blocks.
    ///
    /// - Throws: `migration_failed` with file and line for a statement that fails where only files
    ///   have built.
    public init(_ set: MigrationSet, on engine: some MigrationEngine) throws(Problem) {
        try self.init(set.files, on: engine)
    }

    /// Applies files one after the other.
    init(_ files: [MigrationFile], on engine: some MigrationEngine) throws(Problem) {
        var stages: [Stage] = []
        if !files.isEmpty {
            let scratch = try engine.makeScratch()
            defer { scratch.close() }
            for file in files {
                let script = engine.definitions.script(file.text)
                // Nothing is there but what earlier files built, so every statement has to run.
                let work: @Sendable (any MigrationTransaction) throws(Problem) -> Stage = {
                    transaction throws(Problem) in
                    try Self.apply(script, of: file, in: transaction)
                }
                stages.append(
                    file.suspendsForeignKeys
                        ? try scratch.migrateWithoutForeignKeys(work) : try scratch.migrate(work))
            }
        }
        self.stages = stages.map(\.description)
        drops = stages.reduce(into: [:]) { $0.merge($1.drops) { $1 } }
        versions = files.map(\.version)
        losses = stages.map { stage in
            if stage.drops.isEmpty, stage.named.isEmpty { return [] }
            let left = stage.description.structure.parts
            let lost = Set(stage.drops.keys).union(stage.named).subtracting(left)
            return lost.filter { part in
                guard case .column(let table, let name) = part else { return true }
                // Numbers that nobody sees are no values.
                return name != EngineNames.rowNumber && !lost.contains(.table(table))
            }.sorted { "\($0)" < "\($1)" }
        }
        built = stages.last?.description.structure ?? DatabaseStructure()
    }

    /// What is there after one file, and what it has dropped.
    private struct Stage: Sendable {
        let description: StructureDescription
        let drops: [SchemaPart: Drop]
        /// The tables that it names to be dropped, which need not be there here.
        let named: Set<SchemaPart>
    }

    private static func apply(
        _ script: MigrationScript, of file: MigrationFile, in transaction: any MigrationTransaction
    ) throws(Problem) -> Stage {
        var drops: [SchemaPart: Drop] = [:]
        try transaction.run(script, of: file) { statement, source throws(Problem) in
            let before = try statement.mayDrop ? DatabaseStructure(of: transaction).parts : []
            try transaction.run(statement, source)
            if before.isEmpty { return }
            let after = try DatabaseStructure(of: transaction).parts
            for part in before.subtracting(after) {
                drops[part] = Drop(
                    version: file.version, place: source.location(statement.offset))
            }
        }
        let description = try migrating { () throws(DatabaseError) in try transaction.structure() }
        let named = script.statements.flatMap(\.droppedNames).map { SchemaPart.table($0) }
        return Stage(description: description, drops: drops, named: Set(named))
    }

    /// Whether the files build a part in the end.
    public func builds(_ part: SchemaPart) -> Bool { built.parts.contains(part) }

    /// Whether a file drops something for good.
    public func drops(_ file: MigrationFile) -> Bool { !lost(by: file).isEmpty }

    /// What a file drops that is not there when it has run.
    func lost(by file: MigrationFile) -> [SchemaPart] {
        guard let index = versions.firstIndex(of: file.version) else { return [] }
        return losses[index]
    }

    /// What is there before a file of the set, and after it.
    func structures(
        around file: MigrationFile
    ) -> (before: DatabaseStructure, after: DatabaseStructure) {
        guard let index = versions.firstIndex(of: file.version) else { return (built, built) }
        let before = index > 0 ? stages[index - 1].structure : DatabaseStructure()
        return (before, stages[index].structure)
    }

    /// What files drop although the models declare it and no later file makes it again.
    ///
    /// - Parameters:
    ///   - pending: the files that are to be applied; all when nil.
    ///   - live: what the database has before that: what is not there cannot be lost.
    public func faults(
        against declared: Catalogue, applying pending: [MigrationFile]? = nil,
        to live: DatabaseStructure? = nil
    ) -> [Diagnostic] {
        let judged = Set(pending?.map(\.version) ?? versions)
        let there = live?.parts
        func lastDrop(of part: SchemaPart) -> Drop? {
            guard let drop = drops[part], judged.contains(drop.version),
                there?.contains(part) != false
            else { return nil }
            return drop
        }
        return declared.tables.flatMap { model -> [Diagnostic] in
            let name = model.name.lowercased()
            guard let table = built.tables[name] else {
                guard let drop = lastDrop(of: .table(name)) else { return [] }
                return [Diagnostic(dropping: model, at: drop.place)]
            }
            return model.columns.compactMap { column -> Diagnostic? in
                let key = column.name.lowercased()
                guard table.column(key) == nil,
                    let drop = lastDrop(of: .column(table: name, name: key))
                else { return nil }
                return Diagnostic(
                    dropping: "column \"\(model.name).\(column.name)\"",
                    of: column.location.description, at: drop.place)
            }
        }
    }
}

extension Difference {
    /// The tables that migration files have dropped although no file builds them and the models
    /// declare them as they were. One that is declared otherwise is dropped to be made anew.
    ///
    /// To be asked of the difference that there was before the files were applied.
    public func faults(
        of pending: [MigrationFile], from before: DatabaseStructure, to after: DatabaseStructure,
        against declared: DeclaredTables
    ) -> [Diagnostic] {
        declared.catalogue.tables.compactMap { model -> Diagnostic? in
            let name = model.name.lowercased()
            guard before.tables[name] != nil, after.tables[name] == nil,
                items.allSatisfy({ $0.isAddition || $0.part.table != name }),
                let place = pending.compactMap({
                    $0.place(dropping: name, in: declared.dialect)
                }).first
            else { return nil }
            return Diagnostic(dropping: model, at: place)
        }
    }
}

extension MigrationFile {
    /// Where the file drops a table, given in lower case.
    fileprivate func place(
        dropping table: String, in dialect: any DefinitionDialect
    ) -> SourceLocation? {
        dialect.script(text).statements.first { $0.droppedNames.contains(table) }.map {
            SourceFile(path: path, bytes: text).location($0.offset)
        }
    }
}

extension Diagnostic {
    fileprivate init(dropping model: Model, at place: SourceLocation) {
        self.init(dropping: "table \"\(model.name)\"", of: model.file, at: place)
    }

    fileprivate init(dropping what: String, of declaration: String, at place: SourceLocation) {
        self.init(
            "drops the \(what), which \(declaration) declares: what it holds would be lost; take "
                + "out one of the two, or make it anew in a later migration file by hand",
            at: place)
    }
}

extension DatabaseStructure {
    /// The names of all tables and columns.
    fileprivate var parts: Set<SchemaPart> {
        var parts: Set<SchemaPart> = []
        for (name, table) in tables {
            parts.insert(.table(name))
            for column in table.columns { parts.insert(.column(table: name, name: column.name)) }
        }
        return parts
    }
}
