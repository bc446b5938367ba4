import Bytes
import Diagnostics
import Expressions
import Schema
import Store

/// What `apus check` finds: every fault of schema files, rules and migrations, of certificate and
/// secrets, and of what the database has on record, for which `apus serve` would not start.
public struct SchemaCheck: Sendable {
    /// One line a fault, `FILE:LINE:COLUMN: …` first where it has a place. Empty when all is well.
    public let faults: [String]
    /// What is allowed but likely to surprise, in the same form.
    public let warnings: [String]
    /// What the models declare and no migration file builds yet, where that is the fault.
    public let unwritten: [String]
    /// What was looked at, in a line.
    public let summary: String

    /// Checks a project. Reads its files, looks at its database where there is one, and changes
    /// nothing.
    public static func run(_ options: ServerOptions) -> SchemaCheck {
        let migrations = Result { try options.loadMigrations() }
        // Settings that cannot be read are faults of the files.
        let surroundings = try? Surroundings(options, try? migrations.get())
        var found = Findings()
        var facts: String?
        do {
            let schemas = try SchemaSet.load(options) {
                try require($0, try migrations.get(), options)
            }
            let migrations = try migrations.get()
            found.warnings =
                schemas.catalogue.warnings.map(\.description) + schemas.settingWarnings
            try judge(schemas, migrations, options, surroundings, &found)
            facts =
                counted(schemas.catalogue.models.count, "model") + ", "
                + counted(migrations.files.count, "migration file")
                + (migrations.countsPassedOver.map { " (and \($0))" } ?? "")
        } catch {
            found.add(error)
        }
        for fault in surroundings?.faults ?? [] { found.add(fault) }
        return SchemaCheck(found, of: facts, absence: surroundings?.absence)
    }

    /// What was found so far.
    private struct Findings {
        var faults: [String] = []
        var warnings: [String] = []
        var unwritten: [String] = []
        var hints: [String] = []

        /// Takes up what was thrown. A database that is away is told once, whoever wanted it.
        mutating func add(_ error: any Error) {
            let report = FaultReport(error)
            for fault in report.faults where !faults.contains(fault) { faults.append(fault) }
            if let hint = report.hint, !hints.contains(hint) { hints.append(hint) }
        }
    }

    /// Throws where the migration files do not build what these files declare.
    private static func require(
        _ schemas: SchemaSet, _ migrations: MigrationSet, _ options: ServerOptions
    ) throws {
        let files = try BuiltByFiles(migrations, schemas, options)
        try Problem.requireKept(files.dryRun.faults(against: schemas.catalogue))
        try files.requireComplete()
    }

    /// What is wrong with the migration files, and what they lack; on the engine in use. Then what
    /// the database lacks of what they build.
    private static func judge(
        _ schemas: SchemaSet, _ migrations: MigrationSet, _ options: ServerOptions,
        _ surroundings: Surroundings?, _ found: inout Findings
    ) throws {
        let files = try BuiltByFiles(migrations, schemas, options)
        let difference = files.difference
        // What a file drops is what is lacking then.
        let drops = files.dryRun.faults(against: schemas.catalogue).map(\.description)
        if !drops.isEmpty {
            found.faults += drops + difference.refusals.map(\.description)
            return
        }
        do throws(Problem) {
            try files.requireComplete()
        } catch {
            found.add(error)
            if difference.refusals.isEmpty {
                found.unwritten = difference.items.map(\.description)
            }
            return
        }
        guard let live = surroundings?.tables?.structure, let status = surroundings?.status,
            status.faults.isEmpty
        else { return }
        if status.pending.isEmpty { return try files.requireThere(live) }
        try Problem.requireKept(
            files.dryRun.faults(
                against: schemas.catalogue, applying: status.pending, to: live))
    }

    /// - Parameters:
    ///   - facts: What was looked at; nil where it was not come to.
    ///   - absence: That there is no database to look at.
    private init(_ found: Findings, of facts: String?, absence: String?) {
        faults = found.faults
        warnings = found.warnings
        unwritten = found.unwritten
        let count = faults.isEmpty ? "no faults" : counted(faults.count, "fault")
        let outcome = (facts.map { "\($0): " } ?? "") + count
        summary = ([outcome, absence].compactMap(\.self) + found.hints).joined(separator: "\n")
    }

    /// The report as one JSON object: `{"ok": …, "faults": […], "warnings": […], "unwritten": […],
    /// "summary": …}`.
    public var json: String {
        let object: JSON = [
            "ok": .bool(faults.isEmpty), "faults": .array(faults.map(JSON.string)),
            "warnings": .array(warnings.map(JSON.string)),
            "unwritten": .array(unwritten.map(JSON.string)), "summary": .string(summary),
        ]
        return String(utf8: object.bytes)
    }
}
