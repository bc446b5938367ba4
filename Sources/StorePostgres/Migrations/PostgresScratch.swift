import Diagnostics
import Store
import Synchronization

/// An empty schema in a transaction that is never committed: nobody else sees it, and it is gone
/// with its connection. Tables that are there already are out of sight.
final class PostgresScratch: MigrationTarget {
    private let engine: PostgresMigrations
    /// Nil once it is closed. Its thread is whichever holds it.
    private let session: Mutex<BlockingSession?>

    /// - Parameter lock: where our functions are not all there, under which they are made too.
    init(
        _ session: BlockingSession, beside engine: PostgresMigrations,
        makingFunctionsUnder lock: MigrationLock?
    ) throws(Problem) {
        self.engine = engine
        try lock?.begin(session)
        try worded { () throws(DatabaseError) in
            if lock == nil {
                try session.run(BlockingSession.beginning(lockTimeout: "10s"))
            } else {
                try session.installFunctions()
            }
            try session.hideTables()
        }
        self.session = Mutex(session)
    }

    var definitions: any DefinitionDialect { engine.definitions }

    func structure(of definitions: [TableDefinition]) throws(Problem) -> DefinedStructure {
        try engine.structure(of: definitions)
    }

    func makeScratch() throws(Problem) -> any MigrationTarget { try engine.makeScratch() }

    /// What the catalogue says of tables that are made.
    func lines(ofTables definitions: [TableDefinition]) throws(Problem) -> [String] {
        try use { session throws(Problem) in
            try worded { () throws(DatabaseError) in
                for statement in PostgresDialect().create(all: definitions) {
                    try session.run(statement)
                }
                return try session.lines()
            }
        }
    }

    @discardableResult
    func migrate<R: Sendable>(
        _ body: @escaping @Sendable (any MigrationTransaction) throws(Problem) -> R
    ) throws(Problem) -> R {
        try inPart("RELEASE SAVEPOINT _apus_part", body)
    }

    func rehearseMigration<R: Sendable>(
        withoutForeignKeys: Bool,
        _ body: @escaping @Sendable (any MigrationTransaction) throws(Problem) -> R
    ) throws(Problem) -> R {
        try inPart("ROLLBACK TO SAVEPOINT _apus_part", body)
    }

    /// What needs to stand alone is run in the transaction all the same: nothing lasts here.
    func migrateOutsideTransaction<R: Sendable>(
        _ body: @escaping @Sendable (any MigrationTransaction) throws(Problem) -> R
    ) throws(Problem) -> R {
        try migrate(body)
    }

    func inspect<R: Sendable>(
        _ body: @escaping @Sendable (any MigrationTransaction) throws(Problem) -> R
    ) throws(Problem) -> R {
        try migrate(body)
    }

    func laggingSequences(among all: [IdentitySequence]) -> [IdentitySequence] { all }

    private func inPart<R: Sendable>(
        _ end: String, _ body: (any MigrationTransaction) throws(Problem) -> R
    ) throws(Problem) -> R {
        try use { session throws(Problem) in
            _ = try worded { () throws(DatabaseError) in try session.run("SAVEPOINT _apus_part") }
            do throws(Problem) {
                let result = try body(PostgresMigrationTransaction(session, .scratch))
                try worded { () throws(DatabaseError) in try session.end(end) }
                return result
            } catch {
                _ = try worded { () throws(DatabaseError) in
                    try session.run("ROLLBACK TO SAVEPOINT _apus_part")
                }
                throw error
            }
        }
    }

    private func use<R: Sendable>(
        _ body: (BlockingSession) throws(Problem) -> R
    ) throws(Problem) -> R {
        try session.withLock { session throws(Problem) in
            guard let session else {
                throw Problem(DatabaseError.unexpected("a scratch database is closed"))
            }
            return try body(session)
        }
    }

