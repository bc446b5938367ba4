import PostgresTestSupport
import TestSupport

/// Waits until so many servers are connected to a PostgreSQL database; false when that does not
/// come about.
func servers(of database: TestDatabase, _ count: Int) async -> Bool {
    await eventually {
        let found = try? database.client().value(
            """
            SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND mode = 'ShareLock'
              AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            """)
        return found == "\(count)"
    }
}
