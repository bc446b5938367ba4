import Store

/// What the catalogue says of the tables of a session's own schema, a line of JSON for each table,
/// column, constraint and index: what the server itself prints, so that two lines are alike
/// exactly if what they tell is. Read by ``CatalogueReader``.
///
/// Left out are the server's own tables, partitions, and what belongs to extensions.
enum CatalogueQuery {
    /// The members of a line, behind its first, which says what it is about.
    enum Line: String {
        /// Name, whether it is unlogged, whether it inherits.
        case table
        /// Table, name, type, NOT NULL, default, identity, what is computed, whether it is stored,
        /// collation.
        case column
        /// Table, name, kind, columns, condition, validated, deferred, the table referred to, its
        /// columns, what a delete does, what else is said of the reference, the text of a key that
        /// is another than a definition's: ON CONFLICT takes no deferrable one.
        case constraint
        /// Name, table, unique, valid, condition, then the parts: text, whether it is a column.
        case index
        /// Name, what people call it, what ALTER calls it: what is no table and can be in the way.
        case obstacle
    }

    /// The lines, in an order of their own.
    static let sql = """
        WITH tables AS MATERIALIZED (
          SELECT c.oid, c.relname, c.relpersistence FROM pg_catalog.pg_class AS c
          JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
          WHERE n.nspname = pg_catalog.current_schema() AND c.relkind IN ('r', 'p')
            AND NOT c.relispartition
            AND NOT pg_catalog.starts_with(pg_catalog.lower(c.relname), '\(EngineNames.own)')
            AND NOT EXISTS (
              SELECT FROM pg_catalog.pg_depend AS d
              WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid
                AND d.deptype = 'e'))
        SELECT line::text FROM (
        \(tables)
        UNION ALL
        \(columns)
        UNION ALL
        \(constraints)
        UNION ALL
        \(indexes)
        UNION ALL
        \(obstacles)
        ) AS lines (kind, owner, number, name, line)
        ORDER BY kind, owner COLLATE "C", number, name COLLATE "C"
        """

    private static let tables = """
        SELECT 1, t.relname, 0, '', json_build_array('table', t.relname, t.relpersistence = 'u',
          EXISTS (SELECT FROM pg_catalog.pg_inherits AS i WHERE i.inhrelid = t.oid))
        FROM tables AS t
        """

    /// The database's own order is told from that of code points, which is "C" of the system's
    /// library and all that the server has built in; ICU goes by a locale of its own.
    private static let columns = """
        SELECT 2, t.relname, a.attnum::int, '', json_build_array('column', t.relname, a.attname,
          pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull,
          CASE WHEN a.attgenerated = '' THEN pg_catalog.pg_get_expr(d.adbin, d.adrelid) END,
          a.attidentity,
          CASE WHEN a.attgenerated <> '' THEN pg_catalog.pg_get_expr(d.adbin, d.adrelid) END,
          a.attgenerated = 's',
          CASE WHEN NOT (l.collnamespace = 'pg_catalog'::regnamespace
            AND (l.collname IN ('C', 'POSIX') OR l.collname = 'default' AND EXISTS (
              SELECT FROM pg_catalog.pg_database AS b
              WHERE b.datname = pg_catalog.current_database() AND (b.datlocprovider = 'b'
                OR b.datlocprovider = 'c' AND b.datcollate IN ('C', 'POSIX')))))
            THEN l.collname END)
        FROM tables AS t JOIN pg_catalog.pg_attribute AS a ON a.attrelid = t.oid
        LEFT JOIN pg_catalog.pg_attrdef AS d ON d.adrelid = t.oid AND d.adnum = a.attnum
        LEFT JOIN pg_catalog.pg_collation AS l ON l.oid = a.attcollation
        WHERE a.attnum > 0 AND NOT a.attisdropped
        """

