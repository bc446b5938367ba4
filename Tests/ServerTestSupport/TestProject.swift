import Configuration
public import Foundation
import PostgresTestSupport
public import Server
import TestSupport

/// A project in a directory of its own, to be served or looked at by a command.
public final class TestProject {
    /// A model that most tests make do with: notes with a text, open to everybody.
    public static let note = """
        {"properties": {"id": {"type": "integer", "identity": true}, "text": {"type": "string"}},
         "required": ["text"], "access": {"all": true}}
        """

    private let directory: TemporaryDirectory

    /// The project's folder.
    public var root: URL { directory.url }

    /// The project's folder.
    public var path: String { directory.path }

    /// The data directory that a server makes where none is named.
    public var data: String { directory.file(".apus") }

    /// Makes the project.
    ///
    /// - Parameters:
    ///   - models: model files by name; nil for the repository's own `Schemas/` and `Migrations/`.
    ///   - project: the text of `project.json`, if it is to have another.
    public init(models: [String: String]? = ["notes": note], project: String? = nil) throws {
        directory = try TemporaryDirectory()
        try TestEngine.makeDatabase(for: directory.path)
        if let models {
            for (name, text) in models { try write(text, to: "Schemas/models/\(name).json") }
        } else {
            // The repository's migration files are SQLite's.
            for folder in TestEngine.isPostgres ? ["Schemas"] : ["Schemas", "Migrations"] {
                try FileManager.default.copyItem(
                    at: Repository.root.appending(path: folder), to: root.appending(path: folder))
            }
        }
        if let project { try write(project, to: "Schemas/project.json") }
    }

    deinit { TestEngine.dropDatabase(of: path) }

    /// Writes over a file of the project, whole as editors do, or makes it and its folders.
    public func write(_ text: String, to name: String) throws {
        let file = root.appending(path: name)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file, options: .atomic)
    }

    /// The options of a server of the project.
    public func options(
        data: String? = nil, listen: String = "127.0.0.1:0", loops: Int = 2
    ) throws -> ServerOptions {
        try ServerOptions(
            project: path, data: data, listen: listen, loops: "\(loops)", logLevel: "error",
            database: TestEngine.database(of: path)?.url)
    }
}
