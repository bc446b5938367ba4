import Bytes
import Diagnostics
import Expressions
import Schema
import Store

/// What `apus check` finds: every fault of schema files, rules and migrations for which
/// `apus serve` would not start.
public struct SchemaCheck: Sendable {
    /// One line a fault, `FILE:LINE:COLUMN: …` first where it has a place. Empty when all is well.
    public let faults: [String]
    /// What is allowed but likely to surprise, in the same form.
    public let warnings: [String]
    /// What the models declare and no migration file builds yet, where that is the fault.
    public let unwritten: [String]
    /// What was looked at, in a line.
    public let summary: String

    /// Checks a project. Reads its files, and changes nothing.
    public static func run(_ options: ServerOptions) -> SchemaCheck {
        do {
            let schemas = try SchemaSet.load(options) { try require($0, options) }
            let migrations = try options.loadMigrations()
            let found = try judge(schemas, migrations, options)
            let facts =
                counted(schemas.catalogue.models.count, "model") + ", "
                + counted(migrations.files.count, "migration file")
                + (migrations.countsPassedOver.map { " (and \($0))" } ?? "")
            return SchemaCheck(
                faults: found.faults,
                warnings: schemas.catalogue.warnings.map(\.description) + schemas.settingWarnings,
                unwritten: found.unwritten, of: facts, hint: found.hint)
        } catch {
            let report = FaultReport(error)
            return SchemaCheck(
                faults: report.faults, warnings: [], unwritten: [], of: nil, hint: report.hint)
        }
    }

    /// Throws where the migration files do not build what these files declare.
    private static func require(_ schemas: SchemaSet, _ options: ServerOptions) throws {
        let migrations = try options.loadMigrations()
        try options.database().withScratch(try options.commandLog()) { engine in
            let files = try BuiltByFiles(migrations, schemas, on: engine)
            try Problem.requireKept(files.dryRun.faults(against: schemas.catalogue))
            try files.requireComplete()
        }
    }

    /// What is wrong with the migration files, and what they lack; on the engine in use.
    private static func judge(
        _ schemas: SchemaSet, _ migrations: MigrationSet, _ options: ServerOptions
    ) throws -> (faults: [String], unwritten: [String], hint: String?) {
        try options.database().withScratch(try options.commandLog()) { engine in
            let files = try BuiltByFiles(migrations, schemas, on: engine)
            let difference = files.difference
            // What a file drops is what is lacking then.
            let drops = files.dryRun.faults(against: schemas.catalogue).map(\.description)
            if !drops.isEmpty { return (drops + difference.refusals.map(\.description), [], nil) }
            do throws(Problem) {
                try files.requireComplete()
                return ([], [], nil)
            } catch {
                let report = FaultReport(error)
                let additions = difference.additions.map(\.what)
                return (report.faults, difference.refusals.isEmpty ? additions : [], report.hint)
            }
        }
    }

    /// - Parameters:
    ///   - facts: What was looked at; nil where it was not come to.
    ///   - hint: What to do about the faults.
    private init(
        faults: [String], warnings: [String], unwritten: [String], of facts: String?, hint: String?
    ) {
        self.faults = faults
        self.warnings = warnings
        self.unwritten = unwritten
        let count = faults.isEmpty ? "no faults" : counted(faults.count, "fault")
        let outcome = (facts.map { "\($0): " } ?? "") + count
        summary = [outcome, hint].compactMap(\.self).joined(separator: "\n")
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
