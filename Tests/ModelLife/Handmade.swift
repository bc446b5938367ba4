import Diagnostics
import Store

@testable import Schema

/// Something that hangs on a column, made by a migration file that somebody has written.
struct Handmade {
    let name: String
    let isTrigger: Bool
    let model: Int
    let column: Int

    /// The statements that make it.
    func text(_ models: [LifeModel], isPostgres: Bool) -> String? {
        guard let model = models.first(where: { $0.id == model }),
            let column = model.column(column)
        else { return nil }
        if !isTrigger {
            return "CREATE INDEX \(name) ON \"\(model.name)\" (lower(\"\(column.name)\"));"
        }
        let head = "CREATE TRIGGER \(name) BEFORE UPDATE OF \"\(column.name)\" ON \"\(model.name)\""
        if !isPostgres { return "\(head) BEGIN SELECT RAISE(ABORT, 'guarded'); END;" }
        return """
            CREATE FUNCTION guard_\(name)() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'guarded'; END $$;
            \(head) FOR EACH ROW EXECUTE FUNCTION guard_\(name)();
            """
    }

    /// What is wrong with it; nil where it is there and works.
    func fault(_ models: [LifeModel], _ rows: [Int: [Oracle.Row]], in place: LifePlace) -> String? {
        guard let model = models.first(where: { $0.id == model }),
            let column = model.column(column)
        else { return nil }
        do {
            let catalogue = place.isPostgres ? "pg_class" : "sqlite_schema"
            if !isTrigger {
                let name = place.isPostgres ? "relname" : "name"
                let count = try place.findings(
                    "SELECT count(*) FROM \(catalogue) WHERE \(name) = '\(self.name)'")
                return count == [["1"]] ? nil : "the index \(self.name) is gone"
            }
            if rows[model.id]?.isEmpty != false || column.generated != nil { return nil }
            let name = "\"\(column.name)\""
            try place.run("UPDATE \"\(model.name)\" SET \(name) = \(name)")
            return "the trigger \(self.name) on \(model.name).\(column.name) does nothing"
        } catch {
            return "\(error)".contains("guarded") ? nil : "\(error)"
        }
    }
}

extension MigrationSet {
    /// The set with one more file, written by hand.
    func adding(_ text: String, isPostgres: Bool) -> MigrationSet {
        let empty = MigrationFile(
            overcoming: Difference(steps: [], refusals: []), in: form, name: "hand",
            after: latestVersion, now: Instant.now)
        let head = isPostgres ? "-- apus: postgresql\n" : ""
        guard
            let file = MigrationFile(
                fileName: empty.fileName, text: Array((head + text + "\n").utf8))
        else { return self }
        return adding(file)
    }
}
