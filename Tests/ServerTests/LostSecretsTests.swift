import Foundation
import ServerTestSupport
import Testing

/// A database whose secrets are not those of its last start.
@Suite(.timeLimit(.minutes(1))) struct LostSecretsTests {
    private let project: TestProject
    private var root: URL { project.root }

    init() throws { project = try TestProject() }

    /// The warnings of a start.
    private func warnings(_ words: String...) throws -> [String] {
        let command = try RunningCommand(words + ["--project", root.path, "--listen", "127.0.0.1:0"])
        let lines = command.lines(through: "listening on")
        #expect(lines.last?.contains("listening on") == true)
        return lines.filter { $0.contains("warning") }
    }

    private func lose() throws {
        try FileManager.default.removeItem(at: root.appending(path: ".apus/secrets.json"))
    }

    @Test(arguments: ["dev", "serve"])
    func `new secrets beside a database are told, once`(command: String) throws {
        #expect(try warnings("dev") == [])
        let new = try RunningCommand(["migrate", "new", "first", "--project", root.path])
        #expect(new.exitCode() == 0)
        #expect(try warnings("dev") == [])
        try lose()
        let words = command == "serve" ? ["--log-format", "text"] : []
        let said = try RunningCommand(
            [command, "--project", root.path, "--listen", "127.0.0.1:0"] + words
        ).lines(through: "listening on").filter { $0.contains("warning") }
        try #require(said.count == 1)
        #expect(
            said[0].dropFirst(10) == "warning: the secrets in \(root.path)/.apus are others than at "
                + "the last start: every API key and session of before is void; if that was not "
                + "meant, stop the server and restore secrets.json from a backup")
        #expect(try warnings("dev") == [])
    }

    @Test func `keys that were made by another command are told too`() throws {
        #expect(try warnings("dev") == [])
        try lose()
        #expect(try RunningCommand(["keys", "--project", root.path]).exitCode() == 0)
        #expect(try warnings("dev").count == 1)
    }

    @Test func `a database that no server has used yet has no keys to lose`() throws {
        #expect(try RunningCommand(["migrate", "up", "--project", root.path]).exitCode() == 0)
        #expect(try warnings("dev") == [])
    }
}
