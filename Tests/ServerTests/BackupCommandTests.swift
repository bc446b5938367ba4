import Bytes
import Diagnostics
import Foundation
import PostgresTestSupport
import Server
import ServerTestSupport
import Store
import StoreSQLite
import TestSupport
import Testing
import Values

/// `apus backup` and `apus restore`, beside a server and without one.
@Suite(.sqliteOnly, .timeLimit(.minutes(10))) struct BackupCommandTests {
    /// Pairs of rows, which one request writes.
    static let models = [
        "pairs": """
        {"properties": {"id": {"type": "integer", "identity": true}, "pair": {"type": "string"},
           "text": {"type": "string"}},
         "required": ["pair"], "access": {"read": true}, "realtime": true}
        """
    ]

    /// What a command prints, and its exit code.
    static func run(
        _ words: [String], in project: TestProject, environment: [String: String] = [:]
    ) throws -> (lines: [String], code: Int32?) {
        let command = try RunningCommand(
            words + ["--project", project.path], environment: environment)
        var lines: [String] = []
        while let line = command.nextLine() { lines.append(line) }
        return (lines, command.exitCode())
    }

    /// A project with a database of so many pairs of rows, which nobody serves.
    static func project(pairs: Int) throws -> TestProject {
        let project = try TestProject(models: models)
        try serve(project)
        try project.execute(insertion(of: pairs))
        return project
    }

    /// Serves a project for a moment, by a process whose connections end with it.
    private static func serve(_ project: TestProject) throws {
        let command = try RunningCommand(
            ["dev", "--project", project.path, "--listen", "127.0.0.1:0"])
        #expect(command.lines(through: "listening on").last?.hasPrefix("listening on") == true)
        command.terminate()
        #expect(command.exitCode() == 0)
    }

    /// The first value of a query over a project's database, however long it takes.
    private static func value(_ sql: String, in project: TestProject) throws -> Value? {
        try value(sql, ofDatabase: project.data + "/apus.db")
    }

    private static func value(_ sql: String, ofDatabase path: String) throws -> Value? {
        let reader = try #require(try SQLiteReader.inspecting(path))
        return try reader.query(SQL(text: sql)) { rows throws(DatabaseError) in
            try rows.next() ? rows.value(0) : nil
        }
    }

    private static func insertion(of pairs: Int) -> String {
        """
        WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT \(pairs * 2))
        INSERT INTO pairs (pair, text) SELECT 'p' || ((x + 1) / 2), hex(randomblob(300)) FROM n
        """
    }

    /// What `--json` has printed.
    private static func object(_ lines: [String]) throws -> JSONValue {
        try JSONDocument(parsing: Array((lines.last ?? "").utf8)).root
    }

    private static func names(_ folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    }

    /// A project that the backup is restored into.
    private static func restored(_ file: String) throws -> TestProject {
        let project = try TestProject(models: models)
        let (lines, code) = try run(["restore", file], in: project)
        #expect(code == 0, "\(lines)")
        return project
    }

    private static let halves =
        "SELECT count(*) FROM (SELECT pair FROM pairs GROUP BY pair HAVING count(*) <> 2)"

    @Test func `a backup beside a server under writes is one state of it`() throws {
        let server = try TestBackend(models: Self.models)
        let (end, written) = (Counter(), Counter())
        let (port, key) = (server.port, server.service)
        let writers = (0..<4).map { writer in
            Thread {
                guard let client = try? HTTPClient(port: port, key: key) else { return }
                var count = 0
                while end.count == 0 {
                    count += 1
                    let row =
                        #"{"pair":"\#(writer)-\#(count)","text":"\#(String(repeating: "x", count: 500))"}"#
                    _ = try? client.send("POST", "/rest/v1/pairs", "[\(row),\(row)]")
                    written.next()
                }
                end.next()
            }
        }
        for writer in writers { writer.start() }
        var counts: [Int64] = []
        for _ in 0..<3 {
            let before = written.count
            while written.count < before + 8 { usleep(1_000) }
            let (lines, code) = try Self.run(["backup", "--json"], in: server.project)
            #expect(code == 0, "\(lines)")
            let file = try #require(try Self.object(lines)["path"]?.string)
            #expect(file.hasPrefix(server.project.data + "/backups/20"))
            let copy = try Self.restored(file)
            #expect(try Self.value(Self.halves, in: copy) == .integer(0))
            let count = try Self.value("SELECT count(*) FROM pairs", in: copy)
            if case .integer(let count)? = count { counts.append(count) }
        }
        end.next()
        #expect(counts.first ?? 0 > 0 && counts == counts.sorted() && Set(counts).count == 3)
        let (lines, _) = try Self.run(["backup", "--list", "--json"], in: server.project)
        #expect(try Self.object(lines).elements.count == 3)
        #expect(DataDirectoryTests.mode(server.project.data + "/backups") == "700")
        for name in try Self.names(server.project.data + "/backups") {
            #expect(DataDirectoryTests.mode(server.project.data + "/backups/" + name) == "600")
        }
        while end.count < 5 { usleep(1_000) }
    }

    @Test func `a backup goes where it is told to, and never over another`() throws {
        let project = try Self.project(pairs: 10)
        let file = project.path + "/mine.db"
        let (lines, code) = try Self.run(["backup", file], in: project)
        #expect(code == 0)
        #expect(lines.first?.hasPrefix("wrote \(file): ") == true, "\(lines)")
        #expect(lines.first?.contains("0 migration files applied") == true)
        #expect(
            lines.last == "the secrets are not in it: keep a copy of \(project.data)/secrets.json "
                + "too, or give --with-secrets")
        let again = try Self.run(["backup", file], in: project)
        #expect(again.code == 1)
        #expect(again.lines.first == "apus: \(file) is there already.")
        let folder = project.path + "/elsewhere/"
        #expect(try Self.run(["backup", folder], in: project).code == 0)
        #expect(try Self.names(folder).count == 1)
        let set = try Self.run(
            ["backup"], in: project, environment: ["APUS_BACKUP_DIRECTORY": folder])
        #expect(set.code == 0)
        #expect(try Self.names(folder).count == 2)
        #expect(!FileManager.default.fileExists(atPath: project.data + "/backups"))
    }

    @Test func `without a database nothing is written or made`() throws {
        let project = try TestProject(models: Self.models)
        let (lines, code) = try Self.run(["backup"], in: project)
        #expect(code == 1)
        #expect(lines.first == "apus: There is no database at \(project.data)/apus.db.", "\(lines)")
        #expect(try Self.names(project.path) == ["Schemas"])
    }

    @Test func `secrets go along when they are asked for, and come back`() throws {
        let project = try Self.project(pairs: 1)
        let keys = try Self.run(["keys"], in: project).lines
        let (lines, _) = try Self.run(["backup", "--with-secrets"], in: project)
        let file = lines.first?.split(separator: " ")[1].dropLast() ?? ""
        let copy = file.dropLast(3) + ".secrets.json"
        #expect(lines.last == "the secrets are in \(copy)")
        #expect(DataDirectoryTests.mode(String(copy)) == "600")
        let other = try TestProject(models: Self.models)
        let restored = try Self.run(["restore", String(file)], in: other)
        #expect(restored.code == 0)
        #expect(
            restored.lines.last == "the secrets of the backup are in \(other.data)/secrets.json")
        #expect(try Self.run(["keys"], in: other).lines.prefix(2) == keys.prefix(2))
    }

    @Test func `a restoration without the secrets says that they are missing`() throws {
        let project = try Self.project(pairs: 1)
        let file = project.path + "/a.db"
        #expect(try Self.run(["backup", file], in: project).code == 0)
        let other = try TestProject(models: Self.models)
        let (lines, code) = try Self.run(["restore", file], in: other)
        #expect(code == 0)
        #expect(lines.last?.hasPrefix("The database was last served with secrets that no") == true)
        #expect(try Self.names(other.data) == [".gitignore", "apus.db", "lock"])
    }

    @Test func `what is there is replaced when that is asked for, and kept`() throws {
        let project = try Self.project(pairs: 3)
        let file = project.path + "/a.db"
        #expect(try Self.run(["backup", file], in: project).code == 0)
        try project.execute("DELETE FROM pairs")
        let refused = try Self.run(["restore", file], in: project)
        #expect(refused.code == 1)
        #expect(refused.lines.first == "apus: There is a database at \(project.data)/apus.db.")
        #expect(refused.lines.last?.contains("--replace") == true)
        let (lines, code) = try Self.run(["restore", file, "--replace", "--json"], in: project)
        #expect(code == 0, "\(lines)")
        let kept = try #require(try Self.object(lines)["kept"]?.string)
        #expect(try project.value("SELECT count(*) FROM pairs") == "6")
        let former = try Self.restored(kept)
        #expect(try former.value("SELECT count(*) FROM pairs") == "0")
        try Self.serve(project)
    }

    @Test func `while a server runs nothing is restored, and none is told`() throws {
        let server = try TestBackend(models: Self.models)
        let file = server.project.path + "/a.db"
        #expect(try Self.run(["backup", file], in: server.project).code == 0)
        let (lines, code) = try Self.run(["restore", file, "--replace"], in: server.project)
        #expect(code == 1)
        #expect(lines.first?.hasPrefix("apus: Another Apus server (process ") == true, "\(lines)")
        #expect(try server.serviceClient().send("GET", "/rest/v1/pairs").text == "[]")
    }

    @Test func `a history of before is another one`() throws {
        let project = try Self.project(pairs: 1)
        let file = project.path + "/a.db"
        #expect(try Self.run(["backup", file], in: project).code == 0)
        let before = try SQLiteDatabase.facts(at: project.data + "/apus.db")["epoch"]
        let (lines, _) = try Self.run(["restore", file, "--replace", "--json"], in: project)
        let epoch = try #require(try Self.object(lines)["epoch"]?.string)
        #expect(epoch != before)
        let database = try SQLiteDatabase.open(.file(project.data + "/apus.db"))
        defer { database.close() }
        #expect(database.epoch == epoch)
    }

    static let misuses: [([String], String)] = [
        (["restore"], "apus: 'apus restore' needs a BACKUP, which 'apus backup --list' shows, or --at TIME"),
        (["restore", "a", "b"], "apus: 'apus restore' takes one operand at the most"),
        (["backup", "a", "b"], "apus: 'apus backup' takes one operand at the most"),
    ]

    @Test(arguments: misuses)
    func `wrong usage is told before anything is done`(words: [String], text: String) throws {
        let project = try TestProject(models: Self.models)
        let command = try RunningCommand(words + ["--project", project.path])
        #expect(command.nextLine() == text)
        #expect(command.exitCode() == 2)
    }
}

