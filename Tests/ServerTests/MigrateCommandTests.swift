import Foundation
import Testing

/// What `apus migrate` does beside a server, and where there is nothing to migrate.
@Suite(.timeLimit(.minutes(1))) struct MigrateCommandTests {
    private typealias Project = DevelopmentTests.Project

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

    private static func withFolder(_ body: (URL) throws -> Void) throws {
        let root = FileManager.default.temporaryDirectory.appending(path: "apus-\(UUID())")
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: root) }
        try body(root)
    }

    @Test func `the files are listed beside a server that runs`() throws {
        let project = try Project { try Project.write("SELECT 1;", to: Self.file, in: $0) }
        let second = "20260102T000000_second.sql"
        try Project.write("SELECT 2;", to: second, in: project.root)
        let (lines, code) = try Self.run(["migrate", "status"], in: project.root)
        #expect(lines == ["20260101T000000_first  applied", "20260102T000000_second  pending"])
        #expect(code == 1)
        try FileManager.default.removeItem(
            at: project.root.appending(path: "Migrations/\(second)"))
        #expect(try Self.run(["migrate", "status"], in: project.root).code == 0)
    }

    @Test func `a listing makes no database`() throws {
        try Self.withFolder { root in
            try Project.write("SELECT 1;", to: Self.file, in: root)
            let (lines, code) = try Self.run(["migrate", "status"], in: root)
            #expect(lines == ["20260101T000000_first  pending"])
            #expect(code == 1)
            #expect(try FileManager.default.contentsOfDirectory(atPath: root.path) == ["Migrations"])
        }
    }

    @Test(arguments: ["up", "status"])
    func `where no project is nothing is made`(command: String) throws {
        try Self.withFolder { root in
            let (lines, code) = try Self.run(["migrate", command], in: root)
            #expect(
                lines.first
                    == "apus: \(root.path) holds neither Schemas/ nor Migrations/: it is no project.")
            #expect(code == 1)
            #expect(try FileManager.default.contentsOfDirectory(atPath: root.path) == [])
        }
    }
}
