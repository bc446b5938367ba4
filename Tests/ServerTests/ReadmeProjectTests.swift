import Foundation
import Server
import ServerTestSupport
import TestSupport
import Testing

/// What the README says of a project of one's own.
@Suite(.timeLimit(.minutes(10))) struct ReadmeProjectTests {
    private static func readme() throws -> String {
        try String(contentsOf: Repository.root.appending(path: "README.md"), encoding: .utf8)
    }

    /// A project of the default template.
    private static func made() throws -> TemporaryDirectory {
        let folder = try TemporaryDirectory()
        let command = try RunningCommand(["init", folder.path])
        #expect(command.exitCode() == 0)
        return folder
    }

    @Test func `its limits and plans are taken by a new project`() throws {
        let folder = try Self.made()
        let section = try #require(Self.readme().components(separatedBy: "\n## Throttling\n").last)
        let example = section.components(separatedBy: "```")[1].dropFirst("json".count)
        #expect(example.contains("\"throttle\""))
        try folder.write(String(example), to: "Schemas/project.json")
        let options = try ServerOptions(project: folder.path, data: folder.file(".apus"))
        _ = try MigrationCommands.new(options, name: "first")
        let check = try RunningCommand(["check", "--project", folder.path])
        var told: [String] = []
        while let line = check.nextLine() { told.append(line) }
        #expect(check.exitCode() == 0, "\(told)")
    }

    @Test func `its model is taken beside that of the template`() throws {
        let folder = try Self.made()
        let block = try #require(
            Self.readme().components(separatedBy: "<<'END'\n").first {
                $0.contains("\"text\":") && $0.hasPrefix("{")
            })
        try folder.write(
            block.components(separatedBy: "\nEND\n")[0], to: "Schemas/models/notes.json")
        let command = try RunningCommand([
            "dev", "--project", folder.path, "--listen", "127.0.0.1:0",
        ])
        let told = command.lines(through: "listening on")
        #expect(told.contains { $0.hasSuffix("/models: notes, todos") }, "\(told)")
        #expect(!told.contains { $0.contains("warning") }, "\(told)")
    }
}
