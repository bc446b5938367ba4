import Auth
import Configuration
import Diagnostics
import HTTP
import HTTPServer
import Network
import Quotas
import REST
import Schema
import Store
import Work

/// Everything a server needs before it can listen, in the order in which it must come to be.
struct BackendParts {
    /// What is served of the files.
    let start: ServingStart
    let keys: APIKeys
    /// Where the rows are, for people.
    let location: String
    /// What backups of them are.
    let backupKind: BackupKind
    let services: SharedServices
    let logQueue: LogQueue
    let metrics = Metrics()
    let observer: RequestObserver
    /// Nil where no file has the secrets.
    let secretsWatch: SecretsWatch?
    let isDraining = Flag()
    /// What bodies, answers, queues and feeds are taken from.
    let memory: MemoryPool

    /// With faulty files, settings or other secrets than before nothing is changed.
    init(_ options: ServerOptions, mode: Backend.Mode) throws {
        let files = try mode.load(options)
        let settings = files.schemas.settings
        try settings.requireFreePorts(options)
        logQueue = LogQueue(format: settings.log.format ?? mode.logFormat)
        let log = logQueue.log(settings.log.level)
        observer = RequestObserver(counters: metrics.requests, log: log)
        try options.prepareDataDirectory(log: log)
        let sources = try SecretsSources(options)
        let found = try options.database()
        (location, backupKind) = (found.description, found.backupKind)
        memory = settings.memory.makePool()
        let database = try found.open(settings, memory: memory, log: log)
        do {
            let secrets = try sources.secrets(for: database)
            keys = APIKeys(secrets)
            secretsWatch = SecretsWatch(secrets, log: log)
            start = try Self.bringUp(database, files, options, mode: mode, log: log)
            let auth = try AuthService(
                database: database, settings: Self.authSettings(settings),
                secrets: secrets.secrets, version: Backend.version, log: log)
            let throttle = ThrottleInForce(settings.throttle)
            let workers = RequestWorkers(threads: settings.loops)
            services = SharedServices(
                database: database, auth: auth, log: log, channelRefusals: .init(log: log),
                crossOrigin: CrossOrigin(origins: settings.cors.origins),
                status: Self.status(
                    of: database, metrics, auth, throttle, workers, isDraining,
                    key: settings.metrics.key),
                showsMetrics: settings.metrics.listen == nil,
                development: mode.pages(of: options, settings, keys, start.fault),
                transitions: mode.transitions, outdatedNames: metrics.outdatedNames,
                throttle: throttle,
                requestWorkers: workers, bodyBytesMax: settings.limits.bodyBytesMax)
        } catch {
            database.close()
            throw error
        }
    }

    var schemas: SchemaSet { start.schemas }
    var settings: Settings { schemas.settings }

    /// Where and how to listen.
    var httpConfiguration: HTTPServerConfiguration {
        let bounds = settings.limits
        var configuration = HTTPServerConfiguration(
            connectionsMax: bounds.connectionsMax, messageBytesMax: bounds.messageBytesMax)
        configuration.host = settings.listen.host
        configuration.port = settings.listen.port
        configuration.loops = settings.loops
        configuration.tls = settings.tls.files
        let connectable = min(bounds.connectionsMax, DescriptorLimit.current)
        configuration.connectionLimits.connectionsPerBlockMax =
            bounds.connectionsPerAddressMax ?? max(1, connectable / 4)
        // Who is told so has a descriptor meanwhile.
        configuration.connectionLimits.refusalsMax = min(
            configuration.connectionLimits.refusalsMax,
            DescriptorLimit.current / (16 * settings.loops))
        configuration.connectionLimits.limitHandshakes(to: memory)
        configuration.memory = memory
        configuration.proxies = TrustedProxies(
            settings.proxies.trusted, field: settings.proxies.field)
        configuration.observer = { [observer] in observer.record($0, from: $1) }
        let notices = ConnectionNotices(
            log: services.log, limits: configuration.connectionLimits)
        configuration.notify = { notices.note($0) }
        return configuration
    }

    private static func status(
        of database: any ServedDatabase, _ metrics: Metrics, _ auth: AuthService,
        _ throttle: ThrottleInForce, _ workers: RequestWorkers, _ isDraining: Flag,
        key: SecretText?
    ) -> StatusEndpoints {
        StatusEndpoints(
            metrics: ScrapeText {
                var text: [UInt8] = []
                metrics.append(to: &text)
                database.appendMetrics(to: &text)
                auth.appendMetrics(to: &text)
                workers.counts.append(to: &text)
                throttle.appendMetrics(to: &text)
                return text
            },
            readiness: {
                if isDraining.isRaised { return .draining }
                return database.fault ?? .ready
            },
            metricsKey: key.map { Array($0.text.utf8) })
    }

