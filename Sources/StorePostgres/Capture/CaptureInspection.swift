/// What the catalogue is asked about the log and the captured tables: texts in, texts out, so that
/// any session can ask.
enum CaptureInspection: CaseIterable {
    /// Which of the log's tables are there, with their columns.
    case tables
    /// What `meta` says of the log, and where that is; only where the table is as it should be.
    case facts
    /// The log's functions.
    case functions
    /// The captured tables with their partitions.
    case relations
    /// The triggers that call the log's functions.
    case triggers

    func sql(_ models: [CapturedModel], in space: LogSpace) -> String {
        let schema = PostgresDialect.literal(space.schema)
        return switch self {
        case .tables:
            """
            SELECT c.relname, pg_catalog.array_to_string(ARRAY(
                SELECT pg_catalog.concat_ws(
                  ' ', a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod))
                FROM pg_catalog.pg_attribute AS a
                WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped), E'\\n')
            FROM pg_catalog.pg_class AS c
            JOIN pg_catalog.pg_namespace AS s ON s.oid = c.relnamespace
            WHERE s.nspname = \(schema) AND c.relkind = 'r'
            """
        case .facts: Self.facts(space)
        case .functions:
            """
            SELECT p.proname, p.prosrc, p.prosecdef,
              pg_catalog.array_to_string(p.proconfig, E'\\n'),
              pg_catalog.obj_description(p.oid, 'pg_proc'), p.xmin
            FROM pg_catalog.pg_proc AS p JOIN pg_catalog.pg_namespace AS s ON s.oid = p.pronamespace
            WHERE s.nspname = \(schema)
            """
        case .relations: Self.relations(models)
        case .triggers:
            """
            SELECT s.nspname, c.relname, t.tgname, t.tgtype, t.tgenabled, p.proname,
              t.tgparentid <> 0,
              n.words[1] = t.xmin::text AND n.words[2:] <@ ARRAY(
                SELECT r.relid::oid::text FROM pg_catalog.pg_partition_tree(t.tgrelid) AS r)
            FROM pg_catalog.pg_trigger AS t JOIN pg_catalog.pg_proc AS p ON p.oid = t.tgfoid
            JOIN pg_catalog.pg_namespace AS f ON f.oid = p.pronamespace
            JOIN pg_catalog.pg_class AS c ON c.oid = t.tgrelid
            JOIN pg_catalog.pg_namespace AS s ON s.oid = c.relnamespace
            CROSS JOIN LATERAL pg_catalog.string_to_array(
              pg_catalog.obj_description(t.oid, 'pg_trigger'), ' ') AS n (words)
            WHERE f.nspname = \(schema) AND NOT t.tgisinternal ORDER BY 1, 2, 3
            """
        }
    }

    private static func facts(_ space: LogSpace) -> String {
        let facts = space.name(LogTables.facts.name)
        return """
            SELECT (SELECT value FROM \(facts) WHERE key = 'version'),
              (SELECT value FROM \(facts) WHERE key = '\(LogTables.placeKey)'),
              \(LogTables.place(space))
            """
    }

    /// For each model, its table and that table's partitions, and a column that is not there.
    private static func relations(_ models: [CapturedModel]) -> String {
        let wanted = models.enumerated().map { number, model in
            let columns = model.columns.map { PostgresDialect.literal($0.name) }
                .joined(separator: ", ")
            let place = [model.schema, model.name].map(PostgresDialect.literal)
                .joined(separator: ", ")
            return "(\(number), \(place),"
                + " ARRAY[\(columns)]::text[])"
        }
        let list = wanted.isEmpty ? "(0, '', '', '{}'::text[])" : wanted.joined(separator: ", ")
        return """
            SELECT w.number, s.nspname, r.relname, r.oid = c.oid,
              (SELECT pg_catalog.min(u.name) FROM pg_catalog.unnest(w.columns) AS u (name)
              WHERE NOT EXISTS (
                SELECT FROM pg_catalog.pg_attribute AS a WHERE a.attrelid = c.oid
                  AND a.attname = u.name AND a.attnum > 0 AND NOT a.attisdropped))
            FROM (VALUES \(list)) AS w (number, schema, name, columns)
            JOIN pg_catalog.pg_namespace AS n ON n.nspname = w.schema
            JOIN pg_catalog.pg_class AS c ON c.relnamespace = n.oid AND c.relname = w.name
              AND c.relkind IN ('r', 'p')
            CROSS JOIN LATERAL (
              SELECT c.oid UNION SELECT relid FROM pg_catalog.pg_partition_tree(c.oid)) AS p (oid)
            JOIN pg_catalog.pg_class AS r ON r.oid = p.oid
            JOIN pg_catalog.pg_namespace AS s ON s.oid = r.relnamespace ORDER BY 1, 4 DESC, 2, 3
            """
    }
}
