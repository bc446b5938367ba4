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
            script.statements.map(MigrationScript.Statement.init), faults: faults)
    }

    private static let passedOver: Set<String> = ["\\restrict", "\\unrestrict"]

    /// See ``Store/DefinitionDialect/fileForm``. An index that is built without keeping writers
    /// waiting has to be built outside of a transaction.
    public var fileForm: MigrationFileForm {
        MigrationFileForm(
            engine: name, productName: productName, isUnmarked: false,
            runsOutsideTransactions: true)
    }
}

extension MigrationScript.Statement {
    fileprivate init(_ statement: SQLStatement) {
        self.init(statement.text, at: statement.offset)
        isAdditive = statement.isAdditive
        mayDrop = statement.mayDrop
        droppedNames = statement.droppedNames
        standsAlone = statement.standsAlone
        unfinishedIndex = statement.indexBesideWriters
    }
}

extension SQLStatement {
    /// What would break the transaction a file runs in.
    private static let refused: Set<String> = [
        "begin", "commit", "end", "rollback", "abort", "savepoint", "release", "start",
    ]

    fileprivate var faults: [MigrationScript.Fault] {
        var faults: [MigrationScript.Fault] = []
        let words = tokens.prefix(2).map(\.text)
        let first = words.first ?? ""
        if Self.refused.contains(first) || words == ["prepare", "transaction"] {
            faults.append(endsTransaction)
        }
        if first == "copy", tokens.contains(where: { $0.isWord("stdin") }) {
            faults.append(
                .init("COPY FROM STDIN cannot stand in a migration file: write INSERT", at: offset))
        }
        if let token = tokens.first(where: { $0.name?.hasPrefix("_apus_") == true }) {
            faults.append(.reserved(token.name ?? "", at: token.offset))
        }
        if isIndexBesideWriters, indexBesideWriters == nil {
            faults.append(
                .init(
                    "CREATE INDEX CONCURRENTLY needs a name for the index: one that fails is "
                        + "dropped by it when the file begins again", at: offset))
        }
        return faults
    }

    fileprivate var isAdditive: Bool {
        isCreation || (begins(with: "alter", "table") && addsOnly)
    }

    /// Whether an ALTER TABLE does nothing but add: what it does stands behind commas outside of
    /// parentheses.
    private var addsOnly: Bool {
        var depth = 0
        var actions: [ArraySlice<SQLToken>] = [[]]
        for token in tokens.dropFirst(2) {
            if token.isSymbol("(") { depth += 1 }
            if token.isSymbol(")") { depth -= 1 }
            if depth == 0, token.isSymbol(",") {
                actions.append([])
            } else {
                actions[actions.count - 1].append(token)
            }
        }
        let first = actions[0].firstIndex { $0.isWord("add") }
        let leads = actions[0][..<(first ?? 0)].allSatisfy { token in
            !["drop", "alter", "rename", "set", "owner"].contains { token.isWord($0) }
        }
        return first != nil && leads
            && actions.dropFirst().allSatisfy { $0.first?.isWord("add") == true }
    }

    fileprivate var droppedNames: [String] {
        begins(with: "drop", "table") ? tokens.compactMap(\.name) : []
    }
}
