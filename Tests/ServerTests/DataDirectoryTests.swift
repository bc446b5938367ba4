import Configuration
import Diagnostics
import Foundation
import PostgresTestSupport
import Server
import ServerTestSupport
import TestSupport
import Testing

/// Who may read what a server keeps: its owner alone, from the first byte on.
@Suite struct DataDirectoryTests {
    static func mode(_ path: String) -> String {
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else { return "absent" }
        return String(status.st_mode & 0o7777, radix: 8)
    }

    static func close(_ path: String, to mode: mode_t) {
        #expect(unsafe chmod(path, mode) == 0)
    }

    /// Gives a file, or a link itself, to `nobody`.
    static func giveAway(_ path: String) {
        #expect(unsafe lchown(path, 65_534, 65_534) == 0)
    }

    static func names(_ directory: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
    }

    @Test func `what a running server keeps is its owner's alone`() throws {
        let server = try TestBackend(models: ["notes": TestProject.note])
        _ = try server.serviceClient().send("POST", "/rest/v1/notes", #"{"text":"a"}"#)
        let data = server.project.data
        #expect(Self.mode(data) == "700")
        let names = try Self.names(data)
        #expect(names == Self.kept.filter { $0 != "." }.sorted())
        for name in names { #expect(Self.mode("\(data)/\(name)") == "600", "\(name)") }
        #expect(try String(contentsOfFile: "\(data)/.gitignore", encoding: .utf8) == "*\n")
    }

    /// What a running server keeps in it, itself included.
    static let kept =
        [".", ".gitignore", "model.schema.json", "project.schema.json", "secrets.json"]
        + (TestEngine.isPostgres ? [] : ["apus.db", "apus.db-shm", "apus.db-wal", "lock"])

    @Test(arguments: kept.filter { !["apus.db-shm", "apus.db-wal"].contains($0) })
    func `what is wider is mended at the next start`(name: String) throws {
        let project = try TestProject()
        try project.serve()
        Self.close("\(project.data)/\(name)", to: name == "." ? 0o755 : 0o644)
        try project.serve()
        #expect(Self.mode("\(project.data)/\(name)") == (name == "." ? "700" : "600"))
    }

    @Test(arguments: ["keys", "migrate status"])
    func `commands mend what is wider, too`(command: String) throws {
        let project = try TestProject()
        try project.serve()
        let names = Self.kept.filter { ["apus.db", "secrets.json"].contains($0) }
        for name in names { Self.close("\(project.data)/\(name)", to: 0o666) }
        Self.close(project.data, to: 0o777)
        switch command {
        case "keys": _ = try APIKeys.load(try project.options())
        default: _ = try MigrationCommands.status(try project.options())
        }
        for name in names { #expect(Self.mode("\(project.data)/\(name)") == "600", "\(name)") }
        #expect(Self.mode(project.data) == "700")
    }

    @Test(.timeLimit(.minutes(10)))
    func `what was closed is said once`() throws {
        let project = try TestProject()
        try project.serve()
        Self.close("\(project.data)/secrets.json", to: 0o644)
        let words = ["keys", "anon", "--project", project.root.path]
        let said = try #require(try RunningCommand(words).nextLine())
        #expect(
            said.hasSuffix(
                "secrets.json was open to other users (mode 644) and is closed to them now"))
        #expect(try RunningCommand(words).nextLine()?.hasPrefix("eyJ") == true)
    }

    @Test func `a journal left by a crash is mended before it is read`() throws {
        let project = try TestProject()
        try project.serve()
        try project.make("apus.db-wal", mode: 0o644)
        try project.serve()
        #expect(["600", "absent"].contains(Self.mode("\(project.data)/apus.db-wal")))
    }

    @Test(arguments: [0o755, 0o750, 0o777])
    func `an empty directory that was given is taken and closed`(mode: Int) throws {
        let project = try TestProject()
        try project.makeData(mode: mode_t(mode))
        try project.serve()
        #expect(Self.mode(project.data) == "700")
    }

    @Test func `a wide directory with other things is refused and left as it is`() throws {
        let project = try TestProject()
        try project.makeData(mode: 0o755)
        try project.make("letter.txt", "mine")
        let refusal = try #require(project.refusal())
        #expect(refusal.contains(project.data) && refusal.contains("letter.txt"))
        #expect(refusal.contains("--data \(project.data)/apus"))
        #expect(Self.mode(project.data) == "755")
        #expect(try Self.names(project.data) == ["letter.txt"])
        try project.serve(data: "\(project.data)/apus")
        #expect(Self.mode("\(project.data)/apus") == "700")
    }

    @Test func `among other things a gitignore hides our files and none of those`() throws {
        let project = try TestProject()
        try project.makeData(mode: 0o700)
        try project.make("letter.txt", "mine", mode: 0o644)
        try project.serve()
        #expect(Self.mode("\(project.data)/letter.txt") == "644")
        let text = try String(contentsOfFile: "\(project.data)/.gitignore", encoding: .utf8)
        #expect(
            text == "/.gitignore\n/apus.db*\n/backups/\n/lock\n/model.schema.json*\n/project.schema.json*\n"
                + "/secrets.json*\n")
        let names = try Self.names(project.data).filter { $0 != "letter.txt" }
        for name in names {
            let isHidden = text.split(separator: "\n").contains { pattern in
                pattern.hasSuffix("*")
                    ? "/\(name)".hasPrefix(pattern.dropLast()) : "/\(name)" == pattern
            }
            #expect(isHidden, "\(name)")
        }
        try project.serve()
        #expect(try String(contentsOfFile: "\(project.data)/.gitignore", encoding: .utf8) == text)
    }

    /// Such directories belong to root, and are judged as others are.
    @Test(.enabled(if: geteuid() == 0), arguments: ["/", "/proc"])
    func `no hint closes a directory that belongs to the machine`(path: String) throws {
        let project = try TestProject()
        let refusal = try #require(project.refusal(data: path))
        #expect(refusal.contains("The data directory \(path) is open to other users"))
        #expect(refusal.contains("--data \(path == "/" ? "" : path)/apus"), "\(refusal)")
        #expect(!refusal.contains("chmod") && !refusal.contains("//"), "\(refusal)")
    }

    /// Rows are not kept in it on PostgreSQL, and another one may do as well.
    @Test(.sqliteOnly)
    func `a directory of ours that others have put things in keeps its rows`() throws {
        let project = try TestProject()
        try project.serve()
        try project.make("letter.txt", "mine")
        Self.close(project.data, to: 0o755)
        let refusal = try #require(project.refusal())
        #expect(!refusal.contains("chmod") && !refusal.contains("--data"), "\(refusal)")
        #expect(
            refusal.hasSuffix("Move the other things out of it; Apus then closes it to others."),
            "\(refusal)")
        try FileManager.default.removeItem(atPath: "\(project.data)/letter.txt")
        try project.serve()
        #expect(Self.mode(project.data) == "700")
    }

