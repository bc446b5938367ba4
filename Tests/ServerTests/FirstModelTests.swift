import Foundation
import Server
import ServerTestSupport
import TestSupport
import Testing

/// From an empty folder to a model that is served.
@Suite(.timeLimit(.minutes(10))) struct FirstModelTests {
    private let folder: TemporaryDirectory
    private var root: URL { folder.url }

    init() throws { folder = try TemporaryDirectory() }

    private func dev() throws -> RunningCommand {
        try RunningCommand(["dev", "--project", root.path, "--listen", "127.0.0.1:0"])
    }

    /// What `dev` prints where there is no `Schemas` folder, and its exit code.
    private func hint() throws -> (lines: [String], code: Int32?) {
        let command = try dev()
        var lines: [String] = []
        while let line = command.nextLine() { lines.append(line) }
        return (lines, command.exitCode())
    }

    private func paste(_ lines: ArraySlice<String>) throws {
        let shell = Process()
        shell.executableURL = URL(filePath: "/bin/sh")
        shell.currentDirectoryURL = root
        shell.arguments = ["-ec", lines.joined(separator: "\n")]
        try shell.run()
        shell.waitUntilExit()
        #expect(shell.terminationStatus == 0)
    }

    @Test func `what dev prints in an empty folder makes a project when pasted`() throws {
        let (lines, code) = try hint()
        #expect(code == 1)
        #expect(try FileManager.default.contentsOfDirectory(atPath: root.path) == [])
        let start = try #require(lines.firstIndex { $0.hasPrefix("mkdir ") })
        try paste(lines[start...])
        let server = try dev()
        let told = server.lines(through: "listening on")
        #expect(
            told.last?.contains("listening on") == true && !told.contains { $0.contains("warning") }
        )
        #expect(told.contains { $0.contains("/models: notes") })
    }

    @Test func `the README has the same lines`() throws {
        let lines = try hint().lines
        let start = try #require(lines.firstIndex { $0.hasPrefix("mkdir ") })
        let readme = try String(
            contentsOf: Repository.root.appending(path: "README.md"), encoding: .utf8)
        let text = lines[start...].joined(separator: "\n")
        #expect(readme.contains(text), "the README must have:\n\(text)")
    }

    @Test func `the README's limits and plans are taken by a new project`() throws {
        let lines = try hint().lines
        let start = try #require(lines.firstIndex { $0.hasPrefix("mkdir ") })
        try paste(lines[start...])
        let readme = try String(
            contentsOf: Repository.root.appending(path: "README.md"), encoding: .utf8)
        let section = try #require(readme.components(separatedBy: "\n## Throttling\n").last)
        let example = section.components(separatedBy: "```")[1].dropFirst("json".count)
        #expect(example.contains("\"throttle\""))
        try Data(example.utf8).write(to: root.appending(path: "Schemas/project.json"))
        _ = try MigrationCommands.new(
            ServerOptions(project: root.path, data: root.path + "/.apus"), name: "first")
        let check = try RunningCommand(["check", "--project", root.path])
        var told: [String] = []
        while let line = check.nextLine() { told.append(line) }
        #expect(check.exitCode() == 0, "\(told)")
    }

    @Test func `editors have the JSON Schemas while the first file has faults`() throws {
        let models = root.appending(path: "Schemas/models")
        try FileManager.default.createDirectory(at: models, withIntermediateDirectories: true)
        try Data("{".utf8).write(to: models.appending(path: "notes.json"))
        #expect(try hint().code == 1)
        let names = try FileManager.default.contentsOfDirectory(
            atPath: root.appending(path: ".apus").path)
        #expect(Set(names).isSuperset(of: ["model.schema.json", "project.schema.json"]))
        #expect(!names.contains("apus.db"))
    }
}
