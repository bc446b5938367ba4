import Auth
import Configuration
import Diagnostics
import HTTPServer
import REST
import Store
import Work

extension BackendParts {
    /// Everything that lives as long as the server, in the order in which it starts. It stops in
    /// reverse: what is above is relied on by what is below.
    func order(
        _ registry: LoopRegistry, _ server: WebServer, _ statusServer: WebServer?,
        _ reloader: SchemaReloader?, _ backups: BackupKeeper?
    ) -> [Service] {
        let (database, auth, logQueue) = (services.database, services.auth, logQueue)
        let order = [
            // Whoever reads the log has a second for the last lines.
            Service(
                "log", start: { () throws(Problem) in try logQueue.start() },
                stop: { _ in logQueue.close(within: .seconds(1)) }),
            // Opened before anything else could be made. Its writer's thread, its lanes.
            Service(
                "database",
                tick: .every(.seconds(1)) { database.look() },
                stop: { database.close(within: $0) }),
            Service("retention", tick: .every(.seconds(60)) { database.trimChanges() }),
            backups.map(Self.writing),
            secretsWatch.map(Self.looking),
            refusals,
            // Their threads start with the first password, and the first long request.
            Service("passwords", stop: { _ in auth.close() }),
            Service("requests", stop: { [services] _ in services.requestWorkers.close() }),
            // Tokens end and sockets fall silent also while the loops drain.
            Service("feeds", tick: .every(.seconds(1)) { registry.tick() }),
            Service(
                "loops", start: { () throws(Problem) in try server.start() },
                stop: { server.drain(deadline: $0) }),
            statusServer.map { server in
                Service(
                    "metrics", start: { () throws(Problem) in try server.start() },
                    stop: { server.drain(deadline: $0) })
            },
            reloader.map { reloader in
                Service(
                    "schemas", start: { () throws(Problem) in try reloader.start() },
                    stop: { _ in reloader.stop() })
            },
        ]
        return order.compactMap(\.self)
    }

    private static func writing(_ backups: BackupKeeper) -> Service {
        Service(
            "backups", tick: .every(.seconds(1)) { backups.look() },
            stop: { backups.stop(within: $0) })
    }

    private static func looking(_ watch: SecretsWatch) -> Service {
        Service("secrets", tick: .every(.seconds(1)) { watch.look() })
    }

    /// What is left to be told of refusals when no more of them come.
    private var refusals: Service {
        Service(
            "refusals",
            tick: .every(.seconds(1)) { [observer, services] in
                observer.tellRest()
                services.channelRefusals.tellRest()
            })
    }

    /// What writes backups as the settings say; nil where they ask for none.
    func makeBackups(_ options: ServerOptions) -> BackupKeeper? {
        guard let interval = settings.backup.interval else { return nil }
        let keeper = BackupKeeper(
            services.database, backupKind, in: options.backupFolder(settings), every: interval,
            keep: settings.backup.keep, log: services.log)
        metrics.observe(keeper)
        return keeper
    }

    /// The server, which does not listen yet.
    func makeServer(_ registry: LoopRegistry) -> WebServer {
        let (services, schemas) = (services, schemas)
        return WebServer(configuration: httpConfiguration) { context throws(Problem) in
            let application = try LoopApplication(
                services: services, schemas: schemas, context: context)
            registry.add(application, on: context)
            return application
        }
    }
}
