import Bytes
import Foundation
import PostgresTestSupport
import Server
import ServerTestSupport
import TestSupport
import Testing

/// `apus deleted`, beside a server and without one.
@Suite(.timeLimit(.minutes(10))) struct DeletedRowsTests {
    private static let models = [
        "notes": """
        {"softDelete": true, "properties": {"id": {"type": "integer"},
         "text": {"type": "string"}}, "access": {"all": true}}
        """,
        "pairs": """
        {"softDelete": true, "primaryKey": ["a", "b"], "properties": {"a": {"type": "string"},
         "b": {"type": "integer"}}, "access": {"all": true}}
        """,
        "plain": #"{"properties": {"id": {"type": "integer"}}, "access": {"all": true}}"#,
    ]

    /// A server with rows, of which some are deleted.
    private static func server() throws -> TestBackend {
        let server = try TestBackend(models: models)
        let client = try server.client()
        let rows = (1...250).map { "{\"id\": \($0), \"text\": \"\($0)\"}" }
        _ = try client.send("POST", "/rest/v1/notes", "[\(rows.joined(separator: ","))]")
        _ = try client.send(
            "POST", "/rest/v1/pairs", #"[{"a": "x (y)", "b": 1}, {"a": "x", "b": 1}]"#)
        #expect(try client.send("DELETE", "/rest/v1/notes?id=gt.10").status == 204)
        #expect(try client.send("DELETE", "/rest/v1/pairs?a=like.x*").status == 204)
        return server
    }

    private static func count(_ server: TestBackend, deleted: Bool) throws -> String {
        let condition = deleted ? "&deleted_at=not.is.null" : ""
        return try server.serviceClient()
            .send("GET", "/rest/v1/notes?select=count()\(condition)").text
    }

    @Test func `lists the rows, restores some and purges the others`() throws {
        let server = try Self.server()
        let listed = try server.project.run(["deleted", "list", "notes", "--json", "--limit", "300"])
        #expect(listed.code == 0)
        let rows = try JSONDocument(parsing: Array((listed.lines.last ?? "").utf8)).root.elements
        #expect(rows.count == 240)
        #expect(rows.allSatisfy { $0["deleted_at"]?.string?.hasPrefix("20") == true })
        let two = try server.project.run(["deleted", "restore", "notes", "11", "12", "3"])
        #expect(two.lines.contains("2 rows restored"))
        #expect(two.lines.contains { $0.hasSuffix("no deleted row has the key 3") })
        #expect(two.code == 1)
        #expect(try Self.count(server, deleted: false) == #"[{"count":12}]"#)
        let late = try server.project.run(["deleted", "purge", "notes", "--older-than", "1d"])
        #expect(late.lines == ["0 rows purged"] && late.code == 0)
        let all = try server.project.run(["deleted", "purge", "notes", "--all"])
        #expect(all.lines.last == "238 rows purged" && all.code == 0)
        #expect(try Self.count(server, deleted: true) == #"[{"count":0}]"#)
        #expect(try Self.count(server, deleted: false) == #"[{"count":12}]"#)
    }

    @Test func `does so without a server`() throws {
        let server = try Self.server()
        server.backend.stop()
        let restored = try server.project.run(["deleted", "restore", "notes", "--within", "1h"])
        #expect(restored.lines.last == "240 rows restored" && restored.code == 0)
        let none = try server.project.run(["deleted", "list", "notes"])
        #expect(none.lines == [] && none.code == 0)
    }

    @Test func `names keys of several columns as the list tells them`() throws {
        let server = try Self.server()
        let listed = try server.project.run(["deleted", "list", "pairs"])
        let keys = Set(listed.lines.compactMap { $0.components(separatedBy: "  ").first })
        #expect(keys == ["x (y),1", "x,1"])
        let restored = try server.project.run(["deleted", "restore", "pairs", "x (y),1"])
        #expect(restored.lines == ["1 row restored"])
        let rows = try server.client().send("GET", "/rest/v1/pairs?select=a").text
        #expect(rows == #"[{"a":"x (y)"}]"#)
    }

    struct Misuse: Sendable {
        let words: [String]
        let told: String
    }

    @Test(arguments: [
        Misuse(words: ["purge", "notes"], told: "say which rows"),
        Misuse(words: ["purge", "notes", "--all", "1"], told: "by one"),
        Misuse(words: ["purge", "notes", "--older-than", "soon"], told: "a span of time"),
        Misuse(words: ["restore", "plain", "--all"], told: "\"softDelete\": true"),
        Misuse(words: ["list", "note"], told: "did you mean 'notes'?"),
        Misuse(words: ["restore", "pairs", "x"], told: "2 values with commas between"),
        Misuse(words: ["list"], told: "needs a TABLE"),
    ])
    func `what cannot be meant is wrong usage`(misuse: Misuse) throws {
        let project = try TestProject(models: Self.models)
        let (lines, code) = try project.run(["deleted"] + misuse.words)
        #expect(code == 2)
        #expect(lines.contains { $0.contains(misuse.told) }, "\(lines)")
    }

    @Test(.needsPostgres) func `is exported as a trigger`() throws {
        let server = try TestBackend(models: Self.models)
        let rows = #"[{"id": 1, "text": "a"}, {"id": 2, "text": "b"}]"#
        #expect(try server.serviceClient().send("POST", "/rest/v1/notes", rows).status == 201)
        #expect(try server.client().send("DELETE", "/rest/v1/notes?id=eq.2").status == 204)
        let database = try PostgresExportTests.exported(server)
        let client = try database.client()
        func ids() throws -> String? {
            try client.value("SELECT string_agg(id::text, ',' ORDER BY id) FROM notes")
        }
        try client.execute("SET ROLE anon")
        #expect(try ids() == "1")
        try client.execute("DELETE FROM notes WHERE id = 1")
        #expect(try ids() == nil)
        try client.execute("SET ROLE service_role")
        #expect(try ids() == "1,2", "both are there, deleted")
        try client.execute("DELETE FROM notes WHERE deleted_at IS NOT NULL")
        #expect(try ids() == nil)
    }
}
