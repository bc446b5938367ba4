import Bytes
import Diagnostics
import Expressions
import Schema
import Store

/// What `apus check` finds: every fault of schema files, rules and migrations.
public struct SchemaCheck: Sendable {
    /// One line a fault, `FILE:LINE:COLUMN: …` first where it has a place. Empty when all is well.
    public let faults: [String]
    /// What is allowed but likely to surprise, in the same form.
    public let warnings: [String]
    /// What the models declare and no migration file builds yet.
    public let unwritten: [String]
    /// What was looked at, in a line.
    public let summary: String

    /// Checks a project. Reads its files, and changes nothing.
    public static func run(_ options: ServerOptions) -> SchemaCheck {
        do {
            let schemas = try SchemaSet.load(options)
            let migrations = try options.loadMigrations()
            let (faults, difference) = try compare(schemas, migrations, options)
            let unwritten = faults.isEmpty ? difference.additions.map(\.what) : []
            var summary =
                counted(schemas.catalogue.models.count, "model") + ", "
                + counted(migrations.files.count, "migration file")
                + (migrations.countsPassedOver.map { " (and \($0))" } ?? "") + ": "
            summary += faults.isEmpty ? "no faults" : counted(faults.count, "fault")
            if !unwritten.isEmpty {
                summary +=
                    "\nno migration file builds \(unwritten.joined(separator: ", ")) yet; "
                    + "'apus migrate new NAME' writes one"
            }
            return SchemaCheck(
                faults: faults,
                warnings: schemas.catalogue.warnings.map(\.description) + schemas.settingWarnings,
                unwritten: unwritten, summary: summary)
        } catch {
            return SchemaCheck(FaultReport(error))
        }
    }

    /// What is wrong with the migration files, and what they lack; on the engine in use.
    private static func compare(
        _ schemas: SchemaSet, _ migrations: MigrationSet, _ options: ServerOptions
    ) throws -> (faults: [String], difference: Difference) {
        try options.database().withScratch(try options.commandLog()) { engine in
            let dryRun = try DryRun(migrations, on: engine)
            let difference = Difference.between(
                dryRun.built, from: .migrations, try schemas.tables(on: engine))
            let faults =
                dryRun.faults(against: schemas.catalogue).map(\.description)
                + difference.refusals.map(\.description)
            return (faults, difference)
        }
    }

    private init(faults: [String], warnings: [String], unwritten: [String], summary: String) {
        self.faults = faults
        self.warnings = warnings
        self.unwritten = unwritten
        self.summary = summary
    }

    private init(_ report: FaultReport) {
        let lines = [counted(report.faults.count, "fault"), report.hint].compactMap(\.self)
        self.init(
            faults: report.faults, warnings: [], unwritten: [],
            summary: lines.joined(separator: "\n"))
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
