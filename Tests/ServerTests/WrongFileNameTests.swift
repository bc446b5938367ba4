import ServerTestSupport
import TestSupport
import Testing

/// Files of a project whose names are nearly right, by whatever command somebody meets them.
@Suite(.timeLimit(.minutes(5))) struct WrongFileNameTests {
    private static func project() throws -> TestProject {
        let project = try TestProject()
        try project.write(TestProject.note, to: "Schemas/models/things.JSON")
        return project
    }

    @Test(arguments: [["check"], ["serve"], ["migrate", "new", "begin"]])
    func `a model file with another ending is told of`(words: [String]) throws {
        let (lines, code) = try Self.project().run(words)
        #expect(code == 1, "\(lines)")
        #expect(lines.contains { $0.contains("Schemas/models/things.JSON") }, "\(lines)")
        #expect(lines.contains { $0.contains("things.json") }, "\(lines)")
    }

    @Test(arguments: [["check"], ["serve"], ["migrate", "status"], ["migrate", "up"]])
    func `a migration file with another ending is told of`(words: [String]) throws {
        let project = try TestProject()
        try project.write(
            "CREATE TABLE notes (\(TestProject.noteColumns)) STRICT;",
            to: "Migrations/20261321T101500_begin.SQL")
        let (lines, code) = try project.run(words)
        #expect(code == 1, "\(lines)")
        #expect(lines.contains { $0.contains("20261321T101500_begin.SQL") }, "\(lines)")
    }

    @Test func `a server that develops tells of it, and goes on`() throws {
        let project = try Self.project()
        let command = try RunningCommand(
            ["dev", "--project", project.path, "--listen", "127.0.0.1:0"])
        let lines = command.lines(through: "things.JSON")
        #expect(lines.last?.contains("things.JSON") == true, "\(lines)")
        command.terminate()
        _ = command.exitCode()
    }
}
