public import Store

extension SQLiteDialect {
    /// See ``Store/DefinitionDialect/script(_:)``.
    public func script(_ text: [UInt8]) -> MigrationScript {
        let statements = SQLScript(text).statements
        var faults: [MigrationScript.Fault] = []
        if let offset = text.firstIndex(of: 0) {
            faults.append(.init("a NUL byte: SQLite would not read what follows it", at: offset))
        }
        for statement in statements {
            faults += statement.faults(refusing: SQLStatement.refused, by: .sqlite)
        }
        return MigrationScript(
            statements.map(MigrationScript.Statement.init), faults: faults, of: text)
    }

    /// See ``Store/DefinitionDialect/fileForm``. Files without a mark were written when there was
    /// no other engine.
    public var fileForm: MigrationFileForm {
        MigrationFileForm(
            engine: name, productName: productName, isUnmarked: true, suspendsForeignKeys: true)
    }
}

extension MigrationScript.Statement {
    fileprivate init(_ statement: SQLStatement) {
        self.init(statement, by: .sqlite)
        replacesRows = statement.replacesRows
        refusal = statement.keptResolution?.refusal
    }
}

extension SQLStatement {
    /// What would break the transaction a file runs in, or the server's own tables.
    fileprivate static let refused: Set<String> = [
        "begin", "commit", "end", "rollback", "savepoint", "release", "vacuum", "attach", "detach",
        "pragma",
    ]
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
