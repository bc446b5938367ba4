public import Store

extension PostgresDialect {
    /// See ``Store/DefinitionDialect/script(_:)``.
    public func script(_ text: [UInt8]) -> MigrationScript {
        let script = SQLScript(text)
        var faults: [MigrationScript.Fault] = []
        if let offset = text.firstIndex(of: 0) {
            faults.append(.init("a NUL byte: PostgreSQL takes none", at: offset))
        }
        // What pg_dump puts around a dump, and no other of psql's commands.
        for command in script.psqlCommands where !Self.passedOver.contains(command.word) {
            faults.append(
                .init("\(command.word) is for psql and no SQL", at: command.offset))
        }
        for statement in script.statements { faults += statement.faults }
        return MigrationScript(
            script.statements.map(MigrationScript.Statement.init), faults: faults, of: text)
    }

    private static let passedOver: Set<String> = ["\\restrict", "\\unrestrict"]

    /// See ``Store/DefinitionDialect/fileForm``. An index that is built without keeping writers
    /// waiting has to be built outside of a transaction.
    public var fileForm: MigrationFileForm {
        MigrationFileForm(
            engine: name, productName: productName, runsOutsideTransactions: true)
    }
}

extension MigrationScript.Statement {
    fileprivate init(_ statement: SQLStatement) {
        self.init(statement, by: .postgres)
        standsAlone = statement.standsAlone
        unfinishedIndex = statement.indexBesideWriters
        isSetting = statement.begins(with: "set") || statement.begins(with: "reset")
        momentaryTable = statement.momentaryTable
    }
}

extension SQLStatement {
    /// The table that it alters in a moment; nil where it looks at rows or may.
    fileprivate var momentaryTable: String? {
        guard begins(with: "alter", "table"), let name = tokens.dropFirst(2).first,
            PostgresDialect().cost(of: text) == PostgresDialect.momentaryCost,
            let action = tokens.dropFirst(3).first,
            ["add", "alter", "drop", "rename"].contains(where: { action.isWord($0) })
        else { return nil }
        return name.name(by: .postgres)
    }

    /// What would break the transaction a file runs in.
    private static let refused: Set<String> = [
        "begin", "commit", "end", "rollback", "abort", "savepoint", "release", "start",
    ]

    fileprivate var faults: [MigrationScript.Fault] {
        var faults = faults(refusing: Self.refused, by: .postgres)
        if begins(with: "prepare", "transaction") { faults.append(endsTransaction) }
        if begins(with: "copy"), tokens.contains(where: { $0.isWord("stdin") }) {
            faults.append(
                .init("COPY FROM STDIN cannot stand in a migration file: write INSERT", at: offset))
        }
        if isIndexBesideWriters, indexBesideWriters == nil {
            faults.append(
                .init(
                    "CREATE INDEX CONCURRENTLY needs a name for the index: one that fails is "
                        + "dropped by it when the file begins again", at: offset))
        }
        return faults
    }
}
