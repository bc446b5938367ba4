public import Diagnostics
public import Network
import PostgresWire
import Quotas
public import Store
import Synchronization
import Work

/// A PostgreSQL database in use: its transactions, its facts, its log of changes. The loops that
/// serve requests read and write by connections of their own, see ``attach(to:)``. Usable from
/// every thread but a loop's where it blocks.
public final class PostgresDatabase: Sendable {
    /// What statements are written in.
    public var dialect: any Dialect { servedDialect }
    /// The same, as PostgreSQL's: it names the schema of the project's tables.
    let servedDialect: PostgresDialect
    /// The engine with its version.
    public let engine: String
    /// The history of changes that was in force when the database was opened.
    private let firstEpoch: String
    /// The schema of the project's tables.
    let schema: String
    let cluster: PostgresCluster
    let loop: DatabaseLoop
    let log: @Sendable (PostgresEvent) -> Void
    let space = LogSpace()
    let presence = ServerPresence()
    let configuration: PostgresConfiguration
    /// What has been noted about the database, by name.
    let facts: Mutex<[String: String]>
    /// Threads that wait for transactions.
    let workers = WorkerPool<Void>(
        name: "database", threadsMax: DatabaseBounds.threads, makeSeat: {})
    /// Transactions that found no place among those that wait for a thread.
    let refusedTransactions = Mutex(RefusalCounts())
    let capture = Capture()
    private let isClosed = Atomic(false)

    /// Connects to a database and makes in it what the engine needs, if it is not there.
    ///
    /// - Parameter log: is told what becomes of connections, on any thread.
    /// - Throws: 08006 when no server can be reached, `unsuitable_database` when it cannot do what
    ///   the engine needs, or what it says.
    public static func open(
        _ configuration: PostgresConfiguration,
        log: @escaping @Sendable (PostgresEvent) -> Void
    ) throws(Problem) -> PostgresDatabase {
        let isOpen = Latch()
        let cluster = PostgresCluster(configuration.cluster, resolver: Resolver()) { event in
            // Whoever opens is told by what is thrown.
            if case .unavailable = event, !isOpen.isSet { return }
            log(.connection(event))
        }
        let loop = try DatabaseLoop(cluster)
        do throws(Problem) {
            let database = try PostgresDatabase(configuration, cluster, loop, log)
            _ = try database.noteIfAbsent(ServerInspection.schemaFact, database.schema)
            isOpen.set()
            return database
        } catch {
            loop.stop()
            throw error
        }
    }

    private init(
        _ configuration: PostgresConfiguration, _ cluster: PostgresCluster, _ loop: DatabaseLoop,
        _ log: @escaping @Sendable (PostgresEvent) -> Void
    ) throws(Problem) {
        self.log = log
        self.configuration = configuration
        self.cluster = cluster
        self.loop = loop
        let session = try BlockingSession.borrow(from: loop.access)
        defer { session.close() }
        let space = space
        let server = try worded { () throws(DatabaseError) in
            try ServerInspection(session, space)
        }
        schema = try server.require(space)
        try server.require(connections: configuration.cluster.connectionsMax)
        // Which tables are captured is not known yet: what others capture stays.
        let losses = try loop.access.setUpCapture([], in: space, .lost).losses
        if server.tableCount > 0 { for loss in losses { log(.feed(.repaired(loss))) } }
        let noted = try worded { () throws(DatabaseError) in try session.facts(space) }
        try server.require(noted: noted.facts, in: space)
        servedDialect = PostgresDialect(tables: schema)
        engine = "PostgreSQL \(server.version)"
        firstEpoch = noted.epoch
        facts = Mutex(noted.facts)
    }

    deinit { close() }

    /// What names the history of changes: a server that fails over or is restored begins another.
    public var epoch: String { capture.epoch ?? firstEpoch }

    /// What a loop reads and writes with. To be called on the loop; the pool is to be closed there
    /// before it ends.
    public func attach(
        to loop: EventLoop
    ) -> (reader: PostgresReader, writes: PostgresWrites, pool: PostgresPool) {
        let pool = PostgresPool(cluster, on: loop)
        return (
            PostgresReader(pool, dialect: servedDialect),
            PostgresWrites(
                pool, servedDialect, timeout: configuration.statementTimeout,
                writeTimeout: configuration.writeTimeout,
                committed: { [capture] in capture.committed() }), pool
        )
    }

    /// What its connections have done, and what waits for them.
    public var counts: PoolCounts { cluster.counts }

    /// What waits for the threads of transactions, and what was refused there.
    public var transactions: TransactionCounts {
        let (waiting, running) = workers.counts
        return TransactionCounts(
            waiting: waiting, running: running, refused: refusedTransactions.withLock { $0 })
    }

    /// Why requests fail for now; nil while a server takes them, for all that is known.
    public var unavailability: Problem? {
        cluster.standing.unavailability.map { Problem(DatabaseError(.unavailable($0))) }
    }

    /// See ``Store/Database/close(within:)``.
    public func close(within time: Duration) {
        guard !isClosed.exchange(true, ordering: .acquiringAndReleasing) else { return }
        workers.close()
        loop.cutOff(after: time)
        workers.join()
        endFeed()
        loop.stop()
    }
}

/// Whether something has happened. Any thread.
private final class Latch: Sendable {
    private let state = Atomic(false)

    var isSet: Bool { state.load(ordering: .acquiring) }
    func set() { state.store(true, ordering: .releasing) }
}

/// Bounds of a database, each with its unit and its reason.
enum DatabaseBounds {
    /// Threads that wait for transactions: each has a connection meanwhile.
    static let threads = 4
    /// Transactions that wait for a thread.
    static let waiting = ShareBounds(total: 1_000, each: 128)
    /// What a start-up or a command waits for a connection.
    static let patience = Duration.seconds(30)
}