    private static let constraints = """
        SELECT 3, t.relname, 0, o.conname, json_build_array('constraint', t.relname, o.conname,
          o.contype, \(names("o.conrelid", "o.conkey")),
          CASE o.contype WHEN 'c' THEN pg_catalog.pg_get_expr(o.conbin, o.conrelid) END,
          o.convalidated, o.condeferred, r.relname, \(names("o.confrelid", "o.confkey")),
          o.confdeltype, pg_catalog.concat_ws(' ',
            CASE WHEN o.confupdtype NOT IN ('a', ' ') THEN 'on update' END,
            CASE WHEN o.confmatchtype = 'f' THEN 'match full' END,
            CASE WHEN r.oid IS NOT NULL AND r.oid NOT IN (SELECT oid FROM tables)
              THEN 'in another schema' END),
          CASE WHEN o.contype IN ('p', 'u')
            AND (o.condeferrable OR x.indnullsnotdistinct OR m.amname <> 'btree')
            THEN pg_catalog.pg_get_constraintdef(o.oid) END)
        FROM tables AS t JOIN pg_catalog.pg_constraint AS o ON o.conrelid = t.oid
        LEFT JOIN pg_catalog.pg_class AS r ON r.oid = o.confrelid
        LEFT JOIN pg_catalog.pg_index AS x ON x.indexrelid = o.conindid
        LEFT JOIN pg_catalog.pg_class AS k ON k.oid = o.conindid
        LEFT JOIN pg_catalog.pg_am AS m ON m.oid = k.relam
        WHERE o.contype IN ('p', 'u', 'f', 'c')
        """

    /// Sequences of columns go with those.
    private static let obstacles = """
        SELECT 5, c.relname, 0, '', json_build_array('obstacle', c.relname, k.noun, k.keyword)
        FROM pg_catalog.pg_class AS c
        JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
        JOIN (VALUES ('v', 'view', 'VIEW'), ('m', 'materialized view', 'MATERIALIZED VIEW'),
          ('f', 'foreign table', 'FOREIGN TABLE'), ('S', 'sequence', 'SEQUENCE'),
          ('c', 'composite type', 'TYPE'), ('r', 'partition', 'TABLE'), ('p', 'partition', 'TABLE'))
          AS k (kind, noun, keyword)
          ON k.kind = c.relkind::text AND (k.noun = 'partition') = c.relispartition
        WHERE n.nspname = pg_catalog.current_schema()
          AND NOT pg_catalog.starts_with(pg_catalog.lower(c.relname), '\(EngineNames.own)')
          AND NOT EXISTS (
            SELECT FROM pg_catalog.pg_depend AS d
            WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid
              AND c.relkind = 'S' AND d.deptype IN ('a', 'i'))
        """

    private static func names(_ table: String, _ numbers: String) -> String {
        """
        (SELECT json_agg(a.attname ORDER BY k.place)
            FROM pg_catalog.unnest(\(numbers)) WITH ORDINALITY AS k (number, place)
            JOIN pg_catalog.pg_attribute AS a ON a.attrelid = \(table) AND a.attnum = k.number)
        """
    }

    /// A part that is a column and nothing else: in the type's own order, with NULLs where the
    /// server puts them.
    private static let indexes = """
        SELECT 4, t.relname, 0, c.relname, json_build_array('index', c.relname, t.relname,
          i.indisunique, i.indisvalid, pg_catalog.pg_get_expr(i.indpred, i.indrelid),
          (SELECT json_agg(json_build_array(
              coalesce(a.attname, pg_catalog.pg_get_indexdef(i.indexrelid, k.place::int, false)),
              m.amname = 'btree' AND a.attname IS NOT NULL AND k.place <= i.indnkeyatts
                AND coalesce(q.opcdefault, false) AND NOT coalesce(i.indnullsnotdistinct, false)
                AND i.indcollation[k.place - 1] IN (0, a.attcollation)
                AND i.indoption[k.place - 1] IN (0, 3),
              coalesce(i.indoption[k.place - 1], 0), m.amname, q.opcname,
              k.place > i.indnkeyatts, coalesce(i.indnullsnotdistinct, false),
              CASE WHEN i.indcollation[k.place - 1] <> 0
                THEN i.indcollation[k.place - 1]::regcollation::text END)
              ORDER BY k.place)
            FROM pg_catalog.unnest(i.indkey::int2[]) WITH ORDINALITY AS k (number, place)
            LEFT JOIN pg_catalog.pg_attribute AS a
              ON a.attrelid = t.oid AND a.attnum = k.number AND k.number > 0
            LEFT JOIN pg_catalog.pg_opclass AS q ON q.oid = i.indclass[k.place - 1]))
        FROM tables AS t JOIN pg_catalog.pg_index AS i ON i.indrelid = t.oid
        JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid
        JOIN pg_catalog.pg_am AS m ON m.oid = c.relam
        WHERE NOT EXISTS (
          SELECT FROM pg_catalog.pg_constraint AS o
          WHERE o.conindid = i.indexrelid AND o.contype IN ('p', 'u', 'x'))
        """
}
