public import Store

extension DatabaseStructure {
    /// The structure that `CREATE TABLE`, `CREATE INDEX` and `CREATE VIEW` statements build; others
    /// are passed over.
    /// For a live database these are the texts of `sqlite_schema`, which SQLite keeps up to date.
    public init(statements: [String]) {
        self.init()
        for statement in statements {
            let tokens = SQLLexer.tokens(of: statement, .sqlite)
            if var parser = TableParser(tokens) {
                let table = parser.parse()
                if !Self.isInternal(table.name) { tables[table.name] = table }
            } else if let index = IndexParser.parse(tokens), !Self.isInternal(index.table) {
                indexes[index.name] = index
                if !index.isPlain {
                    note("INDEX", index.spelling, statement, tokens, of: index.table)
                }
            } else if let trigger = TriggerParser.name(tokens) {
                note("TRIGGER", trigger, statement, tokens)
            } else if let view = ViewParser.name(tokens), !Self.isInternal(view.lowercased()) {
                let name = quoted(identifier: view)
                obstacles[view.lowercased()] = Obstacle(
                    "view \(name)", wayOut: "drop it (DROP VIEW \(name);)")
                note("VIEW", view, statement, tokens)
            }
        }
        nameTargets()
    }

    /// - Parameter table: the only one that it hangs on, if there is no other.
    private mutating func note(
        _ kind: String, _ name: String, _ statement: String, _ tokens: [SQLToken],
        of table: String? = nil
    ) {
        let named = StatementNames.of(tokens).map { (name: $0.token.text.lowercased(), $0.role) }
        // A column may be called like a table, its own or another.
        dependents.append(
            DependentObject(
                kind: kind, name: name, statement: statement,
                names: Set(named.filter { $0.1 != .table }.map(\.name)),
                tables: table.map { [$0.lowercased()] }
                    ?? Set(named.filter { $0.1 != .column }.map(\.name))))
    }

    /// `REFERENCES t` without columns means the key of `t`.
    private mutating func nameTargets() {
        let known = tables
        for (name, table) in known where table.keys.contains(where: { $0.targetColumns.isEmpty }) {
            tables[name]?.keys = Set(
                table.keys.map { key in
                    var key = key
                    if key.targetColumns.isEmpty {
                        key.targetColumns = known[key.target]?.primaryKey ?? []
                    }
                    return key
                })
        }
    }

    /// Whether a table belongs to the server or to SQLite.
    private static func isInternal(_ name: String) -> Bool {
        EngineNames.isReserved(name)
    }
}