extension BackupCommandTests {
    /// Kills a command after ever more of it, until it is through three times, or each time; then
    /// lets it be.
    ///
    /// - Parameter judge: Looks at what is there, and whether the command was through.
    /// - Returns: how often it was killed.
    private static func kill(
        _ words: [String], in project: TestProject,
        judge: (_ run: Int, _ isDone: Bool) throws -> Void
    ) throws -> Int {
        var (killed, done, pause) = (0, 0, 2_000.0)
        for run in 0..<34 where done < 3 {
            let command = try RunningCommand(words + ["--project", project.path])
            usleep(useconds_t(pause))
            Foundation.kill(command.process, SIGKILL)
            let code = command.exitCode()
            #expect(code == 0 || code == SIGKILL)
            if code == 0 { done += 1 } else { killed += 1 }
            try judge(run, code == 0)
            pause *= 1.2
        }
        let (lines, code) = try run(words, in: project)
        #expect(code == 0, "\(lines)")
        try judge(34, true)
        return killed
    }

    @Test func `whoever kills a backup finds a whole one, or none`() throws {
        let project = try Self.project(pairs: 20_000)
        let folder = project.data + "/backups"
        let killed = try Self.kill(["backup"], in: project) { _, isDone in
            let names = (try? Self.names(folder)) ?? []
            for name in names where name.hasSuffix(".db") {
                let copy = try SQLiteDatabase.facts(at: "\(folder)/\(name)")
                #expect(copy["epoch"] != nil)
            }
            if isDone { #expect(!names.contains { $0.contains(".part") }) }
        }
        #expect(killed > 3)
        let newest = try #require(try Self.names(folder).last)
        let copy = try Self.restored("\(folder)/\(newest)")
        #expect(try Self.value(Self.halves, in: copy) == .integer(0))
        #expect(try Self.value("SELECT count(*) FROM pairs", in: copy) == .integer(40_000))
    }

    @Test func `whoever kills a restoration finds what was there, or what is restored`() throws {
        let project = try Self.project(pairs: 20_000)
        let file = project.path + "/a.db"
        #expect(try Self.run(["backup", file], in: project).code == 0)
        try project.execute("DELETE FROM pairs WHERE id > 10000")
        var isRestored = false
        let words = ["restore", file, "--replace"]
        let killed = try Self.kill(words, in: project) { run, isDone in
            let count = try Self.value("SELECT count(*) FROM pairs", in: project)
            if isDone || count == .integer(40_000) { isRestored = true }
            #expect(count == .integer(isRestored ? 40_000 : 10_000), "\(run)")
            #expect(try Self.value("PRAGMA integrity_check", in: project) == .text("ok"))
        }
        #expect(killed > 3)
        #expect(try !Self.names(project.data).contains { $0.hasSuffix(".part") })
    }
}
