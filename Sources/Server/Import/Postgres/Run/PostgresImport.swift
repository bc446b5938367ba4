import Auth
import Bytes
import Configuration
import Diagnostics
import Disk
import Schema
import StorePostgres

/// What `apus import postgres` does: makes a project of a database of PostgreSQL's, most often a
/// Supabase project's.
public enum PostgresImport {
    /// What is to be imported.
    public struct Order: Sendable {
        /// A script of `pg_dump`, or the address of a database.
        public var source: String
        /// The schema whose tables become models.
        public var schema = "public"
        /// Whether nothing is written.
        public var isDryRun = false
        /// Whether rows and accounts are left where they are.
        public var leavesRows = false
        /// Whether model files that are there are written over.
        public var replaces = false
        /// Whether an import that was ended before its end is begun once more.
        public var beginsAnew = false

        /// An order.
        public init(_ source: String) { self.source = source }
    }

    /// How far it has come.
    public enum Progress: Sendable {
        /// So much of the script is read, from 0 to 1.
        case reading(share: Double)
        /// A table is copied from the server.
        case copying(table: String)
        /// Rows are being loaded.
        case loading(ImportProgress)
    }

    /// Imports into the project of the options.
    ///
    /// - Throws: what keeps it from being read, and from beginning to write. What is wrong with
    ///   rows is told by the report.
    public static func run(
        _ options: ServerOptions, _ order: Order, progress: @escaping (Progress) -> Void
    ) throws -> PostgresImportReport {
        let target = try ImportedProject(options, order)
        guard let address = DatabaseAddress(order.source) else {
            guard FileSystem.isFolder(order.source) != true else {
                throw OperandError("\(order.source) is a folder; give a script of pg_dump")
            }
            return try run(options, order, target, script: order.source, progress)
        }
        let folder = try FileSystem.makeTemporaryFolder()
        defer { FileSystem.removeFolder(folder) }
        let script = "\(folder)/source.sql"
        let log = try options.commandLog()
        try PostgresMigrations.readingSource(
            PostgresConfiguration(try address.cluster()),
            log: { log.record(.databaseServer(level: $0.level, text: "\($0)")) }
        ) { copies throws(Problem) in
            try LiveSource.write(
                copies, to: script, schema: order.schema,
                takesRows: !order.isDryRun && !order.leavesRows
            ) { progress(.copying(table: $0)) }
        }
        return try run(options, order, target, script: script, progress)
    }

    private static func run(
        _ options: ServerOptions, _ order: Order, _ project: ImportedProject, script: String,
        _ progress: @escaping (Progress) -> Void
    ) throws -> PostgresImportReport {
        var target = project
        let database = try read(script, progress)
        var drafting = ModelDrafting(database, schema: order.schema)
        guard !drafting.models.isEmpty else {
            throw Problem(
                code: "import_no_tables", status: 400,
                message: "The source has no tables in the schema \(order.schema).",
                hint: "Name another with --schema, or dump the tables' definitions, too.")
        }
        let trial = DraftTrial(
            drafting.models, of: database,
            beside: target.others(than: drafting.models.map(\.name)))
        for note in trial.notes { drafting.note(note) }
        let accounts = try SourceAccounts(script, database)
        for note in accounts.notes { drafting.note(note) }
        var report = PostgresImportReport(
            order, target: options, models: trial.models.map(\.name), notes: drafting.notes)
        report.rowsThere = trial.models.reduce(0) { $0 + database.rowCount(of: $1.table.name) }
        report.rowsLeft = database.rowsLeft(besides: trial.models.map(\.table.name))
        report.accounts = accounts.accounts.count
        if order.isDryRun { return report }
        try target.make(trial.files)
        defer { try? report.write() }
        if !order.leavesRows {
            try target.prepareRows(trial.models)
            let added = try target.add(accounts.accounts)
            report.accounts = added.count
            report.notes += added.notes
            try load(options, script, database, trial.models, &report, progress)
        }
        if report.stop == nil { target.finish() }
        return report
    }

    private static func read(
        _ script: String, _ progress: @escaping (Progress) -> Void
    ) throws -> SourceDatabase {
        do {
            return try SourceScript.read(script) { progress(.reading(share: $0)) }
        } catch let fault as ImportFault {
            var problem = fault.problem
            if let line = fault.line { problem.message = "\(script):\(line): \(problem.message)" }
            throw problem
        }
    }

    private static func load(
        _ options: ServerOptions, _ script: String, _ database: SourceDatabase,
        _ models: [DraftedModel], _ report: inout PostgresImportReport,
        _ progress: @escaping (Progress) -> Void
    ) throws {
        let schemas = try SchemaSet.load(options)
        let service = try ServiceConnection(
            options, schemas.settings, to: nil, trusting: nil)
        defer { service.close() }
        let start = ContinuousClock.now
        let loads = SourceLoads(
            script, database, models, refusedTo: options.dataDirectory,
            rowBytesMax: schemas.settings.limits.bodyBytesMax
        ) { progress(.loading($0)) }
        try loads.run(schemas.catalogue.models, over: service.connection)
        report.loaded = loads.loaded
        report.stop = loads.stop
        report.seconds = (ContinuousClock.now - start) / .seconds(1)
    }
}
