public import Network
import PostgresWire
import Quotas
import Synchronization
import Work

/// The servers that a connection target names, as all loops of a process see them: what their
/// pools share. Any thread.
public final class PostgresCluster: Sendable {
    /// What the connections have in common.
    public let configuration: ClusterConfiguration
    /// The statements of the process.
    public let statements = StatementRegistry()
    let resolver: Resolver
    let tls: TLSContexts
    let keys = KeyDerivation()
    let budget: ConnectionBudget
    let standing = Standing()
    let log: @Sendable (ConnectionEvent) -> Void
    /// Units of the slow lanes of all loops.
    let slowUnits = Mutex(SlowUnits())
    private let pools = Mutex<[PoolMetrics]>([])
    private let namesWork = Atomic(true)
    private let takesSettings = Atomic(true)

    /// The servers of a target; nothing is opened before a pool needs it.
    ///
    /// - Parameter log: is told what happens, on any thread.
    public init(
        _ configuration: ClusterConfiguration, resolver: Resolver,
        log: @escaping @Sendable (ConnectionEvent) -> Void
    ) {
        self.configuration = configuration
        self.resolver = resolver
        self.log = log
        tls = TLSContexts(configuration.target)
        budget = ConnectionBudget(
            connectionsMax: configuration.connectionsMax, pause: configuration.refusalPause)
        namesWork.store(configuration.target.preparesByName, ordering: .relaxed)
    }

    /// Whether statements are prepared under names.
    public var preparesByName: Bool { namesWork.load(ordering: .relaxed) }

    /// Names do not work on one connection, so on none.
    func noteNamesLost() {
        if namesWork.exchange(false, ordering: .relaxed) { log(.namedStatementsLost) }
    }

    /// Whether lanes are set up by the start-up packet.
    var isBare: Bool { !takesSettings.load(ordering: .relaxed) }

    /// A connection was refused for the settings in its start-up packet.
    func noteSettingsRefused(_ error: ServerError) {
        guard takesSettings.exchange(false, ordering: .relaxed) else { return }
        log(
            .settingsRefused(
                error, user: configuration.target.user,
                settings: configuration.sessionSettings
                    + configuration.settings(of: .write).startup(isReadOnly: false)))
    }

    /// How a connection to one host is made.
    var connectOptions: ConnectOptions {
        let target = configuration.target
        var options = ConnectOptions()
        options.timeout =
            target.connectTimeoutSeconds.map { .seconds($0) } ?? ConnectionLimits.connectTimeout
        options.endpointTimeout = options.timeout
        options.unacknowledgedMilliseconds =
            target.keepAlive.unacknowledgedMilliseconds.map { Int32(clamping: $0) }
            ?? ConnectionLimits.unacknowledgedMilliseconds
        guard target.keepAlive.isOn else {
            options.keepAlive = nil
            return options
        }
        var probes = ConnectOptions.KeepAlive()
        let given = target.keepAlive
        if let seconds = given.idleSeconds { probes.idleSeconds = Int32(clamping: seconds) }
        if let seconds = given.intervalSeconds { probes.intervalSeconds = Int32(clamping: seconds) }
        if let count = given.probesMax { probes.probes = Int32(clamping: count) }
        options.keepAlive = probes
        return options
    }

    /// What all pools have and have done, those included that are gone.
    public var counts: PoolCounts {
        pools.withLock { pools in pools.reduce(PoolCounts()) { $0 + $1.counts } }
    }

    /// A pool has been made.
    func count(_ metrics: PoolMetrics) { pools.withLock { $0.append(metrics) } }
}
