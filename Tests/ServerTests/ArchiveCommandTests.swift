import Bytes
import Configuration
import Diagnostics
import Foundation
import PostgresTestSupport
import Quotas
import ServerTestSupport
import StoreSQLite
import TestSupport
import Testing

@testable import Server

/// The archive of a server's log, and `apus restore` from it.
@Suite(.blocking, .timeLimit(.minutes(10))) struct ArchiveCommandTests {
    /// What a command prints, and its exit code.
    private static func run(
        _ words: [String], in project: TestProject
    ) throws -> (lines: [String], code: Int32?) {
        try BackupCommandTests.run(
            words, in: project, environment: ["APUS_BACKUP_ARCHIVE": project.path + "/archive"])
    }

    private static func texts(_ project: TestProject) throws -> String? {
        try project.value("SELECT group_concat(text) FROM (SELECT text FROM pairs ORDER BY id)")
    }

    /// Serves the project while rows are written, each in a second of its own.
    ///
    /// - Returns: the seconds.
    private static func serve(_ project: TestProject, writing texts: [String]) throws -> [Int64] {
        let server = try RunningCommand(
            ["dev", "--project", project.path, "--listen", "127.0.0.1:0"],
            environment: ["APUS_BACKUP_ARCHIVE": project.path + "/archive"])
        let line = try #require(server.lines(through: "listening on").last)
        let port = try #require(line.split(separator: ":").last.flatMap { Int($0) })
        let key = try run(["keys", "service_role"], in: project).lines.last
        let client = try HTTPClient(port: port, key: key)
        var seconds: [Int64] = []
        for text in texts {
            while seconds.last == Instant.now.seconds { usleep(5_000) }
            seconds.append(Instant.now.seconds)
            let row = #"{"pair":"a","text":"\#(text)"}"#
            #expect(try client.send("POST", "/rest/v1/pairs", row).status == 201)
        }
        let metrics = try client.send("GET", "/metrics").text
        #expect(metrics.contains("apus_archive_failing 0\n"))
        server.terminate()
        #expect(server.exitCode() == 0)
        return seconds
    }

    @Test(.sqliteOnly) func `a second is listed and restored, and what was there is kept`() throws {
        let project = try TestProject(models: BackupCommandTests.models)
        let seconds = try Self.serve(project, writing: ["one", "two", "three"])
        let (list, _) = try Self.run(["restore", "--list", "--json"], in: project)
        let spans = try JSONDocument(parsing: Array((list.last ?? "").utf8)).root.elements
        #expect(spans.count == 1)
        let end = try #require(spans[0]["to"]?.string)
        #expect(try #require(Instant(postgres: end)).seconds >= seconds[2])
        let time = Instant(seconds: seconds[1]).rfc3339
        let refused = try Self.run(["restore", "--at", time], in: project)
        #expect(refused.code == 1)
        #expect(refused.lines.first == "apus: There is a database at \(project.data)/apus.db.")
        let (lines, code) = try Self.run(["restore", "--at", time, "--replace"], in: project)
        #expect(code == 0, "\(lines)")
        #expect(lines.contains("its last transaction is of \(Instant(seconds: seconds[0]).rfc3339)"))
        #expect(try Self.texts(project) == "one")
        let archive = project.path + "/archive"
        #expect(try Self.run(["restore", archive, "--replace"], in: project).code == 0)
        #expect(try Self.texts(project) == "one,two,three")
    }

    @Test(arguments: ["2026-11-29", "2026-11-29T08:15:00", "yesterday"])
    func `a second that is none is refused`(time: String) throws {
        let project = try TestProject(models: BackupCommandTests.models)
        let (lines, code) = try Self.run(["restore", "--at", time], in: project)
        #expect(code == 64 || code == 2, "\(code ?? 0)")
        #expect(lines.first?.contains("--at needs a time with its offset") == true, "\(lines)")
    }

    @Test func `PostgreSQL is left to archive by itself`() throws {
        let address = try #require(DatabaseAddress("postgres:///app"))
        let location = PostgresLocation(cluster: try address.cluster(), description: "")
        var settings = Settings()
        settings.backup.archive = "/archive"
        let memory = MemoryPool(bytesMax: .max, perCallerMax: .max)
        let problem = #expect(throws: Problem.self) {
            try location.open(
                settings, memory: memory, log: Log(level: .error, format: .json) { _ in })
        }
        #expect(problem?.code == "archive_unsupported")
        for word in ["archive_command", "pg_basebackup"] {
            #expect(problem?.hint?.contains(word) == true)
        }
    }
}
