import Diagnostics
import Foundation
import PostgresTestSupport
import Server
import ServerTestSupport
import TestSupport
import Testing

/// A PostgreSQL database that is not one project's alone.
@Suite(.needsPostgres, .blocking, .timeLimit(.minutes(10))) struct SharedDatabaseTests {
    private static let number = TestProject.note.replacing(
        #""type": "string""#, with: #""type": "number""#)
    private let database: TestDatabase
    private let first: TestProject

    init() throws {
        database = try PostgresServer.shared.makeDatabase()
        first = try TestProject()
    }

    private func start(_ project: TestProject) throws -> Backend {
        try Backend.start(
            ServerOptions(
                project: project.path, listen: "127.0.0.1:0", logLevel: "error",
                database: database.url),
            mode: .development)
    }

    /// Another project with the secrets of the first.
    private func another(_ models: [String: String]) throws -> TestProject {
        let project = try TestProject(models: models)
        let from = URL(filePath: first.data), to = URL(filePath: project.data)
        try FileManager.default.createDirectory(at: to, withIntermediateDirectories: true)
        try FileManager.default.copyItem(
            at: from.appending(path: "secrets.json"), to: to.appending(path: "secrets.json"))
        return project
    }

    private func tables() throws -> [String] {
        let rows = try database.client().query(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' "
                + "AND tablename NOT LIKE '\\_apus%' ORDER BY 1")
        return rows.map { $0[0] ?? "" }
    }

    @Test func `an empty table that another server serves is not taken back`() async throws {
        let server = try start(first)
        defer { server.stop() }
        #expect(await servers(of: database, 1))
        for models in [["tags": TestProject.note], ["labels": TestProject.note]] {
            let project = try another(models)
            let other = try start(project)
            defer { other.stop() }
            #expect(
                other.fault?.hint?.contains("Another server is connected to the database: apus")
                    == true, "\(String(describing: other.fault))")
            #expect(try tables() == ["notes"])
        }
        let client = try HTTPClient(port: server.port, key: server.keys.service)
        #expect(try client.send("POST", "/rest/v1/notes", #"{"text":"a"}"#).status == 201)
    }

    @Test func `once that server is gone the table is taken back`() async throws {
        try start(first).stop()
        #expect(await servers(of: database, 0))
        try start(another(["tags": TestProject.note])).stop()
        #expect(try tables() == ["tags"])
    }

    @Test func `an empty table that somebody has made by hand stays`() async throws {
        try start(first).stop()
        let client = try database.client()
        #expect(await servers(of: database, 0))
        try client.execute("CREATE TABLE theirs (n int); ALTER TABLE notes ADD more int")
        let server = try start(first)
        let text = server.fault?.faults.joined() ?? ""
        server.stop()
        #expect(text.contains(#"the table "theirs" is in the database"#), "\(text)")
        #expect(!text.contains("more"))
        #expect(try tables() == ["notes", "theirs"])
        try client.execute("DROP TABLE theirs")
        try start(first).stop()
    }
}
