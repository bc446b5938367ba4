import Network
public import PostgresTestSupport
import PostgresWire
public import StorePostgres

/// A database of a test's own, with a pool on a loop of its own.
public final class PooledDatabase: Sendable {
    /// The database.
    public let database: TestDatabase
    /// What lets threads in.
    public let access: PoolAccess
    private let thread: LoopThread
    private let pool: LoopBound<PostgresPool>

    /// An empty database on the server of all tests, or another.
    public init(on server: PostgresServer? = nil) throws {
        database = try (server ?? PostgresServer.shared).makeDatabase()
        let configuration = ClusterConfiguration(
            try ConnectionTarget(database.url, systemUser: "apus"))
        let cluster = PostgresCluster(configuration, resolver: Resolver(), log: { _ in })
        let thread = try LoopThread(index: 0, name: "test loop")
        pool = thread.perform { loop in LoopBound(PostgresPool(cluster, on: loop), on: loop) }
        access = thread.perform { [pool] _ in pool.value.access }
        self.thread = thread
    }

    deinit {
        let pool = pool
        thread.perform { _ in pool.value.close() }
        thread.stop()
        thread.join()
    }

    /// Its tables, as migrations see them.
    public var migrations: PostgresMigrations { PostgresMigrations(access) }
}
