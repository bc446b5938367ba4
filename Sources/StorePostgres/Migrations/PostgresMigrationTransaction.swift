import PostgresWire
import Store
import Values

/// A transaction that changes tables, or a run of statements that each stand alone.
final class PostgresMigrationTransaction: MigrationTransaction {
    /// What there is around its statements.
    enum Mode {
        /// A transaction that may be committed.
        case transaction
        /// A transaction that never is, in a schema of its own; see ``PostgresScratch``.
        case scratch
        /// Nothing.
        case standalone
        /// A transaction that only reads.
        case inspection
    }

    let session: BlockingSession
    let mode: Mode

    init(_ session: BlockingSession, _ mode: Mode) {
        self.session = session
        self.mode = mode
    }

    /// A statement that fails takes nothing else with it: whoever asked for it goes on.
    private func guarded<R>(_ body: () throws(DatabaseError) -> R) throws(DatabaseError) -> R {
        mode == .standalone ? try body() : try session.guarded(body)
    }

    // MARK: Tables

    func structure() throws(DatabaseError) -> StructureDescription {
        CatalogueReader.description(try session.lines())
    }

    func execute(_ statement: String) throws(DatabaseError) {
        // What needs no transaction can have one all the same.
        let isAlone = mode != .standalone && statement.hasPrefix("CREATE")
        let alone = isAlone ? MigrationScript.Statement(statement, at: 0).parsed : nil
        let text = alone?.inTransaction ?? statement
        _ = try guarded { () throws(DatabaseError) in try session.run(text) }
    }

    // MARK: Names

    /// A part as COMMENT names it: what it is, and where.
    func place(of part: SchemaPart) throws(DatabaseError) -> (kind: String, name: String) {
        switch part {
        case .table(let name): return ("TABLE", quoted(identifier: try spelled(name)))
        case .index(let name): return ("INDEX", quoted(identifier: try spelled(name)))
        case .column(let table, let name):
            let (table, column) = try spelled(name, of: table)
            return ("COLUMN", "\(table).\(column)")
        }
    }

    /// A table and one of its columns, quoted.
    private func spelled(
        _ column: String, of table: String
    ) throws(DatabaseError) -> (table: String, column: String) {
        let name = try columns(of: table)[column] ?? column
        return (quoted(identifier: try spelled(table)), quoted(identifier: name))
    }

    /// What a table or index is called whose name in lower case is given.
    private func spelled(_ name: String) throws(DatabaseError) -> String {
        let rows = try session.run(
            """
            SELECT c.relname FROM pg_catalog.pg_class AS c
            JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
            WHERE n.nspname = pg_catalog.current_schema()
            ORDER BY c.relname COLLATE "C" DESC
            """)
        // The server's own lower case depends on the database's locale.
        return rows.lazy.compactMap { $0.first ?? nil }.first { $0.lowercased() == name } ?? name
    }

    /// What the columns of a table are called, by their names in lower case.
    private func columns(of table: String) throws(DatabaseError) -> [String: String] {
        let name = PostgresDialect.literal(quoted(identifier: try spelled(table)))
        let rows = try session.run(
            """
            SELECT attname FROM pg_catalog.pg_attribute
            WHERE attrelid = \(name)::regclass AND attnum > 0 AND NOT attisdropped
            """)
        let names = rows.compactMap { $0.first ?? nil }
        return Dictionary(names.map { ($0.lowercased(), $0) }, uniquingKeysWith: { $1 })
    }

    // MARK: Files

    func run(_ statement: MigrationScript.Statement) throws(DatabaseError) {
        switch mode {
        case .transaction, .inspection: try execute(statement.text)
        case .standalone: try session.runAlone(statement)
        case .scratch:
            guard let text = statement.parsed?.inTransaction else { return }
            try execute(text)
            try session.requireNoneOthersTouched()
        }
    }

    func findings(of query: String, limit: Int) throws(DatabaseError) -> [[String]] {
        let rows = try guarded { () throws(DatabaseError) in try session.run(query) }
        return rows.prefix(limit).map { row in
            row.map { value in
                guard let value else { return "NULL" }
                return Double(value) == nil ? PostgresDialect.literal(value) : value
            }
        }
    }

