import Foundation
import Server
import ServerTestSupport

/// A project that is edited between the commands that run on it.
final class FilesOnDisk {
    private let project: TestProject

    init(models: [String: String]) throws { project = try TestProject(models: models) }

    var root: URL { project.root }

    var options: ServerOptions { get throws { try project.options() } }

    /// Writes a model file, or removes it.
    func model(_ name: String, _ text: String?) throws {
        let file = "Schemas/models/\(name).json"
        guard let text else {
            return try FileManager.default.removeItem(at: root.appending(path: file))
        }
        try project.write(text, to: file)
    }

    /// Writes the SELECT of a view.
    func view(_ name: String, _ text: String) throws {
        try project.write(text, to: "Schemas/models/\(name).sql")
    }

    func migration(_ name: String, _ sql: String) throws {
        try project.write(sql, to: "Migrations/\(name)")
    }

    /// Writes the one seed file.
    func seeds(_ text: String) throws { try project.write(text, to: "Schemas/seeds/more.json") }

    /// Writes what is declared as a migration file.
    func record() throws { _ = try MigrationCommands.new(options, name: "step") }

    /// Starts with these words, and what it printed until it served or ended.
    func lines(_ words: String...) throws -> [String] { try lines(words) }

    /// The same of words that are put together.
    func lines(_ words: [String]) throws -> [String] {
        let serving = ["dev", "serve"].contains(words[0]) ? ["--listen", "127.0.0.1:0"] : []
        return try RunningCommand(words + ["--project", root.path] + serving)
            .lines(through: "listening on")
    }

    /// Whether a start of `apus dev` came to serve all that the files say.
    @discardableResult
    func develops() throws -> Bool {
        let lines = try lines("dev")
        return lines.last?.contains("listening on") == true
            && !lines.contains { $0.contains("not taken until they are mended") }
    }

    /// Runs statements, see ``TestProject/execute(_:)``.
    func execute(_ script: String) throws { try project.execute(script) }

    /// The first value of a query, see ``TestProject/value(_:)``.
    func value(_ sql: String) throws -> String? { try project.value(sql) }
}
