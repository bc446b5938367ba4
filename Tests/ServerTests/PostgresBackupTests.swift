import Bytes
import Diagnostics
import Foundation
import PostgresTestSupport
import Server
import ServerTestSupport
import TestSupport
import Testing

/// `apus backup` and `apus restore` where the rows are in PostgreSQL.
@Suite(.needsPostgres, .blocking, .timeLimit(.minutes(10))) struct PostgresBackupTests {
    private let project: TestProject
    private let database: TestDatabase

    init() throws {
        project = try TestProject(models: BackupCommandTests.models)
        database = try PostgresServer.shared.makeDatabase()
        let (lines, code) = try run(["migrate", "new", "first"], on: database)
        #expect(code == 0, "\(lines)")
    }

    private func run(
        _ words: [String], on database: TestDatabase
    ) throws -> (lines: [String], code: Int32?) {
        try BackupCommandTests.run(
            words, in: project, environment: ["APUS_DATABASE": database.url])
    }

    /// A server, and how it is reached as the service role.
    private struct Served {
        let command: RunningCommand
        let port: Int
        let key: String

        var client: HTTPClient { get throws { try HTTPClient(port: port, key: key) } }

        func stop() {
            command.terminate()
            #expect(command.exitCode() == 0)
        }
    }

    private func serve(_ database: TestDatabase) throws -> Served {
        let command = try RunningCommand(
            ["serve", "--migrate", "--project", project.path, "--listen", "127.0.0.1:0"],
            environment: ["APUS_DATABASE": database.url])
        let line = command.lines(through: "listening on").last ?? ""
        let port = try #require(Int(line.split(separator: ":").last ?? ""), "\(line)")
        let keys = try BackupCommandTests.run(["keys", "service_role"], in: project).lines
        return Served(command: command, port: port, key: keys.last ?? "")
    }

    /// A database that has applied the migration files.
    private func emptyDatabase() throws -> TestDatabase {
        let database = try PostgresServer.shared.makeDatabase()
        let (lines, code) = try run(["migrate", "up"], on: database)
        #expect(code == 0, "\(lines)")
        return database
    }

    /// Writes a backup; its path.
    private func backUp(_ more: String...) throws -> String {
        let (lines, code) = try run(["backup", "--json"] + more, on: database)
        #expect(code == 0, "\(lines)")
        let report = try JSONDocument(parsing: Array((lines.last ?? "").utf8)).root
        return try #require(report["path"]?.string)
    }

    private static let halves =
        "SELECT count(*) FROM (SELECT FROM pairs GROUP BY pair HAVING count(*) <> 2) AS h"

    private func fill(pairs: Int) throws {
        #expect(try run(["migrate", "up"], on: database).code == 0)
        try database.client().execute(
            "INSERT INTO pairs (pair, text) SELECT 'p' || (n + 1) / 2, repeat('x', 500) "
                + "FROM generate_series(1, \(pairs * 2)) AS n")
    }

    @Test func `a backup beside a server goes into another database, accounts and all`() throws {
        let server = try serve(database)
        let client = try server.client
        let account = #"{"email":"ada@example.org","password":"correct horse"}"#
        #expect(try client.send("POST", "/auth/v1/signup", account).status == 200)
        let end = Counter()
        let (port, key) = (server.port, server.key)
        let writer = Thread {
            guard let client = try? HTTPClient(port: port, key: key) else { return }
            var count = 0
            while end.count == 0 {
                count += 1
                let row = #"{"pair":"\#(count)"}"#
                _ = try? client.send("POST", "/rest/v1/pairs", "[\(row),\(row)]")
            }
            end.next()
        }
        writer.start()
        usleep(300_000)
        let file = try backUp("--with-secrets")
        end.next()
        while end.count < 2 { usleep(1_000) }
        server.stop()
        #expect(file.hasPrefix(project.data + "/backups/20") && file.hasSuffix("Z.pg"))

        let other = try emptyDatabase()
        let (lines, code) = try run(["restore", file], on: other)
        #expect(code == 0, "\(lines)")
        let found = try other.client()
        #expect(try found.value(Self.halves) == "0")
        #expect(try found.value("SELECT count(*) > 0 FROM pairs") == "t")
        #expect(try found.value("SELECT count(*) FROM _apus_users") == "1")
        let second = try serve(other)
        let there = try second.client
        #expect(
            try there.send("POST", "/auth/v1/token?grant_type=password", account).status == 200)
        #expect(try there.send("POST", "/rest/v1/pairs", #"{"pair":"new"}"#).status == 201)
        second.stop()
    }

    @Test func `rows that are there stay until they are to be replaced`() throws {
        try fill(pairs: 10)
        let file = try backUp()
        let refused = try run(["restore", file], on: database)
        #expect(refused.code == 1)
        #expect(refused.lines.first == "apus: The database has rows already: pairs.")
        try database.client().execute("DELETE FROM pairs WHERE id > 4")
        let (lines, code) = try run(["restore", file, "--replace"], on: database)
        #expect(code == 0, "\(lines)")
        #expect(try database.client().value("SELECT count(*) FROM pairs") == "20")
    }

    @Test func `what does not fit is told, and nothing is loaded`() throws {
        try fill(pairs: 10)
        let file = try backUp()
        let bare = try PostgresServer.shared.makeDatabase()
        let unmigrated = try run(["restore", file], on: bare)
        #expect(unmigrated.code == 1)
        #expect(
            unmigrated.lines.first?.contains("has not applied the same migration files") == true)
        #expect(unmigrated.lines.last?.contains("'apus migrate up'") == true)
        let rows = URL(filePath: file + "/1.copy")
        let whole = try Data(contentsOf: rows)
        let empty = try emptyDatabase()
        for damaged in [whole + Data("x".utf8), whole.dropLast(7)] {
            try damaged.write(to: rows)
            let (lines, code) = try run(["restore", file], on: empty)
            #expect(code == 1)
            #expect(
                lines.first
                    == "apus: \(file) cannot be restored: the file 1.copy is not what was written.")
        }
        try whole.write(to: rows)
        try Data("{}".utf8).write(to: URL(filePath: file + "/manifest.json"))
        #expect(try run(["restore", file], on: empty).code == 1)
        #expect(try empty.client().value("SELECT count(*) FROM pairs") == "0")
    }

    @Test func `while a server is connected nothing is restored`() throws {
        let server = try serve(database)
        let file = try backUp()
        let (lines, code) = try run(["restore", file, "--replace"], on: database)
        #expect(code == 1)
        #expect(lines.first?.hasPrefix("apus: Servers are connected") == true, "\(lines)")
        server.stop()
    }

    @Test func `whoever kills a backup finds a whole one, or none`() throws {
        try fill(pairs: 40_000)
        var killed = 0
        for run in 0..<12 {
            let command = try RunningCommand(
                ["backup", "--project", project.path],
                environment: ["APUS_DATABASE": database.url])
            usleep(useconds_t(run * 25_000))
            kill(command.process, SIGKILL)
            if command.exitCode() != 0 { killed += 1 }
        }
        let file = try backUp()
        let names = try FileManager.default.contentsOfDirectory(atPath: project.data + "/backups")
        #expect(!names.contains { $0.hasSuffix(".part") })
        for name in names {
            let manifest = "\(project.data)/backups/\(name)/manifest.json"
            #expect(FileManager.default.fileExists(atPath: manifest))
        }
        #expect(killed > 2)
        let other = try emptyDatabase()
        #expect(try run(["restore", file], on: other).code == 0)
        #expect(try other.client().value("SELECT count(*) FROM pairs") == "80000")
    }

    @Test func `whoever kills a restoration finds nothing, or all`() throws {
        try fill(pairs: 40_000)
        let file = try backUp()
        let other = try emptyDatabase()
        var killed = 0
        for run in 0..<10 {
            let command = try RunningCommand(
                ["restore", file, "--replace", "--project", project.path],
                environment: ["APUS_DATABASE": other.url])
            usleep(useconds_t(run * 40_000))
            kill(command.process, SIGKILL)
            if command.exitCode() != 0 { killed += 1 }
            let count = try other.client().value("SELECT count(*) FROM pairs")
            #expect(count == "0" || count == "80000", "\(count ?? "")")
        }
        #expect(killed > 2)
        #expect(try run(["restore", file, "--replace"], on: other).code == 0)
        #expect(try other.client().value("SELECT count(*) FROM pairs") == "80000")
    }

    @Test func `a server writes them as its settings say, and the oldest go`() async throws {
        let command = try RunningCommand(
            ["serve", "--migrate", "--project", project.path, "--listen", "127.0.0.1:0"],
            environment: [
                "APUS_DATABASE": database.url, "APUS_BACKUP_INTERVAL": "1s",
                "APUS_BACKUP_KEEP": "2",
            ])
        #expect(command.lines(through: "backups_dropped").last?.contains("Z.pg") == true)
        command.terminate()
        #expect(command.exitCode() == 0)
        let names = try FileManager.default.contentsOfDirectory(atPath: project.data + "/backups")
        #expect(names.filter { $0.hasSuffix(".pg") }.count == 2)
    }
}
