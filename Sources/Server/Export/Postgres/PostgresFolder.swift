import Bytes
import Diagnostics
import Disk
import Schema

/// An export to PostgreSQL as a folder: tables, the rows of each, and access in files of their own,
/// and a script that reads them one after the other in one transaction. It has its name once it is
/// whole.
///
/// ```
/// load.sql         what psql is given
/// tables.sql       roles, functions and tables
/// rows/NAME.sql    the rows of a table
/// access.sql       indexes, references, policies, grants and the publication
/// ```
struct PostgresFolder {
    private let folder: String

    init(_ folder: String) { self.folder = Self.name(of: folder) }

    /// What it is called, without a slash behind.
    static func name(of folder: String) -> String {
        folder.hasSuffix("/") && folder.count > 1 ? String(folder.dropLast()) : folder
    }

    /// What loads it.
    static func command(_ folder: String) -> String {
        "psql -f \(shellWord("\(name(of: folder))/load.sql")) DATABASE"
    }

    /// Refuses one that holds something.
    static func requireFree(_ folder: String) throws(Problem) {
        let folder = name(of: folder)
        switch FileSystem.isFolder(folder) {
        case nil: return
        case false?: throw .file("write into", folder, reason: "it is no folder")
        case true?: break
        }
        guard let names = FileSystem.names(in: folder) else { throw .file("read", folder) }
        guard names.isEmpty else { throw .exportExists(folder) }
    }

    /// Writes it.
    ///
    /// - Returns: how many rows are in it.
    func write(_ script: PostgresScript, _ tables: PostgresRows) throws(Problem) -> Int {
        let draft = ExportTarget.draft(of: folder)
        defer {
            FileSystem.removeFolder("\(draft)/rows")
            FileSystem.removeFolder(draft)
        }
        try FileSystem.makeFolder("\(draft)/rows")
        try Self.write(script.beginning, to: "\(draft)/tables.sql")
        var (rows, files) = (0, ["tables.sql"])
        for (place, model) in tables.models.enumerated() {
            let file = "rows/\(PercentEncoding.encode(component: model.name)).sql"
            let target = try ExportTarget("\(draft)/\(file)")
            rows += try tables.write(place, to: target)
            try target.finish()
            files.append(file)
        }
        try Self.write(script.end, to: "\(draft)/access.sql")
        try writeLoad(files + ["access.sql"], script.notes, to: "\(draft)/load.sql")
        try FileSystem.put(draft, at: folder)
        return rows
    }

    private static func write(_ statements: [String], to file: String) throws(Problem) {
        let target = try ExportTarget(file)
        target.append(statements: statements)
        try target.finish()
    }

    /// Writes what reads the others. psql stops at the first fault, so that nothing stays then.
    private func writeLoad(
        _ files: [String], _ notes: [String], to file: String
    ) throws(Problem) {
        let target = try ExportTarget(file)
        target.append(notes: notes, for: "psql -f load.sql DATABASE")
        target.buffer.append(ascii: "\\set ON_ERROR_STOP on\nBEGIN;\n")
        for file in files { target.buffer.append(utf8: "\\ir '\(file)'\n") }
        target.buffer.append(ascii: "COMMIT;\n")
        try target.finish()
    }
}
