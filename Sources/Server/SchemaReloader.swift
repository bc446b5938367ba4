import Auth
import Configuration
import Diagnostics
import Glibc
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

    private let makeWatcher: @Sendable () throws(Problem) -> DirectoryWatcher
    private let makeReload: @Sendable () -> SchemaReload
    private let watch = Mutex<Watch?>(nil)

    /// A reloader that does not watch yet.
    ///
    /// - Parameters:
    ///   - schemas: what is served now.
    ///   - isOfFault: whether that is not all that the files say.
    init(
        _ options: ServerOptions, services: SharedServices, registry: LoopRegistry,
        schemas: SchemaSet, isOfFault: Bool
    ) {
        makeWatcher = { () throws(Problem) in
            try DirectoryWatcher(
                project: options.projectDirectory, schemas: options.schemasDirectory,
                migrations: options.migrationsDirectory)
        }
        makeReload = {
            SchemaReload(options, services, registry, schemas, isOfFault: isOfFault)
        }
    }

    /// Starts to watch.
    func start() throws(Problem) {
        let watcher = try makeWatcher()
        let thread = PosixThread(name: "schemas") { [makeReload] in
            let reload = makeReload()
            while true {
                switch watcher.wait(milliseconds: reload.pause, orFor: reload.terminal) {
                case .changed: reload.run()
                case .paused: reload.runIfDue()
                case .readable: reload.takeAnswer()
                case .stopped: return
                }
            }
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
    /// What they said at the last save, taken or not.
    private var saved: SourceSnapshot
    /// Milliseconds until they are looked at again without a save: as long as the database is away
    /// that they were to be taken by; -1 for no end.
    private var databasePause: Int32 = -1
    /// What somebody is asked at the terminal whether it may be dropped; nil while nobody is.
    private var asked: FaultReport?
    /// Where the answer is typed; nil while nothing is asked, and while something else has the
    /// terminal.
    var terminal: Int32? {
        guard asked != nil, let terminal = options.terminal, tcgetpgrp(terminal) == getpgrp() else {
            return nil
        }
        return terminal
    }
    /// Milliseconds until the terminal is looked at again, or the files without a save; -1 for no
    /// end.
    var pause: Int32 { asked != nil && terminal == nil ? 500 : databasePause }

    init(
        _ options: ServerOptions, _ services: SharedServices, _ registry: LoopRegistry,
        _ schemas: SchemaSet, isOfFault: Bool
    ) {
        self.options = options
        self.services = services
        self.registry = registry
        started = schemas
        taken = schemas
        saved = SourceSnapshot(schemas)
        guard isOfFault else { return }
        // What they say has no effect, and is judged again with the question that it may end in.
        saved = SourceSnapshot.read(options) ?? saved
        run()
    }

    /// What is wrong with the files, nil when they were taken.
    private var report: FaultReport? {
        get { services.development?.standing.report }
        set { services.development?.standing.report = newValue }
    }

    func run() { run(options) }

    /// Tries once more what the database was away for.
    func runIfDue() {
        if databasePause >= 0 { run() }
    }

    /// Takes what somebody has typed for an answer to the question.
    func takeAnswer() {
        guard let terminal, let question = asked else { return }
        asked = nil
        var line = [UInt8](repeating: 0, count: 256)
        let count = max(0, unsafe read(terminal, &line, line.count))
        let answer = String(decoding: line[..<count], as: UTF8.self).filter(\.isLetter).lowercased()
        guard answer == "y" || answer == "yes" else {
            return services.log.record(.lossesDeclined)
        }
        var options = options
        options.allowsLosses = true
        // What has changed since is asked about anew.
        guard standing() == question else { return run() }
        run(options)
    }

    /// What is wrong with the files at this moment, if anything is.
    private func standing() -> FaultReport? {
        do {
            try SchemaSet.load(options).rehearse(in: services.database, options)
            return nil
        } catch {
            return FaultReport(error)
        }
    }

    private func run(_ options: ServerOptions) {
        // Nobody has begun yet: something else has appeared in the folder.
        if taken.files.isEmpty, !options.hasSchemas { return }
        let files = SourceSnapshot.read(options) ?? saved
        let before = saved
        var names = files.names(changedFrom: before)
        saved = files
        databasePause = -1
        do {
            let database = services.database
            try take(
                try SchemaSet.load(options) { unseeded in
                    try unseeded.rehearse(in: database, options)
                }, options)
            asked = nil
        } catch {
            if (error as? Problem)?.status == 503 { databasePause = 1_000 }
            let found = FaultReport(error)
            // A word that is there twice says what it said, and is a fault.
            if names.isEmpty, found != report { names = files.names(rewrittenSince: before) }
            refuse(names, found)
            report = found
            ask((error as? Problem)?.asksForLosses == true ? found : nil)
        }
    }

    /// Asks whether what would be dropped may be, if that is what a save was refused for. What was
    /// typed before is no answer.
    private func ask(_ question: FaultReport?) {
        asked = options.terminal == nil ? nil : question
        guard asked != nil, let terminal = options.terminal else { return }
        tcflush(terminal, TCIFLUSH)
        services.log.record(.lossesAsked)
    }

    /// Tells of a save that was not taken, unless there is nothing new to tell.
    private func refuse(_ names: [String], _ found: FaultReport) {
        if found != report {
            services.log.record(
                .schemasRefused(names: names, faults: found.faults, hint: found.hint))
        } else if !names.isEmpty {
            services.log.record(
                .schemasHeldBack(
                    names: names, standing: found.faults.count, first: found.faults[0]))
        }
    }

    /// Takes everything that was saved since files were last taken.
    private func take(_ schemas: SchemaSet, _ options: ServerOptions) throws {
        let change = SchemaChange(from: taken, to: schemas, startedOn: started)
        if !change.inForce.isEmpty { try put(schemas, options) }
        if report != nil || schemas.hasSeeds(unlike: taken) {
            try schemas.plantSeeds(in: services.database, log: services.log)
        }
        let overruled = schemas.overruled(by: options.given, changedFrom: taken)
        let told = Set(taken.catalogue.warnings)
        let warnings = schemas.catalogue.warnings.filter { !told.contains($0) }
        let settingWarnings = schemas.settingWarnings.filter {
            !taken.settingWarnings.contains($0)
        }
        taken = schemas
        if change.isEmpty && report != nil {
            let all = SchemaChange(from: started, to: schemas, startedOn: started)
            services.log.record(.schemasMended(waiting: all.waiting))
        }
        report = nil
        tell([
            (change.taken, Event.schemasTaken),
            (change.gone, Event.schemasGone), (change.waiting, Event.schemasWaiting),
            (change.settled, Event.schemasSettled),
        ])
        for (name, by) in overruled { services.log.record(.settingOverruled(name: name, by: by)) }
        for warning in warnings { services.log.record(.schemaWarning("\(warning)")) }
        for warning in settingWarnings { services.log.record(.settingWarning(warning)) }
    }

    /// Has the database and all loops go over to what the files say.
    private func put(_ schemas: SchemaSet, _ options: ServerOptions) throws {
        defer { registry.settle() }
        try services.transitions?.carryOut {
            try schemas.applyToDevelopment(services.database, options, log: services.log)
            services.auth.reload(BackendParts.authSettings(schemas.settings))
            services.throttle.reload(schemas.settings.throttle)
            registry.reload(schemas)
        }
    }

    private func tell(_ news: [(names: [String], event: ([String]) -> Event)]) {
        for (names, event) in news where !names.isEmpty { services.log.record(event(names)) }
    }
}
