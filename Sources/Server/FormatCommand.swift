import Configuration
import Diagnostics
import Disk
import Schema

/// What `apus fmt` does.
public enum FormatCommand {
    /// What was found.
    public struct Report: Sendable {
        /// The files that had another form.
        public fileprivate(set) var changed: [String] = []
        /// What keeps files from having one, a line each; they are left as they are.
        public fileprivate(set) var faults: [String] = []
        /// How many files were looked at.
        public fileprivate(set) var count = 0
    }

    /// Gives files their canonical form, each in one step.
    ///
    /// - Parameters:
    ///   - files: their paths; none for all JSON files of the project's `Schemas/`.
    ///   - isCheck: whether they are looked at only.
    /// - Throws: a `Problem` when a file cannot be written, `SchemaFailure` when `Schemas/` cannot
    ///   be read.
    public static func run(
        _ options: ServerOptions, files: [String], isCheck: Bool
    ) throws -> Report {
        var report = Report()
        let paths = try files.isEmpty ? allFiles(of: options) : files
        for path in paths {
            guard let bytes = FileSystem.contents(of: path) else {
                report.faults.append("\(path): the file cannot be read")
                continue
            }
            do {
                try format(path, bytes, isCheck, &report, isNamed: !files.isEmpty)
            } catch let failure as SchemaFailure {
                report.faults += failure.diagnostics.map(\.description)
            }
        }
        return report
    }

    private static func format(
        _ path: String, _ bytes: [UInt8], _ isCheck: Bool, _ report: inout Report, isNamed: Bool
    ) throws {
        let whole = FileSystem.resolved(path) ?? path
        guard let text = try CanonicalFile.text(of: bytes, path: whole, called: path) else {
            if isNamed {
                report.faults.append("\(path): only the JSON files of Schemas/ have a form")
            }
            return
        }
        report.count += 1
        guard text != bytes else { return }
        report.changed.append(path)
        if !isCheck { try FileSystem.rewrite(path, with: text) }
    }

    private static func allFiles(of options: ServerOptions) throws -> [String] {
        let folder = options.schemasDirectory
        let root = folder.split(separator: "/").last ?? ""
        return try Catalogue.files(ofSchemas: folder).map { file in
            folder + file.path.dropFirst(root.count)
        }
    }
}
