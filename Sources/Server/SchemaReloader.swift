import Database
import Diagnostics
import Network
import Schema

/// Development mode: reads the schema files again when they change, applies what only adds, and
/// gives the loops the new schema. Files with faults are reported and change nothing.
final class SchemaReloader: Sendable {
    private let watcher: DirectoryWatcher
    private let thread: PosixThread

    init(
        _ options: ServerOptions, services: SharedServices, registry: LoopRegistry
    ) throws(Problem) {
        let watcher = try DirectoryWatcher(root: options.schemasDirectory)
        self.watcher = watcher
        let thread = PosixThread(name: "schemas") {
            while watcher.waitForChange() {
                Self.reload(options, services: services, registry: registry)
            }
        }
        guard let thread else { throw PosixThread.refused }
        self.thread = thread
    }

    /// Stops watching; returns when a reload in progress is done.
    func stop() {
        watcher.stop()
        thread.join()
    }

    private static func reload(
        _ options: ServerOptions, services: SharedServices, registry: LoopRegistry
    ) {
        do {
            let schemas = try SchemaSet.load(options)
            try schemas.applyToDevelopment(services.database, options, log: services.log)
            registry.reload(schemas)
            services.log.record(.schemasLoaded(models: schemas.catalogue.models.count))
        } catch let failure as SchemaFailure {
            services.log.record(.schemasRefused(faults: failure.diagnostics.map(\.description)))
        } catch let problem as Problem {
            let faults = [problem.message] + [problem.hint].compactMap { $0 }
            services.log.record(.schemasRefused(faults: faults))
        } catch {
            services.log.record(.schemasRefused(faults: ["\(error)"]))
        }
    }
}
