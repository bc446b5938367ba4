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
        let command = try RunningCommand(
            words + ["--project", root.path, "--listen", "127.0.0.1:0"])
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
            said[0].dropFirst(10)
                == "warning: the secrets in \(root.path)/.apus are others than at "
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

    /// The warnings about the secrets end with what becomes of them.
    private static let consequence =
        "it goes on with the keys it was started with, and its next "
        + "start takes what it finds there: with other secrets every API key and session of now is "
        + "void; put the file back from a backup"

    @Test func `secrets that go while the server runs are told, and so is their return`() throws {
        let project = try DevelopedProject()
        let file = project.root.appending(path: ".apus/secrets.json")
        let kept = try Data(contentsOf: file)
        try FileManager.default.removeItem(at: file)
        #expect(
            project.nextLine() == "warning: \(file.path) was removed while the server runs: "
                + Self.consequence)
        try Self.restore(kept, to: file)
        #expect(project.nextLine() == "\(file.path) holds the secrets of the start again")
        try FileManager.default.removeItem(at: file)
        #expect(project.nextLine()?.contains("was removed") == true)
        let other = try DevelopedProject()
        try Self.restore(
            try Data(contentsOf: other.root.appending(path: ".apus/secrets.json")), to: file)
        #expect(
            project.nextLine() == "warning: \(file.path) was replaced while the server runs: "
                + Self.consequence)
    }

    @Test func `no command makes new secrets beside a server that runs`() throws {
        let project = try DevelopedProject()
        let file = project.root.appending(path: ".apus/secrets.json")
        try FileManager.default.removeItem(at: file)
        for command in [["keys"], ["dev", "--listen", "127.0.0.1:0"]] {
            let refused = try RunningCommand(command + ["--project", project.root.path])
            #expect(
                refused.lines(through: "Another Apus server").last?
                    .hasPrefix("apus: Another Apus server (process ") == true)
            #expect(refused.exitCode() == 1)
            #expect(!FileManager.default.fileExists(atPath: file.path))
        }
    }

    private static func restore(_ contents: Data, to file: URL) throws {
        #expect(
            FileManager.default.createFile(
                atPath: file.path, contents: contents, attributes: [.posixPermissions: 0o600]))
    }
}
