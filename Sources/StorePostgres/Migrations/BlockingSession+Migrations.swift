import PostgresWire
import Store

extension BlockingSession {
    /// How long a table that others use is waited for. Whoever comes after it waits too, so it
    /// rather tries again.
    static let lockTimeout = "2s"

    /// What begins a transaction.
    static func beginning(
        _ mode: String = "READ COMMITTED, READ WRITE", lockTimeout: String
    ) -> String {
        """
        BEGIN ISOLATION LEVEL \(mode);
        SET LOCAL lock_timeout = '\(lockTimeout)';
        SET LOCAL statement_timeout = 0;
        SET LOCAL idle_in_transaction_session_timeout = '5min'
        """
    }

    /// Begins a transaction that only reads.
    ///
    /// - Returns: whether our functions are all there.
    func beginInspection() throws(DatabaseError) -> Bool {
        let rows = try run(
            """
            \(Self.beginning("REPEATABLE READ, READ ONLY", lockTimeout: "60s"));
            \(Self.functions)
            """)
        return Self.isInstalled(rows)
    }

    /// Ends a transaction.
    func end(_ statement: String) throws(DatabaseError) {
        // COMMIT would roll back and not say so.
        if hasFailed { throw .unexpected("the transaction has failed") }
        try run(statement)
    }

    /// Prepares for statements that stand alone; under the lock.
    func stand() throws(DatabaseError) {
        if try !Self.isInstalled(run(Self.functions)) {
            try run(Self.beginning(lockTimeout: Self.lockTimeout))
            try installFunctions()
            try end("COMMIT")
        }
        // A build whose client is gone ends, and does not keep the next attempt waiting.
        try run(
            """
            SET statement_timeout = 0; SET lock_timeout = '\(Self.lockTimeout)';
            SELECT pg_catalog.set_config(name, '1s', false) FROM pg_catalog.pg_settings
            WHERE name = 'client_connection_check_interval'
            """)
    }

    /// Runs a statement that stands alone: again where others were in its way, unless a part of it
    /// may have been done.
    func runAlone(_ statement: MigrationScript.Statement) throws(DatabaseError) {
        let parsed = statement.parsed
        // It waits for all that began before it, and nobody waits behind it.
        let timeout = parsed?.isBesideWriters == true ? "0" : Self.lockTimeout
        try run("SET lock_timeout = '\(timeout)'")
        var attempt: UInt64 = 1
        while true {
            if attempt == MigrationPause.attemptsMax { try watchLocks() }
            defer { watch(nil) }
            do throws(DatabaseError) {
                try run(statement.text)
                return
            } catch {
                guard error == .busy, parsed?.mayDoPart == false,
                    attempt < MigrationPause.attemptsMax
                else { throw error }
            }
            MigrationPause.make(after: attempt)
            attempt += 1
        }
    }

    // MARK: Functions

    /// The names and versions of our functions that are there; one row without where there are
    /// none, and none without the schema.
    private static let functions = """
        SELECT p.proname, pg_catalog.obj_description(p.oid, 'pg_proc')
        FROM pg_catalog.pg_namespace AS n
        LEFT JOIN pg_catalog.pg_proc AS p ON p.pronamespace = n.oid
        WHERE n.nspname = \(PostgresDialect.literal(DatabaseFunction.schema))
        """

    private static func isInstalled(_ rows: [[String?]]) -> Bool {
        let there = Set(rows.map { "\($0[0] ?? "") \($0[1] ?? "")" })
        return DatabaseFunction.all.allSatisfy { there.contains("\($0.name) \($0.version)") }
    }

    /// Makes the functions that definitions and statements call, where they are not there or of
    /// another version. In a transaction, under the lock.
    func installFunctions() throws(DatabaseError) {
        let rows = try run(Self.functions)
        if Self.isInstalled(rows) { return }
        if rows.isEmpty {
            try run("CREATE SCHEMA \(quoted(identifier: DatabaseFunction.schema))")
        }
        // Those that call one another are made in their order.
        for function in DatabaseFunction.all {
            try run(function.statement())
            try run(function.comment)
        }
    }
}