    /// Copies the rows that tables of the same names have, where it hides them.
    func fill() throws(Problem) {
        try use { session throws(Problem) in
            try worded { () throws(DatabaseError) in try session.copyHiddenRows() }
        }
    }

    func close() {
        session.withLock { session in
            session?.close()
            session = nil
        }
    }
}

extension BlockingSession {
    /// Makes an empty schema the session's own. The rest of the search path stays: types and
    /// functions of extensions are found there.
    fileprivate func hideTables() throws(DatabaseError) {
        try run(
            """
            DO $$ DECLARE scratch text := '_apus_scratch_' || pg_catalog.pg_backend_pid(); BEGIN
            PERFORM pg_catalog.set_config('apus.hidden', pg_catalog.current_schema(), true);
            EXECUTE pg_catalog.format('CREATE SCHEMA %I', scratch);
            PERFORM pg_catalog.set_config('search_path', pg_catalog.concat_ws(', ', scratch, (
              SELECT pg_catalog.string_agg(pg_catalog.quote_ident(s), ', ' ORDER BY place)
              FROM pg_catalog.unnest(pg_catalog.current_schemas(false)) WITH ORDINALITY
                AS p (s, place) WHERE s <> pg_catalog.current_schema())), true);
            END $$
            """)
    }

    /// Fills the tables of the scratch schema with the rows of those that they hide: of columns
    /// that both have. References are looked at when all rows are there.
    fileprivate func copyHiddenRows() throws(DatabaseError) {
        try run(
            """
            SET CONSTRAINTS ALL DEFERRED;
            DO $$ DECLARE
              hidden text := pg_catalog.current_setting('apus.hidden');
              item record;
            BEGIN
              FOR item IN SELECT c.relname AS name, pg_catalog.string_agg(
                  pg_catalog.quote_ident(a.attname), ', ') AS columns
                FROM pg_catalog.pg_class AS c
                JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
                  AND n.nspname = pg_catalog.current_schema()
                JOIN pg_catalog.pg_class AS h ON h.relname = c.relname AND h.relkind IN ('r', 'p')
                JOIN pg_catalog.pg_namespace AS m ON m.oid = h.relnamespace AND m.nspname = hidden
                JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0
                  AND NOT a.attisdropped AND a.attgenerated = ''
                JOIN pg_catalog.pg_attribute AS b ON b.attrelid = h.oid AND b.attname = a.attname
                WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition GROUP BY 1
              LOOP
                EXECUTE pg_catalog.format('DELETE FROM %I', item.name);
                EXECUTE pg_catalog.format(
                  'INSERT INTO %I (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM %I.%I', item.name,
                  item.columns, item.columns, hidden, item.name);
              END LOOP;
            END $$;
            SET CONSTRAINTS ALL IMMEDIATE
            """)
    }

    /// Refuses what reached beyond the scratch schema, by a name with its schema: it has been done
    /// to tables in use, and others wait for it to be taken back.
    func requireNoneOthersTouched() throws(DatabaseError) {
        let rows = try run(
            """
            SELECT pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname)
            FROM pg_catalog.pg_locks AS l JOIN pg_catalog.pg_class AS c ON c.oid = l.relation
            JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
            WHERE l.pid = pg_catalog.pg_backend_pid() AND l.locktype = 'relation'
              AND l.mode <> 'AccessShareLock' AND n.nspname <> pg_catalog.current_schema()
              AND n.nspname NOT IN ('pg_catalog', 'pg_toast', 'information_schema')
              AND n.nspname NOT LIKE 'pg\\_temp%'
              AND l.database = (SELECT oid FROM pg_catalog.pg_database
                WHERE datname = pg_catalog.current_database()) LIMIT 1
            """)
        guard let table = rows.first?.first ?? nil else { return }
        throw .other(
            code: "migration",
            message: "a migration file changes \(table): name tables without their schema, since "
                + "files are tried in an empty one first")
    }
}
