import Foundation
import PostgresTestSupport
import ServerTestSupport
import TestSupport
import Testing

/// `apus check` tells all that `apus serve` refuses: beside the project's files its certificate,
/// its secrets, and what its database has on record.
@Suite(.blocking, .timeLimit(.minutes(10))) struct SurroundingsTests {
    struct Fault: CustomTestStringConvertible, Sendable {
        let testDescription: String
        var words: [String] = []
        var environment: [String: String] = [:]
        /// What is done to the project after it was served.
        var before: @Sendable (FilesOnDisk) throws -> Void = { _ in }
    }

    static let faults = [
        Fault(testDescription: "an edited file") { project in
            let file = try migration(of: project)
            try Data(contentsOf: file).appending("-- later\n").write(to: file)
        },
        Fault(testDescription: "a missing file") { try loseMigration(of: $0) },
        Fault(
            testDescription: "no certificate",
            words: ["--tls-certificate", "nofile", "--tls-key", "nokey"]),
        Fault(testDescription: "a short secret", environment: ["APUS_JWT_SECRET": "short"]),
        Fault(
            testDescription: "other secrets",
            environment: ["APUS_JWT_SECRET": "a secret that this database was never served with"]),
        Fault(testDescription: "lost secrets") { project in
            let file = project.root.appending(path: ".apus/secrets.json")
            try FileManager.default.removeItem(at: file)
        },
        Fault(testDescription: "a table that is gone") { try $0.execute("DROP TABLE notes;") },
    ]

    @Test(arguments: faults)
    func `what a start refuses is a fault in the same words`(_ fault: Fault) throws {
        let project = try FilesOnDisk(models: ["notes": TestProject.note])
        try project.record()
        try serve(project)
        #expect(try output(["check"], of: project).code == 0)
        try fault.before(project)
        let served = try output(
            ["serve", "--listen", "127.0.0.1:0"] + fault.words, fault.environment, of: project)
        let checked = try output(["check"] + fault.words, fault.environment, of: project)
        #expect(served.code == 1 && checked.code == 1)
        let first = try #require(checked.lines.first)
        #expect(
            served.lines.contains { $0 == "apus: \(first)" || $0 == "  \(first)" },
            "\(served.lines) \(checked.lines)")
    }

    @Test func `a database that is named and away is a fault`() throws {
        let project = try FilesOnDisk(models: ["notes": TestProject.note])
        let (lines, code) = try output(
            ["check", "--database", "postgres://127.0.0.1:1/nowhere?sslmode=disable"], of: project)
        #expect(code == 1)
        #expect(lines.filter { $0.contains("nothing listens there") }.count == 1, "\(lines)")
    }

    @Test(.sqliteOnly) func `where there is no database that is said, and none is made`() throws {
        let project = try FilesOnDisk(models: ["notes": TestProject.note])
        try project.record()
        let (lines, code) = try output(["check"], of: project)
        let data = project.root.appending(path: ".apus")
        #expect(code == 0)
        #expect(
            lines == [
                "1 model, 1 migration file: no faults",
                "There is no database at \(data.path)/apus.db yet: nothing of one was looked at.",
            ])
        #expect(!FileManager.default.fileExists(atPath: data.path))
    }

    @Test func `a database that is served is looked at`() throws {
        let project = try FilesOnDisk(models: ["notes": TestProject.note])
        try project.record()
        let server = try RunningCommand(serving(project))
        _ = server.lines(through: "\"listening\"")
        let sound = try output(["check"], of: project).lines
        #expect(sound == ["1 model, 1 migration file: no faults"])
        try Self.loseMigration(of: project)
        let (lines, code) = try output(["check"], of: project)
        #expect(code == 1 && lines.first?.contains("the file is missing") == true, "\(lines)")
        server.terminate()
        #expect(server.exitCode() == 0)
    }

    @Test func `a pending file is no fault`() throws {
        let project = try FilesOnDisk(models: ["notes": TestProject.note])
        #expect(try project.develops())
        try project.record()
        #expect(try output(["check"], of: project).code == 0)
    }

    private static func migration(of project: FilesOnDisk) throws -> URL {
        let folder = project.root.appending(path: "Migrations")
        let name = try FileManager.default.contentsOfDirectory(atPath: folder.path)[0]
        return folder.appending(path: name)
    }

    /// Has what the file builds in another one.
    private static func loseMigration(of project: FilesOnDisk) throws {
        try FileManager.default.moveItem(
            at: migration(of: project),
            to: project.root.appending(path: "Migrations/20990101T000000_step.sql"))
    }

    private func serving(_ project: FilesOnDisk) -> [String] {
        ["serve", "--migrate", "--project", project.root.path, "--listen", "127.0.0.1:0"]
    }

    /// Serves once, in production.
    private func serve(_ project: FilesOnDisk) throws {
        let server = try RunningCommand(serving(project))
        _ = server.lines(through: "\"listening\"")
        server.terminate()
        #expect(server.exitCode() == 0)
    }

    private func output(
        _ words: [String], _ environment: [String: String] = [:], of project: FilesOnDisk
    ) throws -> (lines: [String], code: Int32?) {
        let command = try RunningCommand(
            words + ["--project", project.root.path], environment: environment)
        var lines: [String] = []
        while let line = command.nextLine() { lines.append(line) }
        return (lines, command.exitCode())
    }
}

extension Data {
    fileprivate func appending(_ text: String) -> Data { self + Data(text.utf8) }
}
