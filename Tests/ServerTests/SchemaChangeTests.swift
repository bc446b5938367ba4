import Bytes
import Diagnostics
import Foundation
import PostgresTestSupport
import Server
import ServerTestSupport
import TestSupport
import Testing

/// A project whose models change between two starts of a server on its data.
@Suite(.timeLimit(.minutes(10))) struct SchemaChangeTests {
    private static let model =
        #"""
        {"properties": {"id": {"type": "integer", "identity": true}, \#
        "n": {"type": "integer"}}, "access": {"all": true}}
        """#
    private let project: TestProject

    init() throws { project = try TestProject(models: ["t": Self.model]) }

    private func serve(
        _ mode: Backend.Mode = .development, _ body: (HTTPClient) throws -> Void = { _ in }
    ) throws {
        let backend = try Backend.start(try project.options(), mode: mode)
        defer { backend.stop() }
        try body(try HTTPClient(port: backend.port, key: backend.keys.anonymous))
    }

    private func insert(_ body: String, _ client: HTTPClient) throws -> String {
        let target = "/rest/v1/t?select=id"
        return try client.send(
            "POST", target, body, fields: [("Prefer", "return=representation")]
        ).text
    }

    private func change(_ model: String) throws {
        try project.write(model, to: "Schemas/models/t.json")
    }

    @Test func `numbers heed no explicit id until a restart, which goes on after the rows`() throws
    {
        var answers: [String] = []
        try serve { client in
            answers.append(try insert(#"{"id": 9223372036854775807}"#, client))
            answers.append(try insert(#"{"n": 1}"#, client))
            _ = try client.send("DELETE", "/rest/v1/t?id=gt.0")
            answers.append(try insert(#"{"id": 40}"#, client))
            answers.append(try insert(#"{"n": 1}"#, client))
        }
        try serve { client in answers.append(try insert(#"{"n": 1}"#, client)) }
        let ids = ["9223372036854775807", "1", "40", "2", "41"]
        #expect(answers == ids.map { #"[{"id":\#($0)}]"# })
    }

    @Test func `what dev has made otherwise meanwhile does not keep it from a file`() throws {
        let options = try project.options()
        let more = Self.model.replacing(
            #""n": {"type": "integer"}"#,
            with: #""n": {"type": "integer"}, "m": {"type": "integer"}"#)
        let number = more.replacing(#""m": {"type": "integer"}"#, with: #""m": {"type": "number"}"#)
        #expect(try MigrationCommands.new(options, name: "first")?.path != nil)
        try change(more)
        try serve { client in _ = try insert(#"{"m": 1}"#, client) }
        try change(number)
        try serve()
        #expect(try project.value("SELECT m = 1 FROM t").map { ["1", "t"].contains($0) } == true)
        // The file is of a state that the database is not in any more.
        try change(more)
        #expect(try MigrationCommands.new(options, name: "second")?.path != nil)
        try serve()
        #expect(try MigrationCommands.status(options).isClean)
        #expect(try project.value("SELECT m FROM t") == "1")
        try serve(.production(migrate: false))
    }

    @Test func `a database that lost what its files built asks for its backup`() throws {
        let options = try project.options()
        #expect(try MigrationCommands.new(options, name: "first") != nil)
        try serve(.production(migrate: true))
        try project.execute("DROP TABLE t")
        let problem = #expect(throws: Problem.self) { try serve(.production(migrate: true)) }
        #expect(problem?.code == "database_changed")
    }
}
