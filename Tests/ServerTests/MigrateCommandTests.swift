import Foundation
import ServerTestSupport
import TestSupport
import Testing

/// What `apus migrate` does beside a server, and where there is nothing to migrate.
@Suite(.timeLimit(.minutes(10))) struct MigrateCommandTests {
    private static let file = "20260101T000000_first.sql"

    /// What a command prints, and its exit code.
    private static func run(
        _ words: [String], in root: URL
    ) throws -> (lines: [String], code: Int32?) {
        let command = try RunningCommand(words + ["--project", root.path])
        var lines: [String] = []
        while let line = command.nextLine() { lines.append(line) }
        return (lines, command.exitCode())
    }

    @Test func `the files are listed beside a server that runs`() throws {
        let project = try DevelopedProject {
            try $0.write("SELECT 1;", to: "Migrations/\(Self.file)")
        }
        let second = "20260102T000000_second.sql"
        try project.write("SELECT nothing;", to: second)
        let (lines, code) = try Self.run(["migrate", "status"], in: project.root)
        #expect(lines == ["20260101T000000_first  applied", "20260102T000000_second  pending"])
        #expect(code == 1)
        try FileManager.default.removeItem(
            at: project.root.appending(path: "Migrations/\(second)"))
        #expect(try Self.run(["migrate", "status"], in: project.root).code == 0)
    }

    @Test func `a listing makes no database`() throws {
        let project = try TestProject(models: [:])
        try project.write("SELECT 1;", to: "Migrations/\(Self.file)")
        let (lines, code) = try Self.run(["migrate", "status"], in: project.root)
        #expect(lines == ["20260101T000000_first  pending"])
        #expect(code == 1)
        #expect(try FileManager.default.contentsOfDirectory(atPath: project.path) == ["Migrations"])
    }

    @Test(arguments: ["up", "status"])
    func `where no project is nothing is made`(command: String) throws {
        let folder = try TemporaryDirectory()
        let (lines, code) = try Self.run(["migrate", command], in: folder.url)
        #expect(
            lines.first
                == "apus: \(folder.path) holds neither Schemas/ nor Migrations/: it is no project.")
        #expect(code == 1)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
    }
}
