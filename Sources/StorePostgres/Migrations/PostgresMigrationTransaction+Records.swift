import Store

// The files that were applied. One that runs without a transaction has a record without a moment
// from its begin to its end: so the next attempt knows of what it has left.
extension PostgresMigrationTransaction {
    private static let table = """
        CREATE TABLE _apus_migrations (
          version text COLLATE "C" PRIMARY KEY,
          name text NOT NULL,
          checksum text NOT NULL,
          applied_at text
        )
        """

    private func hasTable() throws(DatabaseError) -> Bool {
        let found = try session.run(
            """
            SELECT FROM pg_catalog.pg_class AS c
            JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
            WHERE n.nspname = pg_catalog.current_schema() AND c.relname = '_apus_migrations'
            """)
        return !found.isEmpty
    }

    private func makeTable() throws(DatabaseError) {
        if try !hasTable() { try session.run(Self.table) }
    }

    func migrationRecords() throws(DatabaseError) -> [MigrationRecord] {
        guard try hasTable() else { return [] }
        let rows = try session.run(
            "SELECT version, name, checksum, applied_at FROM _apus_migrations "
                + "WHERE applied_at IS NOT NULL ORDER BY version")
        return rows.map { row in
            let texts = row.map { $0 ?? "" }
            return MigrationRecord(
                version: texts[0], name: texts[1], checksum: texts[2], appliedAt: texts[3])
        }
    }

    func remember(_ record: MigrationRecord) throws(DatabaseError) {
        try makeTable()
        try write(record, appliedAt: PostgresDialect.literal(record.appliedAt))
    }

    /// A build that failed or was cut off leaves an index that serves nobody and is in the way.
    func begin(_ record: MigrationRecord, _ script: MigrationScript) throws(DatabaseError) {
        try makeTable()
        let begun = try session.run(
            "SELECT FROM _apus_migrations WHERE applied_at IS NULL AND version = "
                + PostgresDialect.literal(record.version))
        if begun.isEmpty { return try write(record, appliedAt: "NULL") }
        for name in script.statements.compactMap(\.unfinishedIndex) {
            let left = try session.run(
                """
                SELECT indexrelid::regclass FROM pg_catalog.pg_index
                WHERE indexrelid = pg_catalog.to_regclass(\(PostgresDialect.literal(name)))
                  AND NOT indisvalid
                """)
            guard case let index?? = left.first?.first else { continue }
            try session.run("DROP INDEX CONCURRENTLY \(index)")
        }
    }

    private func write(
        _ record: MigrationRecord, appliedAt moment: String
    ) throws(DatabaseError) {
        let values = [record.version, record.name, record.checksum].map(PostgresDialect.literal)
        try session.run(
            """
            INSERT INTO _apus_migrations AS m VALUES (\(values.joined(separator: ", ")), \(moment))
            ON CONFLICT (version) DO UPDATE SET name = excluded.name,
              checksum = excluded.checksum, applied_at = excluded.applied_at
            WHERE m.applied_at IS NULL
            """)
    }
}
