import Bytes
import Diagnostics
import Disk
import Schema
import Store

/// What `apus export` does with rows.
public enum ExportCommand {
    /// Which rows are to be written, and where to.
    public enum Order: Sendable {
        /// Those of a table to a file; nil is standard output.
        case table(String, file: String?, RowFileForm)
        /// Those of all models to a folder, which is made.
        case all(folder: String, RowFileForm)
    }

    /// How far an export has come.
    public struct Progress: Sendable {
        /// The table that is being written.
        public var table: String
        /// Its rows so far.
        public var rows: Int
        /// The table's place among all, from one, and how many these are.
        public var place: (number: Int, count: Int)
    }

    /// Writes all rows as they are at one moment, beside the server that uses the database or
    /// without one.
    ///
    /// - Parameter progress: told how far it has come, on any thread.
    /// - Throws: what keeps it from being written; no file is left of it then that has its name.
    public static func run(
        _ options: ServerOptions, _ order: Order, progress: @escaping (Progress) -> Void
    ) throws -> ExportReport {
        try options.requireProject()
        let catalogue = try SchemaSet.load(options).catalogue
        let location = try options.database()
        try location.requireDatabase()
        let start = monotonicNanoseconds()
        let tables: [ExportReport.Written]
        switch order {
        case .table(let name, let file, let form):
            let model = try catalogue.requireModel(name)
            tables = try location.withSnapshot(try options.commandLog()) {
                snapshot throws(Problem) in
                let export = TableExport(
                    model.table, form, place: (number: 1, count: 1), progress)
                return [try export.write(snapshot, to: file)]
            }
        case .all(let folder, let form):
            tables = try location.withSnapshot(try options.commandLog()) {
                snapshot throws(Problem) in
                try write(catalogue.tables, of: snapshot, form, to: folder, progress)
            }
        }
        return ExportReport(tables: tables, nanoseconds: monotonicNanoseconds() - start)
    }

    private static func write(
        _ models: [Model], of snapshot: any TableSnapshot, _ form: RowFileForm,
        to folder: String, _ progress: @escaping (Progress) -> Void
    ) throws(Problem) -> [ExportReport.Written] {
        let folder = folder.hasSuffix("/") && folder.count > 1 ? String(folder.dropLast()) : folder
        guard !FileSystem.exists(folder) else { throw .exportExists(folder) }
        let draft = ExportTarget.draft(of: folder)
        try FileSystem.makeFolder(draft)
        defer { FileSystem.removeFolder(draft) }
        var written: [ExportReport.Written] = []
        for (index, model) in models.enumerated() {
            let export = TableExport(
                model.table, form, place: (number: index + 1, count: models.count), progress)
            let name = RowFileName.name(of: model.name, form)
            var table = try export.write(snapshot, to: "\(draft)/\(name)")
            table.file = "\(folder)/\(name)"
            written.append(table)
        }
        try FileSystem.put(draft, at: folder)
        return written
    }
}

/// Writes the rows of one table.
private struct TableExport {
    private let table: Table
    private let form: RowFileForm
    private let place: (number: Int, count: Int)
    private let progress: (ExportCommand.Progress) -> Void

    init(
        _ table: Table, _ form: RowFileForm, place: (number: Int, count: Int),
        _ progress: @escaping (ExportCommand.Progress) -> Void
    ) {
        self.table = table
        self.form = form
        self.place = place
        self.progress = progress
    }

    func write(
        _ snapshot: any TableSnapshot, to file: String?
    ) throws(Problem) -> ExportReport.Written {
        let target = try ExportTarget(file)
        let (table, place, progress) = (table, place, progress)
        var writer = RowFileWriter(form, table)
        writer.begin(in: &target.buffer)
        try snapshot.rows(of: table) { row throws(Problem) in
            writer.append(row, to: &target.buffer)
            if try target.writeIfFull() {
                progress(
                    ExportCommand.Progress(
                        table: table.name, rows: writer.rowCount, place: place))
            }
        }
        writer.end(in: &target.buffer)
        try target.finish()
        return ExportReport.Written(table: table.name, file: file, rows: writer.rowCount)
    }
}

extension Problem {
    /// An export is written over nothing.
    static func exportExists(_ folder: String) -> Problem {
        Problem(
            code: "export_exists", status: 500, message: "There is something at \(folder) already.",
            hint: "Name a folder that is not there: it is made when all files are whole.")
    }
}
