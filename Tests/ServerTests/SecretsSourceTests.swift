import Bytes
import Foundation
import PostgresTestSupport
import ServerTestSupport
import TestSupport
import Testing

/// Where the secrets of a project come from, as the commands have it.
@Suite(.timeLimit(.minutes(10))) struct SecretsSourceTests {
    private let project: TestProject

    init() throws { project = try TestProject() }

    private static let secret = ["APUS_JWT_SECRET": "a secret that every node is given by hand"]
    private static let other = ["APUS_JWT_SECRET": "another secret, which is as long as that"]
    private static let key = ["APUS_SECRETS_KEY": "a key that every node is given by hand"]

    /// A command of the project, with these variables.
    private func run(
        _ words: [String], _ environment: [String: String] = [:], data: String? = nil
    ) throws -> RunningCommand {
        let serving = ["dev", "serve"].contains(words[0]) ? ["--listen", "127.0.0.1:0"] : []
        let place = ["--project", project.path, "--data", data ?? project.data]
        return try RunningCommand(words + place + serving, environment: environment)
    }

    /// What a command printed, and its exit code.
    private func output(
        _ words: [String], _ environment: [String: String] = [:], data: String? = nil
    ) throws -> (lines: [String], code: Int32?) {
        let command = try run(words, environment, data: data)
        var lines: [String] = []
        while let line = command.nextLine() { lines.append(line) }
        return (lines, command.exitCode())
    }

    /// What `apus keys` prints: each key by its name, and where they come from.
    private func keys(
        _ environment: [String: String] = [:], _ words: String..., data: String? = nil
    ) throws -> [String: String] {
        let (lines, code) = try output(["keys"] + words, environment, data: data)
        #expect(code == 0, "\(lines)")
        let rows = lines.map { $0.split(separator: " ", maxSplits: 1).map(String.init) }
        // The first may be told that the data directory was made.
        let told = rows.filter { ["anon", "service_role", "source"].contains($0[0]) }
        return Dictionary(told.map { ($0[0], $0[1].trimmingCharacters(in: .whitespaces)) }) {
            first, _ in first
        }
    }

    /// Serves, with a check by somebody who has a key; the server has stopped afterwards.
    private func serve(
        _ environment: [String: String] = [:], key: String, data: String? = nil
    ) throws {
        let server = try run(["dev"], environment, data: data)
        let line = try #require(server.lines(through: "listening on").last)
        let port = try #require(Int(line.split(separator: ":").last ?? ""), "\(line)")
        let client = try HTTPClient(port: port, key: key)
        #expect(try client.send("GET", "/rest/v1/notes").status == 200)
        server.terminate()
        #expect(server.exitCode() == 0)
    }

    private func exists(_ name: String) -> Bool {
        FileManager.default.fileExists(atPath: "\(project.data)/\(name)")
    }

    @Test func `the environment's secrets serve without a file, the same ones every time`() throws {
        let first = try keys(Self.secret)
        #expect(first["source"] == "APUS_JWT_SECRET")
        #expect(!FileManager.default.fileExists(atPath: project.data))
        let key = try #require(first["service_role"])
        try serve(Self.secret, key: key)
        try serve(Self.secret, key: key)
        #expect(try keys(Self.secret) == first)
        #expect(!exists("secrets.json"))
    }

    @Test func `the environment overrules the file, and that the database`() throws {
        #expect(try keys()["source"] == "\(project.data)/secrets.json")
        #expect(try keys(Self.key)["source"] == "\(project.data)/secrets.json")
        #expect(try keys(Self.secret)["source"] == "APUS_JWT_SECRET")
        try FileManager.default.removeItem(atPath: "\(project.data)/secrets.json")
        #expect(try keys(Self.key)["source"] == "the database")
        let file = "\(project.path)/elsewhere.json"
        let named = try output(["keys", "--secrets", file], Self.key)
        #expect(named.lines.last?.hasSuffix("  the database") == true, "a file is not made")
        #expect(!exists("secrets.json"))
    }

    @Test func `a file may lie elsewhere, and is its owner's alone`() throws {
        let file = "\(project.path)/elsewhere.json"
        let first = try output(["keys", "--secrets", file])
        #expect(first.lines.last?.hasSuffix("  \(file)") == true)
        #expect(DataDirectoryTests.mode(file) == "600")
        #expect(!FileManager.default.fileExists(atPath: project.data))
        #expect(try output(["keys"], ["APUS_SECRETS": file]).lines == first.lines)
        DataDirectoryTests.close(file, to: 0o644)
        let wide = try output(["keys", "--secrets", file])
        #expect(
            wide.lines == [
                "apus: The secrets are not usable: \(file) can be read by other users (mode 644).",
                "apus: Run: chmod 600 \(file)",
            ])
        #expect(wide.code == 1)
    }

    @Test func `the database keeps secrets encrypted, for whoever has the key`() throws {
        let first = try keys(Self.key)
        #expect(first["source"] == "the database")
        #expect(!exists("secrets.json"))
        let key = try #require(first["service_role"])
        try serve(Self.key, key: key)
        #expect(try keys(Self.key) == first)
        // Another node: another data directory with the same database.
        let node = "\(project.path)/node"
        try FileManager.default.createDirectory(
            atPath: node, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        if !TestEngine.isPostgres {
            try FileManager.default.copyItem(
                atPath: "\(project.data)/apus.db", toPath: "\(node)/apus.db")
        }
        try serve(Self.key, key: key, data: node)
        #expect(try project.value("SELECT value FROM \(TestProject.facts) WHERE key = 'secrets'") != "NULL")
        #expect(try project.value("SELECT count(*) FROM \(TestProject.facts) WHERE value LIKE '%\(key)%'") == "0")
    }

    @Test func `a server is asked for its keys while it holds the database`() throws {
        let server = try run(["dev"], Self.key)
        #expect(server.lines(through: "listening on").last?.contains("listening on") == true)
        #expect(try keys(Self.key)["source"] == "the database")
    }

    @Test func `secrets that the database keeps need their key`() throws {
        _ = try keys(Self.key)
        let none = try output(["dev"])
        #expect(
            none.lines.first == "apus: The secrets are not usable: the database keeps them "
                + "encrypted, and APUS_SECRETS_KEY is not set.")
        let wrong = try output(["dev"], ["APUS_SECRETS_KEY": "a key that is another one than that"])
        #expect(
            wrong.lines.first?.hasPrefix(
                "apus: The secrets are not usable: APUS_SECRETS_KEY does not open those that the "
                    + "database keeps") == true)
        let short = try output(["dev"], ["APUS_SECRETS_KEY": "short"])
        #expect(
            short.lines == [
                "apus: The secrets are not usable: APUS_SECRETS_KEY must have at least 32 bytes."
            ])
        #expect(none.code == 1 && wrong.code == 1 && short.code == 1)
        #expect(!exists("secrets.json"))
    }

    @Test func `a node with another secret is refused, and changes nothing`() throws {
        let key = try #require(try keys(Self.secret)["anon"])
        try serve(Self.secret, key: key)
        try project.write(TestProject.note, to: "Schemas/models/more.json")
        let message =
            "apus: The secrets come from APUS_JWT_SECRET, and the database was last served with "
            + "others: every API key and session of before would be void."
        for command in [["dev"], ["serve", "--migrate"], ["keys"]] {
            let refused = try output(command, Self.other)
            #expect(refused.lines.first == message && refused.code == 1, "\(refused.lines)")
        }
        // A node with a file of its own, and one that has no secrets yet.
        #expect(try output(["dev"], Self.key).lines.first?.contains("no source has") == true)
        try serve(Self.secret, key: key)
        let accepted = try keys(Self.other, "--accept-new-secrets")
        try serve(Self.other, key: try #require(accepted["anon"]))
        #expect(try output(["dev"], Self.secret).lines.first == message)
    }

    @Test func `secrets move from file to database and back, and all keys stay good`() throws {
        let key = try #require(try keys()["service_role"])
        try serve(key: key)
        let without = try output(["keys", "--copy-to-database"])
        #expect(
            without.lines == [
                "apus: The secrets are not usable: APUS_SECRETS_KEY, which would encrypt them, is "
                    + "not set."
            ])
        #expect(try keys(Self.key, "--copy-to-database")["source"] == "the database")
        let file = "\(project.data)/secrets.json"
        let kept = try Data(contentsOf: URL(filePath: file))
        try FileManager.default.removeItem(atPath: file)
        try serve(Self.key, key: key)
        #expect(try keys(Self.key, "--copy-to-file")["source"] == file)
        #expect(try Data(contentsOf: URL(filePath: file)) == kept)
        try serve(key: key)
        let both = try output(["keys", "--copy-to-file", "--accept-new-secrets"], Self.key)
        #expect(
            both.lines.first == "apus: --accept-new-secrets goes without --copy-to-file"
                && both.code == 2)
    }

    @Test func `a file with other secrets is not written over`() throws {
        let file = "\(project.data)/secrets.json"
        #expect(try keys()["source"] == file)
        let kept = try Data(contentsOf: URL(filePath: file))
        let refused = try output(["keys", "--copy-to-file"], Self.secret)
        #expect(
            refused.lines == [
                "apus: The secrets are not usable: \(file) holds others, and is not written over."
            ])
        #expect(try Data(contentsOf: URL(filePath: file)) == kept)
    }

    @Test func `no secret shows in what is printed`() throws {
        let secrets = Self.secret.merging(Self.key) { first, _ in first }
        let keys = try keys(Self.secret)
        let given = secrets.merging(["APUS_ANON_KEY": try #require(keys["anon"])]) { $1 }
        let settings = try output(["settings"], given)
        #expect(settings.code == 0)
        let server = try run(["serve", "--migrate", "--log-level", "debug"], given)
        var printed = settings.lines + (try output(["settings", "--json"], given).lines)
        printed += try output(["serve"], ["APUS_ANON_KEY": try #require(keys["anon"])]).lines
        printed += server.lines(through: "listening on")
        printed.append(
            try String(contentsOfFile: "/proc/\(server.process)/cmdline", encoding: .utf8))
        for secret in given.values {
            #expect(!printed.contains { $0.contains(secret) })
        }
        #expect(
            settings.lines.filter { $0.contains("(secret)") }.map {
                $0.split(separator: " ").map(String.init)
            } == [
                ["jwt_secret", "(secret)", "APUS_JWT_SECRET"],
                ["anon_key", "(secret)", "APUS_ANON_KEY"],
                ["secrets_key", "(secret)", "APUS_SECRETS_KEY"],
            ])
        #expect(
            settings.lines.contains {
                $0.hasPrefix("service_role_key ") && $0.contains("  derived from jwt_secret  ")
            })
    }

    @Test func `scripts get the keys and nothing else`() throws {
        let (lines, _) = try output(["keys", "--json"], Self.secret)
        let object = try JSONDocument(parsing: Array(lines.joined().utf8)).root
        #expect(object.count == 2)
        #expect(object["anon"] != nil && object["service_role"] != nil)
    }
}
