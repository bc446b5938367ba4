import Bytes
import Diagnostics
import Expressions
import Schema

/// What `apus check` finds: every fault of schema files, rules and migrations.
public struct SchemaCheck: Sendable {
    /// One line a fault, `FILE:LINE:COLUMN: …` first where it has a place. Empty when all is well.
    public let faults: [String]
    /// What was looked at, in a line.
    public let summary: String

    /// Checks a project. Reads files only.
    public static func run(_ options: ServerOptions) -> SchemaCheck {
        do throws(any Error) {
            let schemas = try SchemaSet.load(options)
            let migrations = try MigrationSet.load(options.migrationsDirectory)
            let structure = try Migrator.structure(builtBy: migrations)
            let difference = try schemas.difference(from: structure)
            let faults = difference.refusals.map(\.description)
            let models = schemas.catalogue.models.count
            var summary = "\(models) models and \(migrations.files.count) migration files"
            summary += faults.isEmpty ? " are sound" : ", \(faults.count) faults"
            if faults.isEmpty && !difference.additions.isEmpty {
                let what = difference.additions.map(\.what).joined(separator: ", ")
                summary += "; no migration file builds \(what) yet ('apus migrate new NAME' writes it)"
            }
            return SchemaCheck(faults: faults, summary: summary)
        } catch let failure as SchemaFailure {
            return SchemaCheck(faults: failure.diagnostics.map(\.description))
        } catch let problem as Problem {
            return SchemaCheck(faults: [problem.description])
        } catch {
            return SchemaCheck(faults: ["\(error)"])
        }
    }

    private init(faults: [String], summary: String) {
        self.faults = faults
        self.summary = summary
    }

    private init(faults: [String]) {
        self.init(faults: faults, summary: "\(faults.count) fault\(faults.count == 1 ? "" : "s")")
    }

    /// The report as one JSON object: `{"ok": …, "faults": […], "summary": …}`.
    public var json: String {
        let object: JSON = [
            "ok": .bool(faults.isEmpty), "faults": .array(faults.map(JSON.string)),
            "summary": .string(summary),
        ]
        return String(utf8: object.bytes)
    }
}
