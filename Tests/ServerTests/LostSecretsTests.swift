import Foundation
import PostgresTestSupport
import ServerTestSupport
import Testing

/// A database whose secrets are not those of its last start.
@Suite(.timeLimit(.minutes(10))) struct LostSecretsTests {
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

    private var file: URL { root.appending(path: ".apus/secrets.json") }

    private func lose() throws { try FileManager.default.removeItem(at: file) }

    /// What a start that is refused prints; it has to end with exit code 1.
    private func refusal(_ words: [String]) throws -> [String] {
        let listen = words[0] == "keys" ? [] : ["--listen", "127.0.0.1:0"]
        let command = try RunningCommand(words + ["--project", root.path] + listen)
        let lines = command.lines(through: "listening on")
        #expect(command.exitCode() == 1)
        return lines
    }

    /// What is said where no source has the secrets any more.
    private func loss(of file: URL) -> [String] {
        [
            "apus: The database was last served with secrets that no source has any more: "
                + "\(file.path) is not there, and neither APUS_JWT_SECRET nor APUS_SECRETS_KEY is "
                + "set.",
            "apus: Restore \(file.path) from a backup. Where there is none, 'apus keys "
                + "--accept-new-secrets', with the same options, makes new ones: then every API key "
                + "and session of before is void.",
        ]
    }

    @Test(arguments: [["dev"], ["serve", "--log-format", "text"], ["keys"], ["keys", "anon"]])
    func `nothing is served, and no secrets are made, where a database has lost its own`(
        command: [String]
    ) throws {
        #expect(try warnings("dev") == [])
        let new = try RunningCommand(["migrate", "new", "first", "--project", root.path])
        #expect(new.exitCode() == 0)
        #expect(try warnings("dev") == [])
        let kept = try Data(contentsOf: file)
        try lose()
        #expect(try refusal(command) == loss(of: file))
        #expect(!FileManager.default.fileExists(atPath: file.path))
        try Self.restore(kept, to: file)
        #expect(try warnings("dev") == [])
    }

    @Test func `new secrets are made when somebody says that they may be`() throws {
        #expect(try warnings("dev") == [])
        let kept = try Data(contentsOf: file)
        try lose()
        let accepted = try RunningCommand(["keys", "--accept-new-secrets", "--project", root.path])
        #expect(accepted.exitCode() == 0)
        #expect(try warnings("dev") == [])
        #expect(try Data(contentsOf: file) != kept)
    }

    @Test(arguments: [["dev"], ["keys"]])
    func `the secrets of another database are refused by name`(command: [String]) throws {
        #expect(try warnings("dev") == [])
        let other = try TestProject()
        let keys = try RunningCommand(["keys", "--project", other.path])
        #expect(keys.exitCode() == 0)
        let foreign = try Data(contentsOf: URL(filePath: other.data + "/secrets.json"))
        try lose()
        try Self.restore(foreign, to: file)
        #expect(
            try refusal(command) == [
                "apus: The secrets come from \(file.path), and the database was last served with "
                    + "others: every API key and session of before would be void.",
                "apus: Restore those. Or 'apus keys --accept-new-secrets', with the same options, "
                    + "makes these the database's.",
            ])
        let accepted = try RunningCommand(["keys", "--accept-new-secrets", "--project", root.path])
        #expect(accepted.exitCode() == 0)
        #expect(try warnings("dev") == [])
        #expect(try Data(contentsOf: file) == foreign)
    }

    @Test func `a database that no server has used yet has no keys to lose`() throws {
        #expect(try RunningCommand(["migrate", "up", "--project", root.path]).exitCode() == 0)
        #expect(try warnings("dev") == [])
    }

    /// The warnings about the secrets end with what becomes of them.
    private static let consequence =
        "it goes on with the keys it was started with, and its next "
        + "start is refused without them; put the file back from a backup"

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

    /// On PostgreSQL several servers run, and the database cannot tell which of them goes on.
    @Test(.sqliteOnly)
    func `no command makes new secrets beside a server that runs`() throws {
        let project = try DevelopedProject()
        let file = project.root.appending(path: ".apus/secrets.json")
        try FileManager.default.removeItem(at: file)
        for (command, told) in [
            (["keys"], "The database was last served with secrets that no source has any more"),
            (["keys", "--accept-new-secrets"], "Another Apus server (process "),
            (["dev", "--listen", "127.0.0.1:0"], "Another Apus server (process "),
        ] {
            let refused = try RunningCommand(command + ["--project", project.root.path])
            #expect(refused.lines(through: told).last?.hasPrefix("apus: \(told)") == true)
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
