import Store

// What development has made: a comment on it says so, which goes with it, is seen by `\d+`, and
// gives way to anybody's own.
extension PostgresMigrationTransaction {
    private static let comment = "made by apus dev"

    func claim(_ part: SchemaPart) throws(DatabaseError) {
        let (kind, name) = try place(of: part)
        try execute("COMMENT ON \(kind) \(name) IS \(PostgresDialect.literal(Self.comment))")
    }

    func claimed() throws(DatabaseError) -> Set<SchemaPart>? {
        let rows = try session.run(
            """
            SELECT c.relkind, pg_catalog.lower(c.relname), pg_catalog.lower(a.attname)
            FROM pg_catalog.pg_description AS d
            JOIN pg_catalog.pg_class AS c ON c.oid = d.objoid
            JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
            LEFT JOIN pg_catalog.pg_attribute AS a
              ON a.attrelid = c.oid AND a.attnum = d.objsubid AND d.objsubid > 0
            WHERE d.classoid = 'pg_catalog.pg_class'::regclass
              AND n.nspname = pg_catalog.current_schema()
              AND d.description = \(PostgresDialect.literal(Self.comment))
            """)
        return Set(
            rows.map { row in
                let name = row[1] ?? ""
                if let column = row[2] { return .column(table: name, name: column) }
                return row[0] == "i" ? .index(name) : .table(name)
            })
    }
}
