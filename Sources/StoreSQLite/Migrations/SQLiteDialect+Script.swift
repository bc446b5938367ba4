public import Store

extension SQLiteDialect {
    /// See ``Store/DefinitionDialect/script(_:)``.
    public func script(_ text: [UInt8]) -> MigrationScript {
        let statements = SQLScript(text).statements
        var faults: [MigrationScript.Fault] = []
        if let offset = text.firstIndex(of: 0) {
            faults.append(.init("a NUL byte: SQLite would not read what follows it", at: offset))
        }
        for statement in statements { faults += statement.faults }
        return MigrationScript(statements.map(MigrationScript.Statement.init), faults: faults)
    }

    /// See ``Store/DefinitionDialect/takesUnmarkedScripts``: all are that were written when there
    /// was no other engine.
    public var takesUnmarkedScripts: Bool { true }

    /// See ``Store/DefinitionDialect/runsScriptsOutsideTransactions``.
    public var runsScriptsOutsideTransactions: Bool { false }
}

extension MigrationScript.Statement {
    fileprivate init(_ statement: SQLScript.Statement) {
        self.init(statement.text, at: statement.offset)
        isAdditive = statement.isAdditive
        mayDrop = statement.mayDrop
        droppedNames = statement.droppedNames
        replacesRows = statement.replacesRows
        refusal = statement.keptResolution?.refusal
    }
}

extension SQLScript.Statement {
    /// What would break the transaction a file runs in, or the server's own tables.
    private static let refused: Set<String> = [
        "begin", "commit", "end", "rollback", "savepoint", "release", "vacuum", "attach", "detach",
        "pragma",
    ]

    fileprivate var faults: [MigrationScript.Fault] {
        var faults: [MigrationScript.Fault] = []
        let first = tokens.first?.text ?? ""
        if Self.refused.contains(first) {
            faults.append(
                .init(
                    "\(first.uppercased()) cannot stand in a migration file: each file runs in "
                        + "one transaction of its own", at: offset))
        }
        if let token = tokens.first(where: { $0.name.hasPrefix("_apus_") }) {
            faults.append(.init("\(token.text) is the server's own", at: token.offset))
        }
        return faults
    }

    fileprivate var isAdditive: Bool {
        let words = tokens.prefix(4).map(\.text)
        return words.starts(with: ["create", "table"])
            || words.starts(with: ["create", "index"])
            || words.starts(with: ["create", "unique", "index"])
            || (words.starts(with: ["alter", "table"]) && words.dropFirst(3).first == "add")
    }

    /// Whether it says DROP: of a table, or of a column in ALTER TABLE.
    fileprivate var mayDrop: Bool {
        guard let head = tokens.first else { return false }
        return (head.isWord("drop") || head.isWord("alter"))
            && tokens.contains { $0.isWord("drop") }
    }

    fileprivate var droppedNames: [String] {
        tokens.prefix(2).map(\.text) == ["drop", "table"] ? tokens.map(\.name) : []
    }
}

extension SQLScript.KeptResolution {
    fileprivate var refusal: MigrationScript.Refusal {
        MigrationScript.Refusal(
            "a \(owner) cannot say \(silence.rawValue.uppercased()): \(silence.effect)",
            wayOut: wayOut, at: offset)
    }

    private var wayOut: String {
        switch (owner, silence) {
        case (.table, _):
            "Leave it out: each request says what becomes of a row that is there already."
        case (.trigger, .replace):
            "Change the rows that are there with INSERT … ON CONFLICT DO UPDATE."
        case (.trigger, .ignore):
            "Refuse a row with RAISE(ABORT, 'why'); write to other tables with INSERT … ON "
                + "CONFLICT DO NOTHING."
        }
    }
}

extension SQLScript.KeptResolution.Silence {
    fileprivate var effect: String {
        switch self {
        case .replace:
            "each write that meets a row with the same key would delete that row, and what refers "
                + "to it, without saying so"
        case .ignore: "rows would be left out of writes without saying so"
        }
    }
}
