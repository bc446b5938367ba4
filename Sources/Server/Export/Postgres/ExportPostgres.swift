import Bytes
import Diagnostics
import Expressions
import Schema
import Store
import StorePostgres

extension ExportCommand {
    /// What `apus export postgres` writes.
    public enum PostgresForm: Sendable {
        /// One script; nil is standard output.
        case script(String?)
        /// A folder with a script that reads the others, and one for the rows of each table.
        case folder(String)
    }

    /// Writes the project as a script that makes a database of it in a stock PostgreSQL 15 or
    /// later, rows and access included.
    ///
    /// - Parameters:
    ///   - form: what is written.
    ///   - progress: told how far it has come, on any thread.
    /// - Throws: as ``run(_:_:progress:)``; nothing is left of it then.
    public static func writePostgres(
        _ options: ServerOptions, as form: PostgresForm, progress: @escaping (Progress) -> Void
    ) throws -> PostgresExportReport {
        try options.requireProject()
        if case .folder(let folder) = form { try PostgresFolder.requireFree(folder) }
        let schemas = try SchemaSet.load(options)
        let location = try options.database()
        try location.requireDatabase()
        let script = try PostgresScript(schemas.catalogue, schemas.rulebook)
        let models = schemas.catalogue.tables
        let rows = try location.withSnapshot(try options.commandLog()) {
            snapshot throws(Problem) in
            let tables = PostgresRows(models, of: snapshot, progress)
            switch form {
            case .script(let file): return try write(script, tables, to: file)
            case .folder(let folder): return try PostgresFolder(folder).write(script, tables)
            }
        }
        return PostgresExportReport(
            form: form, tables: models.count, rows: rows, notes: script.notes)
    }

    /// - Returns: how many rows were written.
    private static func write(
        _ script: PostgresScript, _ tables: PostgresRows, to file: String?
    ) throws(Problem) -> Int {
        let target = try ExportTarget(file)
        target.append(notes: script.notes, for: "psql -v ON_ERROR_STOP=1 -f THIS DATABASE")
        // Of one that is cut nothing stays.
        target.append(statements: ["BEGIN"] + script.beginning)
        var rows = 0
        for place in tables.models.indices { rows += try tables.write(place, to: target) }
        target.append(statements: script.end + ["COMMIT"])
        try target.finish()
        return rows
    }
}

/// The rows of tables, as COPY reads them.
struct PostgresRows {
    let models: [Model]
    private let snapshot: any TableSnapshot
    private let progress: (ExportCommand.Progress) -> Void

    init(
        _ models: [Model], of snapshot: any TableSnapshot,
        _ progress: @escaping (ExportCommand.Progress) -> Void
    ) {
        self.models = models
        self.snapshot = snapshot
        self.progress = progress
    }

    /// Writes the rows of one.
    ///
    /// - Returns: how many they are.
    func write(_ index: Int, to target: ExportTarget) throws(Problem) -> Int {
        let table = models[index].table
        let place = (number: index + 1, count: models.count)
        let names = CopyText.places(of: table).map { quoted(identifier: table.columns[$0].name) }
            .joined(separator: ", ")
        let name = PolicyDialect().table(table.name)
        target.buffer.append(utf8: "COPY \(name) (\(names)) FROM stdin;\n")
        let text = CopyText(table)
        var count = 0
        try snapshot.rows(of: table) { row throws(Problem) in
            text.append(row, to: &target.buffer)
            count += 1
            if try target.writeIfFull() {
                progress(ExportCommand.Progress(table: table.name, rows: count, place: place))
            }
        }
        target.buffer.append(ascii: "\\.\n\n")
        return count
    }
}

extension ExportTarget {
    func append(statements: [String]) {
        for statement in statements { buffer.append(utf8: statement + ";\n\n") }
    }

    /// What a script is, how it is loaded, and what it lacks.
    func append(notes: [String], for command: String) {
        buffer.append(
            utf8: "-- A project of Apus for PostgreSQL 15 and later:\n"
                + "--   \(command)\n-- Not translated:\n")
        for note in notes {
            let line = note.split(whereSeparator: \.isNewline).joined(separator: " ")
            buffer.append(utf8: "--   \(line)\n")
        }
        buffer.append(ASCII.lf)
    }
}

/// What `apus export postgres` has written.
public struct PostgresExportReport: Sendable {
    let form: ExportCommand.PostgresForm
    let tables: Int
    let rows: Int
    let notes: [String]

    /// Sentences for people: what was written, and what did not translate.
    public var text: String {
        let written = "\(counted(tables, "table")), \(counted(rows, "row"))"
        let lines = notes.map { "not translated: \($0)\n" }
        let place =
            switch form {
            case .script(let file): "\(file ?? "standard output"): \(written)"
            case .folder(let folder):
                "\(PostgresFolder.name(of: folder))/: \(written); to load it: "
                    + PostgresFolder.command(folder)
            }
        return "wrote \(place)\n" + lines.joined()
    }

    private var path: String? {
        switch form {
        case .script(let file): file
        case .folder(let folder): PostgresFolder.name(of: folder)
        }
    }

    /// An object for scripts.
    public var json: String {
        let object: JSON = [
            "file": path.map { .string($0) } ?? .null, "tables": .integer(Int64(tables)),
            "rows": .integer(Int64(rows)), "untranslated": .array(notes.map(JSON.string)),
        ]
        return String(utf8: object.bytes)
    }
}