    /// The sequences of identity columns go with their tables by themselves.
    func endScript() throws(DatabaseError) {}

    /// Rows are checked as they will be at the end. Taking that back lets the files that follow in
    /// the same transaction wait for its end again.
    func brokenReference() throws(DatabaseError) -> (table: String, parent: String)? {
        if mode == .standalone { return nil }
        do throws(DatabaseError) {
            try session.undone { () throws(DatabaseError) in
                try session.run("SET CONSTRAINTS ALL IMMEDIATE")
            }
            return nil
        } catch {
            guard error == .foreignKey, let cause = session.lastError, let table = cause.table
            else { throw error }
            return (table, try target(of: cause.constraint ?? "", table))
        }
    }

    /// The table that a foreign key refers to.
    private func target(of constraint: String, _ table: String) throws(DatabaseError) -> String {
        let rows = try session.run(
            """
            SELECT r.relname FROM pg_catalog.pg_constraint AS o
            JOIN pg_catalog.pg_class AS r ON r.oid = o.confrelid
            WHERE o.conname = \(PostgresDialect.literal(constraint))
              AND o.conrelid = \(PostgresDialect.literal(quoted(identifier: table)))::regclass
            """)
        return (rows.first?.first ?? nil) ?? ""
    }

    func isRepetition(_ error: DatabaseError) -> Bool { error.isRepetition }

    // MARK: Rows

    func counts(
        of columns: [CountedColumn], in table: String
    ) throws(DatabaseError) -> (rows: Int, values: [Int]) {
        let names = try self.columns(of: table)
        let values = columns.map { column in
            let name = quoted(identifier: names[column.name] ?? column.name)
            return column.uncounted.map {
                "CASE WHEN \(name) IS DISTINCT FROM (\($0)) THEN \(name) END"
            } ?? name
        }
        let list = (["*"] + values).map { "count(\($0))" }
        let rows = try session.run(
            "SELECT \(list.joined(separator: ", ")) "
                + "FROM \(quoted(identifier: try spelled(table)))")
        let counts = (rows.first ?? []).map { $0.flatMap { Int($0) } ?? 0 }
        return (counts.first ?? 0, Array(counts.dropFirst()))
    }

    func commonest(
        _ columns: [String], in table: String
    ) throws(DatabaseError) -> (values: [String], count: Int)? {
        let spelled = try self.columns(of: table)
        let names = columns.map { quoted(identifier: spelled[$0] ?? $0) }
        let list = names.joined(separator: ", ")
        // Numbers and truth values need no quotes.
        let literals = names.map { name in
            "CASE WHEN pg_catalog.pg_typeof(\(name)) IN ('int4', 'int8', 'float8', 'numeric', "
                + "'bool') THEN \(name)::text ELSE pg_catalog.quote_literal(\(name)::text) END"
        }
        let rows = try session.run(
            "SELECT count(*), \(literals.joined(separator: ", ")) "
                + "FROM \(quoted(identifier: try self.spelled(table))) WHERE "
                + names.map { "\($0) IS NOT NULL" }.joined(separator: " AND ")
                + " GROUP BY \(list) HAVING count(*) > 1 ORDER BY 1 DESC LIMIT 1")
        guard let row = rows.first, let count = row[0].flatMap({ Int($0) }) else { return nil }
        return (row.dropFirst().map { $0 ?? "NULL" }, count)
    }

    func plant(_ rows: SeedRows) throws(DatabaseError) -> SeedOutcome {
        try guarded { () throws(DatabaseError) in
            let added = try session.run(rows.insertion, over: rows).count
            // Those that were there before, and any that has the key of one before it.
            if added == rows.rows.count { return SeedOutcome(added: added, others: []) }
            let others = try session.run(rows.selectionOfOthers, over: rows).numbers
            return SeedOutcome(added: added, others: others.map { Int($0) - 1 })
        }
    }

    func deferForeignKeys() throws(DatabaseError) {
        try session.run("SET CONSTRAINTS ALL DEFERRED")
    }
}

extension BlockingSession {
    /// What the catalogue says of the session's own schema.
    func lines() throws(DatabaseError) -> [String] {
        try run(CatalogueQuery.sql).compactMap { $0.first ?? nil }
    }
}
