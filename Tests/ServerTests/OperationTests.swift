import Bytes
import Configuration
import Diagnostics
import Foundation
import PostgresTestSupport
import Schema
import Server
import ServerTestSupport
import TestSupport
import Testing

/// What an operator meets: starts that must be refused, reloads, migrations, a stop in mid-flight.
@Suite struct OperationTests {
    @Test(.sqliteOnly)
    func `a second server on the same data directory is refused with the reason`() throws {
        let server = try TestBackend(models: ["notes": TestProject.note])
        let options = try server.options
        do {
            try Backend.start(options, mode: .development).stop()
            Issue.record("the second server started")
        } catch let problem as Problem {
            #expect(problem.message.hasPrefix("Another Apus server (process "))
        }
    }

    @Test func `a port in use is said so`() throws {
        let server = try TestBackend(models: ["notes": TestProject.note])
        let project = try TestProject()
        let options = try project.options(listen: "127.0.0.1:\(server.port)")
        do {
            try Backend.start(options, mode: .development).stop()
            Issue.record("the second server started")
        } catch let problem as Problem {
            #expect(problem.message.contains("Port \(server.port)"))
        }
        // Whatever had started by then has been stopped: its data directory is free.
        try Backend.start(try project.options(), mode: .development).stop()
    }

    @Test func `all faults of all model files are listed`() throws {
        let project = try TestProject(models: [
            "a": #"{"properties": {"x": {"type": "strng"}}}"#,
            "b": #"{"propertys": {}, "access": {"read": "nobody = 1"}}"#,
        ])
        let report = SchemaCheck.run(try project.options())
        #expect(report.faults.contains { $0.contains("a.json:1:31") && $0.contains("string") })
        #expect(report.faults.contains { $0.contains("b.json:1:2") && $0.contains("properties") })
    }

    @Test(.timeLimit(.minutes(10)))
    func `a model added while developing is served`() throws {
        let server = try TestBackend(models: ["notes": TestProject.note])
        let client = try server.serviceClient()
        #expect(try client.send("GET", "/rest/v1/tags").status == 404)
        try server.project.write(TestProject.note, to: "Schemas/models/tags.json")
        while try client.send("GET", "/rest/v1/tags").status == 404 {}
        #expect(try client.send("POST", "/rest/v1/tags", #"{"text":"a"}"#).status == 201)
        #expect(try client.send("GET", "/rest/v1/tags?select=text").text == #"[{"text":"a"}]"#)
    }

    @Test func `production starts on migration files only`() throws {
        let project = try TestProject()
        let options = try project.options()
        #expect(throws: Problem.self) {
            try Backend.start(options, mode: .production(migrate: true))
        }
        let file = try MigrationCommands.new(options, name: "first")
        #expect(file?.path.hasSuffix("_first.sql") == true)
        #expect(try MigrationCommands.new(options, name: "again")?.path == nil)
        #expect(throws: Problem.self) {
            try Backend.start(options, mode: .production(migrate: false))
        }
        #expect(try !MigrationCommands.status(options).isClean)
        let backend = try Backend.start(options, mode: .production(migrate: true))
        let client = try HTTPClient(port: backend.port, key: backend.keys.service)
        #expect(try client.send("POST", "/rest/v1/notes", #"{"text":"kept"}"#).status == 201)
        backend.stop()
        #expect(try MigrationCommands.status(options).isClean)
        let again = try Backend.start(options, mode: .production(migrate: false))
        defer { again.stop() }
        let reader = try HTTPClient(port: again.port, key: again.keys.service)
        #expect(try reader.send("GET", "/rest/v1/notes").text == #"[{"id":1,"text":"kept"}]"#)
    }

    @Test func `what development applied, its migration file does not apply again`() throws {
        let server = try TestBackend(models: ["notes": TestProject.note])
        let options = try server.options
        #expect(try MigrationCommands.new(options, name: "first") != nil)
        server.backend.stop()
        let backend = try Backend.start(options, mode: .development)
        backend.stop()
        #expect(try MigrationCommands.status(options).isClean)
    }

    @Test func `a file for a part of what development added waits until the rest is written`()
        throws
    {
        let more = TestProject.note.replacing(
            "\"text\":", with: "\"extra\": {\"type\": \"string\"}, \"text\":")
        let server = try TestBackend(models: ["notes": more])
        let options = try server.options
        server.backend.stop()
        let model = "Schemas/models/notes.json"
        try server.project.write(TestProject.note, to: model)
        #expect(try MigrationCommands.new(options, name: "first") != nil)
        try server.project.write(more, to: model)
        do {
            try Backend.start(options, mode: .production(migrate: true)).stop()
            Issue.record("the server started on a schema that no file builds")
        } catch let problem as Problem {
            #expect(problem.message.contains("column notes.extra"))
        }
        #expect(try !MigrationCommands.status(options).isClean)
        #expect(try MigrationCommands.new(options, name: "second") != nil)
        try Backend.start(options, mode: .production(migrate: true)).stop()
        #expect(try MigrationCommands.status(options).isClean)
    }

    @Test(arguments: ["", "Bad Name!", "a/b"])
    func `a migration's name is judged before anything is read`(name: String) throws {
        let options = try ServerOptions(project: "/nonexistent")
        #expect(throws: OperandError.self) { try MigrationCommands.new(options, name: name) }
    }

    @Test func `commands make no project folder that is not there`() throws {
        let directory = try TemporaryDirectory()
        let options = try ServerOptions(project: directory.file("nowhere"))
        #expect(throws: Problem.self) { try APIKeys.load(options) }
        #expect(throws: Problem.self) { try MigrationCommands.status(options) }
        #expect(!FileManager.default.fileExists(atPath: options.projectDirectory))
        #expect(SchemaCheck.run(options).faults.first?.contains("/Schemas: there is no") == true)
    }

    @Test func `keys of a data directory that is not there say that it was made`() throws {
        let project = try TestProject()
        let data = project.path + "/typo"
        func printed() throws -> [String] {
            let command = try RunningCommand([
                "keys", "anon", "--project", project.path, "--data", data,
            ])
            let lines = command.lines(through: "nothing of the kind")
            #expect(command.exitCode() == 0)
            return lines
        }
        let first = try printed()
        let warning = "warning: made the data directory \(data), with keys of its own"
        #expect(first.first?.hasSuffix(warning) == true)
        #expect(try printed() == Array(first.dropFirst()))
    }

    @Test func `paths in the current folder are short`() throws {
        let options = try ServerOptions()
        #expect(options.schemasDirectory == "Schemas" && options.databasePath == ".apus/apus.db")
    }

    @Test func `keys are made once and kept to their owner`() throws {
        let server = try TestBackend(models: ["notes": TestProject.note])
        let keys = try APIKeys.load(try server.options)
        #expect(keys.anonymous == server.anonymous && keys.service == server.service)
        let path = server.project.data + "/secrets.json"
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect((attributes[.posixPermissions] as? Int) == 0o600)
    }

    @Test(arguments: [
        ("--listen", ["listen": "localhost"]), ("--listen", ["listen": "h:99999"]),
        ("--loops", ["loops": "0"]), ("--log-level", ["logLevel": "loud"]),
        ("--tls-key", ["tlsCertificate": "a.pem"]),
    ])
    func `a bad option is named`(name: String, values: [String: String]) {
        let fault = #expect(throws: SettingFault.self) {
            try ServerOptions(
                listen: values["listen"], loops: values["loops"], logLevel: values["logLevel"],
                tlsCertificate: values["tlsCertificate"]
            ).loadSettings().resolved()
        }
        #expect(fault?.message.contains(name) == true)
    }
}
