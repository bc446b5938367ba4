import Database
import Diagnostics
import HTTPServer
import Network
import Schema
import Synchronization

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
    }

    /// Where the server answers: `http://127.0.0.1:54321`.
    public let url: String
    /// The port listened on, also when 0 was asked for.
    public let port: Int
    /// The API keys.
    public let keys: APIKeys
    /// The names of the models served at start.
    public let models: [String]

    private let database: DatabasePool
    private let server: WebServer
    private let log: Log
    private let reloader: SchemaReloader?
    private let isDraining: Flag

    private init(_ parts: BackendParts, server: WebServer, reloader: SchemaReloader?) {
        port = server.port
        url = parts.settings.url(port: server.port)
        keys = parts.keys
        models = parts.schemas.catalogue.models.map(\.name)
        database = parts.services.database
        log = parts.services.log
        isDraining = parts.isDraining
        self.server = server
        self.reloader = reloader
    }

    /// Starts to serve; returns when connections are accepted.
    ///
    /// - Throws: `SchemaFailure` with every fault of the schema files, `SettingFault` when settings do
    ///   not go together, or a `Problem`: a port in use,
    ///   a data directory that another server holds, migrations to be applied first.
    public static func start(_ options: ServerOptions, mode: Mode) throws -> Backend {
        let parts = try BackendParts(options, mode: mode)
        let registry = LoopRegistry(metrics: parts.metrics)
        let services = parts.services
        let schemas = parts.schemas
        let server = WebServer(configuration: parts.httpConfiguration) { context throws(Problem) in
            let application = try LoopApplication(
                services: services, schemas: schemas, context: context)
            registry.add(application, on: context)
            return application
        }
        parts.metrics.observe(server)
        services.database.onCommit(
            { registry.deliver($0) }, afterReplies: { registry.wake() })
        try server.start()
        var reloader: SchemaReloader?
        if case .development = mode {
            reloader = try SchemaReloader(
                options, services: services, registry: registry, schemas: schemas)
        }
        let backend = Backend(parts, server: server, reloader: reloader)
        services.log.record(.listening(url: backend.url))
        return backend
    }

    /// Starts, tells `ready`, and serves until SIGTERM or SIGINT; then drains. For the main thread,
    /// before any other thread exists.
    public static func run(
        _ options: ServerOptions, mode: Mode, ready: (Backend) -> Void
    ) throws {
        let signals: SignalReader
        do {
            signals = try SignalReader()
        } catch {
            throw Problem(error)
        }
        let backend = try start(options, mode: mode)
        ready(backend)
        while let signal = signals.wait(), signal == .hangup {}
        backend.stop()
    }

    /// Refuses new work, finishes what has begun, closes the sockets and the database. A second call
    /// does nothing.
    public func stop() {
        guard isDraining.raise() else { return }
        log.record(.draining)
        reloader?.stop()
        server.drain(deadline: Self.drainDeadline)
        database.close()
        log.record(.stopped)
    }

    private static let drainDeadline: Duration = .seconds(10)
}

/// A switch that is thrown once, from any thread.
final class Flag: Sendable {
    private let state = Atomic(false)

    var isRaised: Bool { state.load(ordering: .relaxed) }

    /// Raises the flag; false when it was up already.
    func raise() -> Bool { !state.exchange(true, ordering: .acquiringAndReleasing) }
}
