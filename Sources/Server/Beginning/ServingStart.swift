import Configuration
import Diagnostics
import Disk
import Expressions
import Schema

/// What a server starts with. While developing, where what the files say cannot be served, that is
/// nothing of it or less, until it is mended.
struct ServingStart {
    /// What is served.
    let schemas: SchemaSet
    /// What is wrong with the files; nil where all that they say is served.
    private(set) var fault: FaultReport?

    /// Reads the schema files, if there are some, to develop them.
    ///
    /// - Throws: a `Problem` where there is no folder in which they could appear, `SettingFault`
    ///   when settings do not go together, `SchemaFailure` where `project.json` has faults: which
    ///   port and which database it names is not known then.
    init(reading options: ServerOptions) throws {
        let before = try SchemaSet.withoutModels(options)
        guard options.hasSchemas else {
            schemas = before
            return
        }
        do {
            schemas = try SchemaSet.load(options)
        } catch where FaultReport.isOfFiles(error) {
            fault = FaultReport(error)
            schemas = try Self.unseeded(options, error) ?? before
        }
    }

    /// All of what the files say.
    init(_ schemas: SchemaSet) { self.init(schemas, nil) }

    private init(_ schemas: SchemaSet, _ fault: FaultReport?) {
        self.schemas = schemas
        self.fault = fault
    }

    /// All but the seeds, where nothing else is wrong.
    private static func unseeded(
        _ options: ServerOptions, _ error: any Error
    ) throws -> SchemaSet? {
        guard let failure = error as? SchemaFailure, failure.isOfSeedsAlone else { return nil }
        return try SchemaSet.load(
            options,
            Catalogue.unseeded(try Catalogue.files(ofSchemas: options.schemasDirectory)))
    }

    /// Brings the database to what is served, and plants the seeds.
    ///
    /// - Returns: what is served then.
    /// - Throws: what the files are not at fault for.
    func applied(
        to database: any ServedDatabase, _ options: ServerOptions, log: Log
    ) throws -> ServingStart {
        // Nothing was read: what the database has is none of that.
        if fault != nil, schemas.catalogue.models.isEmpty { return self }
        do {
            try schemas.applyToDevelopment(database, options, log: log)
        } catch where FaultReport.isOfFiles(error) {
            return try ServingStart(SchemaSet.withoutModels(options), faulty(error))
        }
        do {
            try schemas.plantSeeds(in: database, log: log)
        } catch where FaultReport.isOfFiles(error) {
            return ServingStart(schemas, faulty(error))
        }
        return self
    }

    /// What was wrong before comes first: all is judged again once that is mended.
    private func faulty(_ error: any Error) -> FaultReport {
        if let fault { return fault }
        return FaultReport(error)
    }
}

extension SchemaSet {
    /// No models, and settings as flags, variables and `project.json` have them.
    ///
    /// - Throws: a `Problem` where there is no folder in which models could appear, `SettingFault`
    ///   when settings do not go together, `SchemaFailure` with the faults of `project.json`.
    fileprivate static func withoutModels(_ options: ServerOptions) throws -> SchemaSet {
        try FileSystem.requireFolder(options.projectDirectory)
        let given = try options.loadSettings()
        let catalogue = try Catalogue(parsing: [])
        return SchemaSet(
            catalogue: catalogue, rulebook: try Rulebook.compile(catalogue),
            settings: try given.resolved(), settingWarnings: given.warnings,
            files: [], migrations: SchemaSource.migrations(in: options.migrationsDirectory))
    }
}

extension ServerOptions {
    /// Waits until `project.json` can be read: which port and which database it names is not known
    /// before. For the main thread of `apus dev`, before it takes signals itself.
    func awaitSettings() throws(Problem) {
        guard settingFault != nil else { return }
        let log = Log(level: .warning, format: .text)
        // The editor helps most now.
        if (try? prepareDataDirectory(log: log)) != nil { try? writeEditorSchemas() }
        var told: FaultReport?
        let watcher = try DirectoryWatcher(
            project: projectDirectory, schemas: schemasDirectory, migrations: migrationsDirectory)
        while let fault = settingFault {
            if fault != told { log.record(fault.awaited) }
            told = fault
            _ = watcher.wait(milliseconds: -1)
        }
    }

    private var settingFault: FaultReport? {
        do {
            _ = try loadSettings()
            return nil
        } catch {
            return FaultReport(error)
        }
    }
}

extension FaultReport {
    /// The event that tells of it at a start.
    var awaited: Event { .schemasAwaited(faults: faults, hint: hint) }
}
