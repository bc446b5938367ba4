import Configuration
import Diagnostics
import Schema
import Synchronization
import Work

/// Serves schema files as they are edited, for development. Faults change nothing: they are listed
/// in the log and the server goes on with what it had.
final class SchemaReloader: Sendable {
    private struct Watch {
        let watcher: DirectoryWatcher
        let thread: PosixThread
    }

    private let folder: String
    private let makeReload: @Sendable () -> SchemaReload
    private let watch = Mutex<Watch?>(nil)

    /// A reloader that does not watch yet.
    ///
    /// - Parameter schemas: what is served now.
    init(
        _ options: ServerOptions, services: SharedServices, registry: LoopRegistry,
        schemas: SchemaSet
    ) {
        folder = options.schemasDirectory
        makeReload = { SchemaReload(options, services, registry, schemas) }
    }

    /// Starts to watch.
    func start() throws(Problem) {
        let watcher = try DirectoryWatcher(root: folder)
        let thread = PosixThread(name: "schemas") { [makeReload] in
            let reload = makeReload()
            while watcher.waitForChange() { reload.run() }
        }
        guard let thread else { throw PosixThread.refused }
        watch.withLock { $0 = Watch(watcher: watcher, thread: thread) }
    }

    /// Stops watching; returns when a reload in progress is done.
    func stop() {
        let stopped = watch.withLock { watch in
            defer { watch = nil }
            return watch
        }
        stopped?.watcher.stop()
        stopped?.thread.join()
    }
}

/// What the watching thread knows from one save to the next. Confined to that thread.
private final class SchemaReload {
    private let options: ServerOptions
    private let services: SharedServices
    private let registry: LoopRegistry
    private let started: SchemaSet
    /// What the files said when they were last taken.
    private var taken: SchemaSet
    /// What was last said to be wrong with them.
    private var faults: [String] = []

    init(
        _ options: ServerOptions, _ services: SharedServices, _ registry: LoopRegistry,
        _ schemas: SchemaSet
    ) {
        self.options = options
        self.services = services
        self.registry = registry
        started = schemas
        taken = schemas
    }

    func run() {
        do {
            try take(try SchemaSet.load(options))
        } catch let failure as SchemaFailure {
            refuse(failure.diagnostics.map(\.description))
        } catch let problem as Problem {
            refuse([problem.message] + [problem.hint].compactMap { $0 })
        } catch let fault as SettingFault {
            refuse([fault.message])
        } catch {
            refuse(["\(error)"])
        }
    }

    private func take(_ schemas: SchemaSet) throws {
        let change = SchemaChange(from: taken, to: schemas, startedOn: started)
        if !change.taken.isEmpty {
            try schemas.applyToDevelopment(services.database, options, log: services.log)
            registry.reload(schemas)
        }
        taken = schemas
        if change.isEmpty && !faults.isEmpty {
            let all = SchemaChange(from: started, to: schemas, startedOn: started)
            services.log.record(.schemasMended(waiting: all.waiting))
        }
        faults = []
        for (names, event) in [
            (change.taken, Event.schemasTaken), (change.waiting, Event.schemasWaiting),
            (change.settled, Event.schemasSettled),
        ] where !names.isEmpty {
            services.log.record(event(names))
        }
    }

    /// Says what is wrong, unless it was said of the save before.
    private func refuse(_ found: [String]) {
        guard found != faults else { return }
        faults = found
        services.log.record(.schemasRefused(faults: found))
    }
}
