import Bytes
public import Diagnostics
import Disk

/// The files of `Migrations/`, in order.
public struct MigrationSet: Sendable {
    /// The files, oldest first.
    public let files: [MigrationFile]

    /// A set of files; sorts them.
    public init(_ files: [MigrationFile]) {
        self.files = files.sorted { $0.version < $1.version }
    }

    /// Reads a directory; one that is not there holds no files.
    ///
    /// - Throws: a fault for each file with a name of another form or the version of another, each
    ///   statement that cannot stand in a migration, each file that cannot be read.
    public static func load(_ directory: String) throws(SchemaFailure) -> MigrationSet {
        let label = directory.split(separator: "/").last.map(String.init) ?? directory
        let report = Report()
        if FileSystem.names(in: directory) == nil, FileSystem.isFolder(directory) != nil {
            report.fault("the folder cannot be read", at: .whole(label))
        }
        var files: [MigrationFile] = []
        for name in fileNames(in: directory) {
            let place = SourceLocation.whole("\(label)/\(name)")
            guard let contents = FileSystem.contents(of: "\(directory)/\(name)") else {
                report.fault("the file cannot be read", at: place)
                continue
            }
            guard let file = MigrationFile(fileName: name, directory: label, text: contents) else {
                report.fault(
                    "a migration file is called YYYYMMDDTHHMMSS_name.sql, the name in lower case",
                    at: place)
                continue
            }
            if let twin = files.last, twin.version == file.version {
                report.fault("\(twin.fileName) has the same version", at: place)
            }
            files.append(file)
        }
        let set = MigrationSet(files)
        set.checkStatements(report)
        try report.throwIfAny()
        return set
    }

    /// What is taken for a migration file, in order of the names.
    static func fileNames(in directory: String) -> [String] {
        (FileSystem.names(in: directory) ?? []).filter {
            $0.hasSuffix(".sql") && !$0.hasPrefix(".")
        }
    }

    /// What would break the transaction a file runs in, or the server's own tables.
    private static let refused: Set<String> = [
        "begin", "commit", "end", "rollback", "savepoint", "release", "vacuum", "attach", "detach",
        "pragma",
    ]

    private func checkStatements(_ report: Report) {
        for migration in files {
            let file = SourceFile(path: migration.path, bytes: migration.text)
            if let offset = file.bytes.firstIndex(of: 0) {
                report.fault(
                    "a NUL byte: SQLite would not read what follows it", at: file.location(offset))
            }
            for statement in SQLScript(migration.text).statements {
                let first = statement.tokens.first?.text ?? ""
                if Self.refused.contains(first) {
                    report.fault(
                        "\(first.uppercased()) cannot stand in a migration file: each file runs in "
                            + "one transaction of its own", at: file.location(statement.offset))
                }
                if let token = statement.tokens.first(where: { $0.name.hasPrefix("_apus_") }) {
                    report.fault(
                        "\(token.text) is the server's own", at: file.location(token.offset))
                }
            }
        }
    }
}

extension MigrationFile {
    /// Whether every statement only adds a table, an index or a column.
    public var isAdditive: Bool {
        SQLScript(text).statements.allSatisfy { statement in
            let words = statement.tokens.map(\.text)
            return words.starts(with: ["create", "table"])
                || words.starts(with: ["create", "index"])
                || words.starts(with: ["create", "unique", "index"])
                || (words.starts(with: ["alter", "table"]) && words.dropFirst(3).first == "add")
        }
    }

    /// Writes the file into `directory`, which is made if it is not there.
    ///
    /// - Throws: 58030 when that cannot be done, `migration_failed` when there is one already.
    public func write(to directory: String) throws(Problem) {
        let path = "\(directory)/\(fileName)"
        try FileSystem.makeFolder(directory, mode: 0o777)
        guard try FileSystem.makeFile(path, text, mode: 0o666) else {
            throw .migration("\(path) is there already")
        }
    }
}

extension Problem {
    /// A fault of migrations, for the person at the command line.
    static func migration(_ message: String, hint: String? = nil) -> Problem {
        Problem(code: "migration_failed", status: 500, message: message, hint: hint)
    }
}
