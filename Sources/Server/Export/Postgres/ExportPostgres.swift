import Bytes
import Diagnostics
import Expressions
import Schema
import Store
import StorePostgres

extension ExportCommand {
    /// Writes the project as one script that makes a database of it in a stock PostgreSQL 15 or
    /// later, rows and access included.
    ///
    /// - Parameters:
    ///   - file: the script; nil is standard output.
    ///   - progress: told how far it has come, on any thread.
    /// - Throws: as ``run(_:_:progress:)``.
    public static func writePostgres(
        _ options: ServerOptions, to file: String?, progress: @escaping (Progress) -> Void
    ) throws -> PostgresExportReport {
        try options.requireProject()
        let schemas = try SchemaSet.load(options)
        let location = try options.database()
        try location.requireDatabase()
        let script = try PostgresScript(schemas.catalogue, schemas.rulebook)
        let target = try ExportTarget(file)
        target.append(comments: script.notes)
        // Of one that is cut nothing stays.
        target.append(statements: ["BEGIN"] + script.beginning)
        let models = schemas.catalogue.tables
        let rows = try location.withSnapshot(try options.commandLog()) {
            snapshot throws(Problem) in
            var rows = 0
            for (index, model) in models.enumerated() {
                rows += try write(model.table, of: snapshot, to: target) { rows in
                    progress(
                        Progress(
                            table: model.name, rows: rows,
                            place: (number: index + 1, count: models.count)))
                }
            }
            return rows
        }
        target.append(statements: script.end + ["COMMIT"])
        try target.finish()
        return PostgresExportReport(
            file: file, tables: models.count, rows: rows, notes: script.notes)
    }

    /// Writes the rows of a table, unless there are none.
    private static func write(
        _ table: Table, of snapshot: any TableSnapshot, to target: ExportTarget,
        _ progress: @escaping (Int) -> Void
    ) throws(Problem) -> Int {
        let names = CopyText.places(of: table).map { quoted(identifier: table.columns[$0].name) }
            .joined(separator: ", ")
        let name = PolicyDialect().table(table.name)
        target.buffer.append(utf8: "COPY \(name) (\(names)) FROM stdin;\n")
        let text = CopyText(table)
        var count = 0
        try snapshot.rows(of: table) { row throws(Problem) in
            text.append(row, to: &target.buffer)
            count += 1
            if try target.writeIfFull() { progress(count) }
        }
        target.buffer.append(ascii: "\\.\n\n")
        return count
    }
}

extension ExportTarget {
    fileprivate func append(statements: [String]) {
        for statement in statements { buffer.append(utf8: statement + ";\n\n") }
    }

    fileprivate func append(comments notes: [String]) {
        buffer.append(
            utf8: "-- A project of Apus for PostgreSQL 15 and later:\n"
                + "--   psql -v ON_ERROR_STOP=1 -f THIS DATABASE\n-- Not translated:\n")
        for note in notes {
            let line = note.split(whereSeparator: \.isNewline).joined(separator: " ")
            buffer.append(utf8: "--   \(line)\n")
        }
        buffer.append(ASCII.lf)
    }
}

/// What `apus export postgres` has written.
public struct PostgresExportReport: Sendable {
    let file: String?
    let tables: Int
    let rows: Int
    let notes: [String]

    /// Sentences for people: what was written, and what did not translate.
    public var text: String {
        let written = "\(counted(tables, "table")), \(counted(rows, "row"))"
        let lines = notes.map { "not translated: \($0)\n" }
        return "wrote \(file ?? "standard output"): \(written)\n" + lines.joined()
    }

    /// An object for scripts.
    public var json: String {
        let object: JSON = [
            "file": file.map { .string($0) } ?? .null, "tables": .integer(Int64(tables)),
            "rows": .integer(Int64(rows)), "untranslated": .array(notes.map(JSON.string)),
        ]
        return String(utf8: object.bytes)
    }
}
