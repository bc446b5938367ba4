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
    public convenience init(on server: PostgresServer? = nil) throws {
        try self.init((server ?? PostgresServer.shared).makeDatabase())
    }

    /// A database that others may have pools of too.
    ///
    /// - Parameter url: how it is reached, where that is not straight.
    public init(_ database: TestDatabase, by url: String? = nil) throws {
        self.database = database
        let configuration = ClusterConfiguration(
            try ConnectionTarget(url ?? database.url, systemUser: "apus"))
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
