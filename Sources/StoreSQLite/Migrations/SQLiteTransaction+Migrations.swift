public import Store
import Values

/// Migrations and seeds: names of tables and columns are in any case.
extension SQLiteTransaction: MigrationTransaction {
    // MARK: Tables

    /// See ``Store/MigrationTransaction/structure()``.
    public func structure() throws(DatabaseError) -> StructureDescription {
        try query(SQL(text: StructureDescription.selection), .none, StructureDescription.read)
    }

    /// See ``Store/MigrationTransaction/execute(_:)``.
    public func execute(_ statement: String) throws(DatabaseError) {
        try wordingOnce { () throws(DatabaseError) in try executeScript(statement) }
    }

    // MARK: Files

    /// See ``Store/MigrationTransaction/run(_:)``.
    public func run(_ statement: MigrationScript.Statement) throws(DatabaseError) {
        try wordingOnce { () throws(DatabaseError) in
            try executeScript(statement.text, replacesRows: statement.replacesRows)
        }
    }

    /// See ``Store/MigrationTransaction/findings(of:limit:)``.
    public func findings(of query: String, limit: Int) throws(DatabaseError) -> [[String]] {
        try self.query(text: query, arguments: [], use: .once) { rows throws(DatabaseError) in
            var found: [[String]] = []
            while found.count < limit, try rows.next() {
                found.append(
                    (0..<rows.columnCount).map { SQLiteDialect().literal(rows.value($0), .text) })
            }
            return found
        }
    }

    /// See ``Store/MigrationTransaction/endScript()``.
    public func endScript() throws(DatabaseError) { try forgetDroppedSequences() }

    /// See ``Store/MigrationTransaction/brokenReference()``.
    public func brokenReference() throws(DatabaseError) -> (table: String, parent: String)? {
        try foreignKeyViolations(limit: 1).first.map { ($0.table, $0.parent) }
    }

    /// See ``Store/MigrationTransaction/isRepetition(_:)``.
    public func isRepetition(_ error: DatabaseError) -> Bool { error.isRepetition }

    /// See ``Store/MigrationTransaction/migrationRecords()``.
    public func migrationRecords() throws(DatabaseError) -> [MigrationRecord] {
        try executeScript(MigrationRecord.table)
        return try query(SQL(text: MigrationRecord.selection), .none, MigrationRecord.all)
    }

    /// See ``Store/MigrationTransaction/remember(_:)``.
    public func remember(_ record: MigrationRecord) throws(DatabaseError) {
        try executeScript(MigrationRecord.table)
        try run(
            """
            INSERT INTO _apus_migrations VALUES (\(record.version), \(record.name), \
            \(record.checksum), \(record.appliedAt))
            """)
    }

    // MARK: Rows

    /// See ``Store/MigrationTransaction/counts(of:in:)``.
    public func counts(
        of columns: [CountedColumn], in table: String
    ) throws(DatabaseError) -> (rows: Int, values: [Int]) {
        let values = columns.map { column in
            let name = quoted(identifier: column.name)
            return column.uncounted.map { "CASE WHEN \(name) IS NOT (\($0)) THEN \(name) END" }
                ?? name
        }
        let list = (["*"] + values).map { "count(\($0))" }
        let sql = SQL(
            text: "SELECT \(list.joined(separator: ", ")) FROM \(quoted(identifier: table))")
        return try query(sql) { rows throws(DatabaseError) in
            _ = try rows.next()
            return (
                Int(rows.int64(0)), list.indices.dropFirst().map { Int(rows.int64($0)) }
            )
        }
    }

    /// See ``Store/MigrationTransaction/commonest(_:in:)``.
    public func commonest(
        _ columns: [String], in table: String
    ) throws(DatabaseError) -> (values: [String], count: Int)? {
        let names = columns.map { quoted(identifier: $0) }
        let list = names.joined(separator: ", ")
        let present = names.map { "\($0) IS NOT NULL" }.joined(separator: " AND ")
        let sql = SQL(
            text: "SELECT count(*), \(list) FROM \(quoted(identifier: table)) WHERE \(present) "
                + "GROUP BY \(list) HAVING count(*) > 1 ORDER BY 1 DESC LIMIT 1")
        return try query(sql) { rows throws(DatabaseError) in
            guard try rows.next() else { return nil }
            let values = names.indices.map { SQLiteDialect().literal(rows.value($0 + 1), .text) }
            return (values, Int(rows.int64(0)))
        }
    }

    /// See ``Store/MigrationTransaction/plant(_:)``: one after the other, which costs nothing here.
    public func plant(_ rows: SeedRows) throws(DatabaseError) -> SeedOutcome {
        let (dialect, table) = (SQLiteDialect(), rows.table)
        var added = 0
        var others: [Int] = []
        for (place, values) in rows.rows.enumerated() {
            let insertion = dialect.text(of: table.insertionIfAbsent(of: values, in: rows.columns))
            let count = try run(text: insertion.text, arguments: insertion.arguments)
            added += count
            if count > 0 { continue }
            let other = dialect.text(of: table.selection(ofOtherThan: values, in: rows.given))
            let isOther = try query(text: other.text, arguments: other.arguments) {
                rows throws(DatabaseError) in try rows.next()
            }
            if isOther { others.append(place) }
        }
        return SeedOutcome(added: added, others: others)
    }

    /// Runs a script and takes out of its error what ALTER TABLE puts in twice: the quotes of a
    /// name that is quoted already.
    private func wordingOnce(_ body: () throws(DatabaseError) -> Void) throws(DatabaseError) {
        do throws(DatabaseError) {
            try body()
        } catch .other(let code, let message, let line) {
            var last: Character?
            let words = message.filter { character in
                defer { last = character }
                return character != "\"" || last != "\""
            }
            throw .other(code: code, message: words, line: line)
        }
    }
}

extension MigrationRecord {
    /// The table that remembers which files are applied.
    fileprivate static let table = """
        CREATE TABLE IF NOT EXISTS _apus_migrations (
          version TEXT NOT NULL PRIMARY KEY,
          name TEXT NOT NULL,
          checksum TEXT NOT NULL,
          applied_at TEXT NOT NULL
        ) STRICT
        """

    /// What is remembered, oldest first.
    static let selection =
        "SELECT version, name, checksum, applied_at FROM _apus_migrations ORDER BY version"

    /// The rows of ``selection``.
    static func all(_ rows: inout Rows) throws(DatabaseError) -> [MigrationRecord] {
        var records: [MigrationRecord] = []
        while try rows.next() {
            records.append(
                MigrationRecord(
                    version: rows.text(0), name: rows.text(1), checksum: rows.text(2),
                    appliedAt: rows.text(3)))
        }
        return records
    }
}

extension StructureDescription {
    /// The statements that have made what is there, but for the server's own.
    static let selection =
        "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL "
        + "AND instr(tbl_name, '\(EngineNames.own)') <> 1 ORDER BY rowid"

    /// The rows of ``selection``.
    static func read(
        _ rows: inout Rows
    ) throws(DatabaseError) -> StructureDescription {
        var statements: [String] = []
        while try rows.next() { statements.append(rows.text(0)) }
        return StructureDescription(statements) { DatabaseStructure(statements: $0) }
    }
}