    @Test(arguments: ["--data", "--project"])
    func `a folder without a name is wrong usage`(option: String) {
        let error = #expect(throws: SettingFault.self) {
            option == "--data" ? try ServerOptions(data: "") : try ServerOptions(project: "")
        }
        #expect(error?.message == "\(option) takes the path of a folder, not ''")
    }

    @Test func `a directory for everybody's files is never taken over`() throws {
        let project = try TestProject()
        try project.makeData(mode: 0o1777)
        #expect(project.refusal()?.contains(project.data) == true)
        #expect(Self.mode(project.data) == "1777")
    }

    @Test func `a gitignore that is there keeps its text`() throws {
        let project = try TestProject()
        try project.makeData(mode: 0o700)
        try project.make(".gitignore", "apus.db*\n")
        try project.serve()
        let text = try String(contentsOfFile: "\(project.data)/.gitignore", encoding: .utf8)
        #expect(text == "apus.db*\n")
    }

    @Test func `a link of ours to a directory of ours is followed`() throws {
        let project = try TestProject()
        let target = project.root.appending(path: "disk").path
        try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
            atPath: project.data, withDestinationPath: target)
        try project.serve()
        #expect(Self.mode(target) == "700")
        #expect(Self.mode("\(target)/secrets.json") == "600")
    }

    @Test(arguments: [
        "apus.db", "secrets.json", "lock", "model.schema.json", "project.schema.json",
        ".gitignore",
    ])
    func `a link in the place of a file is refused and not written through`(name: String) throws {
        let project = try TestProject()
        try project.makeData(mode: 0o700)
        let victim = project.root.appending(path: "victim").path
        try project.make(victim, "precious", mode: 0o644)
        try FileManager.default.createSymbolicLink(
            atPath: "\(project.data)/\(name)", withDestinationPath: victim)
        #expect(project.refusal()?.contains("\(project.data)/\(name)") == true)
        #expect(try String(contentsOfFile: victim, encoding: .utf8) == "precious")
        #expect(Self.mode(victim) == "644")
    }

    @Test func `a link in the place of a temporary file is not written through`() throws {
        let project = try TestProject()
        try project.makeData(mode: 0o700)
        let victim = project.root.appending(path: "victim").path
        try project.make(victim, "precious")
        for name in ["model.schema.json.new", "project.schema.json.new", "secrets.json.new"] {
            try FileManager.default.createSymbolicLink(
                atPath: "\(project.data)/\(name)", withDestinationPath: victim)
        }
        _ = project.refusal()
        #expect(try String(contentsOfFile: victim, encoding: .utf8) == "precious")
    }

    @Test func `a folder in the place of a file is refused`() throws {
        let project = try TestProject()
        try project.makeData(mode: 0o700)
        try FileManager.default.createDirectory(
            atPath: "\(project.data)/apus.db", withIntermediateDirectories: true)
        #expect(project.refusal()?.contains("\(project.data)/apus.db") == true)
    }

    /// Needs the right to give files away.
    @Test(
        .enabled(if: geteuid() == 0),
        arguments: kept.filter { [".", "apus.db", "secrets.json"].contains($0) })
    func `what belongs to somebody else is refused`(name: String) throws {
        let project = try TestProject()
        try project.serve()
        Self.giveAway("\(project.data)/\(name)")
        let refusal = try #require(project.refusal())
        #expect(refusal.contains("belongs to") && refusal.contains("65534"))
    }

    @Test(.enabled(if: geteuid() == 0))
    func `a link that somebody else has planted is refused`() throws {
        let project = try TestProject()
        let target = project.root.appending(path: "disk").path
        try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
            atPath: project.data, withDestinationPath: target)
        Self.giveAway(project.data)
        #expect(project.refusal()?.contains("belongs to") == true)
        #expect(try Self.names(target).isEmpty)
    }
}

extension TestProject {
    /// Starts, writes a row and stops.
    func serve(data: String? = nil) throws {
        let backend = try Backend.start(try options(data: data), mode: .development)
        defer { backend.stop() }
        let client = try HTTPClient(port: backend.port, key: backend.keys.service)
        #expect(try client.send("POST", "/rest/v1/notes", #"{"text":"a"}"#).status == 201)
    }

    /// Writes a file of the data directory, or one of elsewhere.
    func make(_ name: String, _ text: String = "", mode: mode_t = 0o600) throws {
        let path = name.hasPrefix("/") ? name : "\(data)/\(name)"
        try Data(text.utf8).write(to: URL(filePath: path))
        DataDirectoryTests.close(path, to: mode)
    }

    /// Makes the data directory.
    func makeData(mode: mode_t) throws {
        try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
        DataDirectoryTests.close(data, to: mode)
    }

    /// What the start is refused with.
    func refusal(data: String? = nil) -> String? {
        do {
            try serve(data: data)
            return nil
        } catch {
            return (error as? Problem).map { "\($0.message) \($0.hint ?? "")" } ?? "\(error)"
        }
    }
}