    private static func bringUp(
        _ database: any ServedDatabase, _ files: ServingStart, _ options: ServerOptions,
        mode: Backend.Mode, log: Log
    ) throws -> ServingStart {
        for warning in files.schemas.settingWarnings { log.record(.settingWarning(warning)) }
        switch mode {
        case .development:
            try options.writeEditorSchemas()
            for warning in files.schemas.catalogue.warnings {
                log.record(.schemaWarning("\(warning)"))
            }
            let others = try database.otherServers()
            if !others.isEmpty { log.record(.databaseShared(servers: others)) }
            let start = try files.applied(to: database, options, log: log)
            if let fault = start.fault { log.record(fault.awaited) }
            return start
        case .production(let migrate):
            try files.schemas.applyToProduction(database, options, migrate: migrate, log: log)
        case .command:
            try files.schemas.requireApplied(to: database, options)
        }
        return files
    }

    static func authSettings(_ settings: Settings) -> AuthSettings {
        var auth = AuthSettings(settings.auth)
        auth.issuer = settings.url(port: settings.listen.port) + "/auth/v1"
        return auth
    }
}

extension Settings {
    /// The URL of a server with these settings that has found this port.
    func url(port: Int) -> String { listen.url(port: port, isSecure: tls.files != nil) }

    /// The same for who sits at the machine, if it listens there.
    func localURL(port: Int) -> String? { listen.localURL(port: port, isSecure: tls.files != nil) }

    /// The same of metrics at an address of their own, if they have one.
    func metricsURL(port: Int) -> String? {
        metrics.listen.map { $0.url(port: port, isSecure: tls.files != nil) + "/metrics" }
    }
}

extension Settings {
    /// Throws where there is nothing to listen on. Mostly it is the server that this one is to
    /// replace: what would stand in the way without it is told first.
    fileprivate func requireFreePorts(_ options: ServerOptions) throws {
        do {
            try listen.requireFree()
            try metrics.listen?.requireFree(flag: "--metrics-listen")
        } catch {
            throw try Surroundings(options, try? options.loadMigrations()).faults.first ?? error
        }
    }
}

extension ListenAddress {
    /// Throws where it cannot be listened on, as the server's start would, before anything is made
    /// or changed for it.
    ///
    /// - Parameter flag: the flag that chooses another.
    fileprivate func requireFree(flag: String = "--listen") throws(Problem) {
        do throws(NetworkError) {
            _ = try ListeningSocket.bind(host: host, port: port, count: 1)
        } catch {
            throw Problem(error, flag: flag)
        }
    }
}

extension Backend.Mode {
    /// Reads the schema files.
    fileprivate func load(_ options: ServerOptions) throws -> ServingStart {
        switch self {
        case .development: try ServingStart(reading: options)
        case .production: ServingStart(try SchemaSet.load(options))
        case .command: ServingStart(Self.fitted(try SchemaSet.load(options)))
        }
    }

    /// The schema files with the settings that a command serves them with.
    private static func fitted(_ schemas: SchemaSet) -> SchemaSet {
        var schemas = schemas
        schemas.settings.listen = ListenAddress(host: "127.0.0.1", port: 0)
        // A server beside it has that one.
        schemas.settings.metrics.listen = nil
        schemas.settings.tls.certificate = nil
        schemas.settings.tls.key = nil
        schemas.settings.loops = 1
        schemas.settings.backup.interval = nil
        schemas.settings.backup.archive = nil
        schemas.settings.log.level = max(schemas.settings.log.level, .warning)
        return schemas
    }

    /// The pages that are answered while developing.
    fileprivate func pages(
        of options: ServerOptions, _ settings: Settings, _ keys: APIKeys, _ fault: FaultReport?
    ) -> DevelopmentPages? {
        guard case .development = self else { return nil }
        return DevelopmentPages(
            folder: options.projectDirectory,
            hidden: [options.dataDirectory, options.secretsPath, settings.tls.key]
                .compactMap(\.self),
            scheme: settings.tls.files == nil ? "http" : "https", key: keys.anonymous,
            standing: StandingFault(fault))
    }

    /// Where the models may change while they are served.
    fileprivate var transitions: SchemaTransitions? {
        switch self {
        case .development: SchemaTransitions()
        case .production, .command: nil
        }
    }

    /// A person reads along while developing, a program in production.
    fileprivate var logFormat: LogFormat {
        switch self {
        case .development: .text
        case .production: .json
        case .command: .text
        }
    }
}
