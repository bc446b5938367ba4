import Store

/// Tells the servers of a database of one another: each holds an advisory lock for as long as its
/// feed has a connection, so one that ends or crashes is gone at once. Behind a pooler in
/// transaction mode, where no session is a server's own, nobody is seen.
public struct ServerPresence: Sendable {
    /// Random. Several servers may run in one process.
    private let node = Int32.random(in: .min ... .max)
    private static let lock = LogSpace.Lock.serving.rawValue

    /// A server that nobody knows of yet.
    public init() {}

    /// Takes the lock, in a session that is served by the process of this number, and else does
    /// nothing: a pooler's session would keep it when its borrower is gone.
    func announcement(to process: Int32) -> String {
        """
        SELECT CASE WHEN pg_catalog.pg_backend_pid() = \(process)
          THEN pg_catalog.pg_try_advisory_lock_shared(\(Self.lock), \(node)) END
        """
    }

    /// Asks for the others: a line each, for people.
    private var others: String {
        """
        SELECT pg_catalog.concat_ws(', ', nullif(a.application_name, ''),
          'process ' || l.pid || ' of PostgreSQL', 'from ' || pg_catalog.host(a.client_addr))
        FROM pg_catalog.pg_locks AS l
        LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
        WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 2
          AND l.classid::int8 = \(Self.lock) AND l.objid::int8 <> \(UInt32(bitPattern: node))
          AND l.database = (SELECT oid FROM pg_catalog.pg_database
            WHERE datname = pg_catalog.current_database())
        ORDER BY l.pid
        """
    }

    /// The servers that hold such a lock, without this one.
    func others(_ session: BlockingSession) throws(DatabaseError) -> [String] {
        try session.run(others).compactMap { $0.first ?? nil }
    }
}
