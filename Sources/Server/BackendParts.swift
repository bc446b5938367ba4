import Auth
import Database
import Diagnostics
import HTTP
import HTTPServer
import Schema

/// Everything a server needs before it can listen, in the order in which it must come to be.
struct BackendParts {
    let options: ServerOptions
    let schemas: SchemaSet
    let keys: APIKeys
    let services: SharedServices
    let metrics: Metrics
    let isDraining = Flag()

    init(_ options: ServerOptions, mode: Backend.Mode) throws {
        self.options = options
        // Faults of the files are told before anything is touched.
        schemas = try SchemaSet.load(options)
        let log = Log(level: options.logLevel, format: options.logFormat ?? mode.logFormat)
        try options.prepareDataDirectory(log: log)
        let secrets = try Secrets.loadOrCreate(directory: options.dataDirectory)
        keys = APIKeys(secrets)
        var configuration = DatabaseConfiguration.file(options.databasePath)
        let project = schemas.catalogue.project
        configuration.statementTimeout = .milliseconds(project.rest.statementTimeoutMilliseconds)
        configuration.loops = options.loops
        let database = try DatabasePool.open(configuration)
        do {
            try Self.bringUp(database, schemas, options, mode: mode, log: log)
            let auth = try AuthService(
                database: database, settings: Self.authSettings(options, project.auth),
                secrets: secrets, version: Backend.version, log: log)
            let metrics = Metrics()
            self.metrics = metrics
            let isDraining = isDraining
            let status = StatusEndpoints(
                appendMetrics: { metrics.append(to: &$0) }, isReady: { !isDraining.isRaised })
            services = SharedServices(
                database: database, auth: auth, log: log,
                crossOrigin: CrossOrigin(origins: project.cors.origins), status: status,
                bodyBytesMax: project.limits.bodyBytesMax)
        } catch {
            database.close()
            throw error
        }
    }

    /// Where and how to listen.
    var httpConfiguration: HTTPServerConfiguration {
        let bounds = schemas.catalogue.project.limits
        let observer = RequestObserver(counters: metrics.requests, log: services.log)
        var configuration = HTTPServerConfiguration(messageBytesMax: bounds.messageBytesMax)
        configuration.host = options.host
        configuration.port = options.port
        configuration.loops = options.loops
        configuration.tls = options.tls.map { TLSFiles(certificate: $0.certificate, key: $0.key) }
        configuration.connectionLimits.connectionsMax = bounds.connectionsMax
        configuration.observer = { observer.record($0) }
        return configuration
    }

    private static func bringUp(
        _ database: DatabasePool, _ schemas: SchemaSet, _ options: ServerOptions, mode: Backend.Mode,
        log: Log
    ) throws {
        switch mode {
        case .development:
            try schemas.writeModelSchema(options)
            try schemas.applyToDevelopment(database, options, log: log)
            try schemas.plantSeeds(in: database)
        case .production(let migrate):
            try schemas.applyToProduction(database, options, migrate: migrate, log: log)
        }
    }

    private static func authSettings(
        _ options: ServerOptions, _ project: ProjectSettings.Auth
    ) -> AuthSettings {
        var settings = AuthSettings(project)
        settings.issuer = options.url(port: options.port) + "/auth/v1"
        return settings
    }
}

extension Backend.Mode {
    /// A person reads along while developing, a program in production.
    fileprivate var logFormat: LogFormat {
        switch self {
        case .development: .text
        case .production: .json
        }
    }
}
