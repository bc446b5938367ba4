import Bytes
import Configuration
import Crypto
import Diagnostics
import HTTPServer
import Network
import Schema
import Store
import StoreSQLite
import Work

/// A running server: everything that `apus dev` and `apus serve` start.
public final class Backend: Sendable {
    /// The product's version.
    public static let version = "0.1.0"

    /// How the schema reaches the database.
    public enum Mode: Sendable {
        /// Additive differences are applied at once and schema files are watched.
        case development
        /// Migration files rule; pending ones are applied first or the start is refused.
        case production(migrate: Bool)
        /// The database must have what is declared, and is not changed: for a command that goes
        /// through the services. Serves a free port of this machine, without TLS.
        case command
    }

    /// Where the server answers: `http://127.0.0.1:54321`.
    public let url: String
    /// The same for who sits at the machine; nil where it listens at other addresses alone.
    public let localURL: String?
    /// The port listened on, also when 0 was asked for.
    public let port: Int
    /// The port at which scrapers alone are answered; nil where there is none.
    public let statusPort: Int?
    /// Where metrics are at an address of their own: `http://127.0.0.1:9090/metrics`; nil where
    /// they are at ``url``.
    public let metricsURL: String?
    /// The API keys.
    public let keys: APIKeys
    /// Where the rows are: a file, or an address without its password.
    public let database: String
    /// The names of the models served at start.
    public let models: [String]
    /// What is wrong with the files, so that not all that they said at the start is served: while
    /// developing.
    public let fault: FaultReport?

    /// Where the rows of a model are asked for.
    public static func path(of model: String) -> String {
        "/rest/v1/\(PercentEncoding.encode(component: model))"
    }

    private let memory: MemoryBudget
    private let services: ServiceRunner
    private let log: Log
    private let isDraining: Flag

    private init(_ parts: BackendParts, port: Int, statusPort: Int?, services: ServiceRunner) {
        self.port = port
        self.statusPort = statusPort
        url = parts.settings.url(port: port)
        localURL = parts.settings.localURL(port: port)
        metricsURL = statusPort.flatMap { parts.settings.metricsURL(port: $0) }
        keys = parts.keys
        database = parts.location
        models = parts.schemas.catalogue.models.map(\.name)
        fault = parts.start.fault
        log = parts.services.log
        memory = parts.settings.memory
        isDraining = parts.isDraining
        self.services = services
    }

    /// Starts to serve; returns when connections are accepted.
    ///
    /// - Throws: `SchemaFailure` with every fault of the schema files, `SettingFault` when settings
    ///   do not go together, or a `Problem`: a port in use, a data directory that another server
    ///   holds, migrations to be applied first.
    public static func start(_ options: ServerOptions, mode: Mode) throws -> Backend {
        // While the schema files are read. Where the system refuses a thread, secrets wait for it.
        let preparation = PosixThread(name: "crypto") { CryptoLibrary.prepare() }
        defer { preparation?.join() }
        let parts = try BackendParts(options, mode: mode)
        let registry = LoopRegistry(
            metrics: parts.metrics, untoldBytesMax: parts.settings.memory.untoldBytes)
        let server = parts.makeServer(registry)
        parts.metrics.observe(server)
        var reloader: SchemaReloader?
        if case .development = mode {
            reloader = SchemaReloader(
                options, services: parts.services, registry: registry, schemas: parts.schemas,
                isOfFault: parts.start.fault != nil)
        }
        let database = parts.services.database
        database.onCommit(
            { registry.deliver($0) }, afterReplies: { registry.wake() },
            listenedTo: { registry.tablesHeard })
        let statusServer = parts.makeStatusServer()
        let services = ServiceRunner(
            parts.order(registry, server, statusServer, reloader, parts.makeBackups(options)),
            log: parts.services.log)
        try services.start()
        let backend = Backend(
            parts, port: server.port, statusPort: statusServer?.port, services: services)
        database.noteServer(at: backend.url)
        backend.log.record(.listening(url: backend.url, metrics: backend.metricsURL))
        return backend
    }

    /// Starts, tells `ready`, and serves until SIGTERM or SIGINT; then drains. For the main thread,
    /// before any other thread exists.
    public static func run(
        _ options: ServerOptions, mode: Mode, ready: (Backend) -> Void
    ) throws {
        if case .development = mode { try options.awaitSettings() }
        let signals: SignalReader
        do {
            signals = try SignalReader()
        } catch {
            throw Problem(error)
        }
        DescriptorLimit.raise()
        Allocator.prepare()
        let backend = try start(options, mode: mode)
        // The process has no other database. What starting takes, migrations and seeds, is not
        // bounded by it.
        SQLiteDatabase.limitLongValues(to: backend.memory.statementBytes)
        ready(backend)
        // Whoever has waited for the start is served first.
        var signal = signals.wait(timeout: settlingTime)
        if signal == nil {
            MappedCode.giveBack()
            signal = signals.wait()
        }
        while signal == .hangup { signal = signals.wait() }
        backend.stop()
    }

    /// How long after the start what only the start has needed is given back.
    private static let settlingTime: Duration = .seconds(1)

    /// Refuses new work, finishes what has begun, closes the sockets and the database. A second
    /// call does nothing.
    public func stop() {
        guard isDraining.raise() else { return }
        log.record(.draining)
        services.stop(within: Self.drainDeadline)
        log.record(.stopped)
    }

    private static let drainDeadline: Duration = .seconds(10)
}
