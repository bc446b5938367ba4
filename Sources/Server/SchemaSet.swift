import Bytes
import Configuration
import Diagnostics
import Disk
import Expressions
import Schema
import Store

/// The schema files, what was compiled from them and the settings to serve them with: always used
/// and replaced together.
struct SchemaSet: Sendable {
    let catalogue: Catalogue
    let rulebook: Rulebook
    var settings: Settings
    /// Settings that are allowed and probably not meant, a line each.
    let settingWarnings: [String]
    /// The files as they were read.
    let files: [(path: String, contents: [UInt8])]
    /// The migration files beside them.
    let migrations: [SchemaSource]

    /// Reads and checks every schema file.
    ///
    /// - Throws: `SchemaFailure` with every fault of every file, `SettingFault` when settings of
    ///   several sources do not go together.
    static func load(_ options: ServerOptions) throws -> SchemaSet {
        try load(options, try Catalogue.files(ofSchemas: options.schemasDirectory))
    }

    /// The same, and where seed files alone are at fault, what else is wrong at once.
    ///
    /// - Parameter judge: throws what is wrong with what the other files say.
    /// - Throws: as above, or `SeedFailure`.
    static func load(
        _ options: ServerOptions, beside judge: (SchemaSet) throws -> Void
    ) throws -> SchemaSet {
        let files = try Catalogue.files(ofSchemas: options.schemasDirectory)
        do {
            return try load(options, files)
        } catch let failure as SchemaFailure where failure.isOfSeedsAlone {
            guard let unseeded = try? load(options, Catalogue.unseeded(files)) else {
                throw failure
            }
            do {
                try judge(unseeded)
            } catch {
                // The database is away: nobody knows what it has.
                if (error as? Problem)?.status == 503 { throw failure }
                throw SeedFailure(seeds: failure, other: error)
            }
            throw failure
        }
    }

    /// The same of files that were read.
    static func load(
        _ options: ServerOptions, _ files: [(path: String, contents: [UInt8])]
    ) throws -> SchemaSet {
        let (catalogue, rulebook) = try Rulebook.compile(CatalogueReading(files))
        let given = options.given.over(catalogue.project)
        var settings = try given.resolved()
        let limits = settings.throttle.limits
        let models = catalogue.models.map(\.name)
        try given.checkModels(of: limits, models)
        try given.checkRoutes(of: limits) { PathWords.isServed($0, models: models) }
        settings.throttle.limits = limits.map { $0.reaching(catalogue.formerNames) }
        return SchemaSet(
            catalogue: catalogue, rulebook: rulebook,
            settings: settings, settingWarnings: given.warnings, files: files,
            migrations: SchemaSource.migrations(in: options.migrationsDirectory))
    }

    /// What the models declare, as an engine would build it.
    ///
    /// - Throws: `SchemaFailure` with the faults of checks and index predicates, `Problem` with
    ///   what the engine says.
    func tables(on engine: some MigrationEngine) throws -> DeclaredTables {
        try DeclaredTables(catalogue, on: engine, render: rulebook.definition)
    }

    /// The settings that `project.json` gives since `before`, and that do nothing because `given`
    /// has them: each with the flag or the variable.
    func overruled(
        by given: GivenSettings, changedFrom before: SchemaSet
    ) -> [(name: String, by: String)] {
        let (old, new) = (before.catalogue.project, catalogue.project)
        return Setting.all.compactMap { setting in
            guard given.source(of: setting) != .standard, new.source(of: setting) != .standard,
                old.source(of: setting) == .standard
                    || !setting.isSame(in: old.settings, and: new.settings)
            else { return nil }
            return ("\(setting.name) of project.json", "\(given.source(of: setting))")
        }
    }

    /// Whether there are other seeds than before, or models that had none yet.
    func hasSeeds(unlike before: SchemaSet) -> Bool {
        let (new, old) = (catalogue, before.catalogue)
        guard !new.seeds.isEmpty else { return false }
        return new.models.contains { old.model($0.name) == nil }
            || !new.seeds.elementsEqual(old.seeds) { row, former in
                row.model == former.model && row.columns == former.columns
                    && row.values == former.values
            }
    }

    /// Which tables feed the change log.
    var capturedTables: [CapturedTable] {
        catalogue.models.compactMap { model in
            model.realtime.map { feed in
                CapturedTable(
                    name: model.name, columns: model.columns.map { ($0.name, $0.type) },
                    key: model.primaryKey, retain: feed.retain ?? settings.realtime.retain)
            }
        }
    }
}

extension ThrottleLimit {
    /// The same limit where models have other names for old clients, too.
    fileprivate func reaching(_ formerNames: [String: String]) -> ThrottleLimit {
        var limit = self
        for (former, name) in formerNames.sorted(by: { $0.key < $1.key }) {
            if models.contains(name) { limit.models.append(former) }
            if routes.contains("/rest/v1/\(name)") { limit.routes.append("/rest/v1/\(former)") }
        }
        return limit
    }
}

/// Faults of seed files, and what is wrong with the project beside them.
struct SeedFailure: Error {
    let seeds: SchemaFailure
    let other: any Error
}

extension ServerOptions {
    /// Writes the JSON Schemas of model files and of `project.json` beside the database, for
    /// editors.
    func writeEditorSchemas() throws(Problem) {
        try FileSystem.replace(dataDirectory + "/model.schema.json", with: ModelFileSchema.bytes)
        try FileSystem.replace(
            dataDirectory + "/project.schema.json", with: ProjectFileSchema.bytes)
    }
}
