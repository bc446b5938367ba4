import PostgresWire
import Store
import Values

/// A transaction that changes tables, or a run of statements that each stand alone.
final class PostgresMigrationTransaction: MigrationTransaction {
    let session: MigrationSession
    /// Whether there is a transaction around its statements.
    let isTransaction: Bool

    init(_ session: MigrationSession, isTransaction: Bool = true) {
        self.session = session
        self.isTransaction = isTransaction
    }

    /// A statement that fails takes nothing else with it: whoever asked for it goes on.
    private func guarded<R>(_ body: () throws(DatabaseError) -> R) throws(DatabaseError) -> R {
        isTransaction ? try session.guarded(body) : try body()
    }

    // MARK: Tables

    func structure() throws(DatabaseError) -> StructureDescription {
        CatalogueReader.description(try session.lines())
    }

    func execute(_ statement: String) throws(DatabaseError) {
        _ = try guarded { () throws(DatabaseError) in try session.run(statement) }
    }

    func drop(_ part: SchemaPart) throws(DatabaseError) {
        let statement: String
        switch part {
        case .table(let name): statement = "DROP TABLE \(quoted(identifier: try spelled(name)))"
        case .index(let name): statement = "DROP INDEX \(quoted(identifier: try spelled(name)))"
        case .column(let table, let name):
            let names = try columns(of: table)
            statement =
                "ALTER TABLE \(quoted(identifier: try spelled(table))) "
                + "DROP COLUMN \(quoted(identifier: names[name] ?? name))"
        }
        try execute(statement)
    }

    // MARK: Names

    /// What a table or index is called whose name in lower case is given.
    private func spelled(_ name: String) throws(DatabaseError) -> String {
        let rows = try session.run(
            """
            SELECT c.relname FROM pg_catalog.pg_class AS c
            JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
            WHERE n.nspname = pg_catalog.current_schema()
              AND pg_catalog.lower(c.relname) = \(PostgresDialect.literal(name))
            ORDER BY c.relname COLLATE "C" DESC LIMIT 1
            """)
        return rows.first?.first.flatMap { $0 } ?? name
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
        let text =
            isTransaction ? SQLScript.withoutConcurrently(statement.text) : statement.text
        try execute(text)
    }

    /// The sequences of identity columns go with their tables by themselves.
    func endScript() throws(DatabaseError) {}

    func brokenReference() throws(DatabaseError) -> (table: String, parent: String)? {
        guard isTransaction else { return nil }
        do throws(DatabaseError) {
            _ = try guarded { () throws(DatabaseError) in
                try session.run("SET CONSTRAINTS ALL IMMEDIATE")
            }
            return nil
        } catch {
            guard error == .foreignKey, let cause = session.lastError, let table = cause.table
            else { throw error }
            return (table.lowercased(), try target(of: cause.constraint ?? "", table))
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
        return (rows.first?.first ?? nil)?.lowercased() ?? ""
    }

    func isRepetition(_ error: DatabaseError) -> Bool { error.isRepetition }

    // MARK: Rows

    func counts(
        of columns: [String], in table: String
    ) throws(DatabaseError) -> (rows: Int, values: [Int]) {
        let names = try self.columns(of: table)
        let list = (["*"] + columns.map { quoted(identifier: names[$0] ?? $0) })
            .map { "count(\($0))" }
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

    func change(_ statement: BoundSQL) throws(DatabaseError) -> Int {
        try guarded { () throws(DatabaseError) in try session.run(statement) }
    }

    func finds(_ query: BoundSQL) throws(DatabaseError) -> Bool {
        try session.run(query) > 0
    }

    func deferForeignKeys() throws(DatabaseError) {
        try session.run("SET CONSTRAINTS ALL DEFERRED")
    }

    /// It never goes back: what it has given may be in use.
    func raise(_ sequence: IdentitySequence) throws(DatabaseError) {
        let column = quoted(identifier: sequence.column)
        let table = quoted(identifier: sequence.table)
        try session.run(
            """
            SELECT pg_catalog.setval(s.id, m.greatest) FROM (
              SELECT pg_catalog.pg_get_serial_sequence(\(PostgresDialect.literal(table)),
                \(PostgresDialect.literal(sequence.column)))::regclass AS id) AS s,
              (SELECT max(\(column)) AS greatest FROM \(table)
               WHERE \(column) <= \(sequence.countedMax)) AS m
            WHERE s.id IS NOT NULL AND m.greatest > 0
              AND m.greatest > coalesce(pg_catalog.pg_sequence_last_value(s.id), 0)
            """)
    }
}

extension MigrationSession {
    /// What the catalogue says of the session's own schema.
    func lines() throws(DatabaseError) -> [String] {
        try run(CatalogueQuery.sql).compactMap { $0.first ?? nil }
    }
}

extension SQLScript {
    /// A statement as it can stand in a transaction: an index that is made in one is not made
    /// beside writers. What follows keeps its place.
    static func withoutConcurrently(_ statement: String) -> String {
        let tokens = SQLLexer.tokens(of: statement)
        let head = tokens.prefix(4).map(\.text)
        guard head.starts(with: ["create", "index"]) || head.starts(with: ["drop", "index"])
            || head.starts(with: ["create", "unique", "index"]),
            let token = tokens.prefix(4).first(where: { $0.isWord("concurrently") })
        else { return statement }
        var bytes = Array(statement.utf8)
        for place in token.offset..<token.end { bytes[place] = UInt8(ascii: " ") }
        return String(decoding: bytes, as: UTF8.self)
    }
}
