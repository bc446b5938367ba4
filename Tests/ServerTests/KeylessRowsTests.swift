import Foundation
import PostgresTestSupport
import Server
import ServerTestSupport
import TestSupport
import Testing

/// Rows that nothing tells apart go out and in as they are.
@Suite(.timeLimit(.minutes(10))) struct KeylessRowsTests {
    private static let models = [
        "readings": """
        {"primaryKey": [], "properties": {"at": {"type": "string", "format": "date"},
         "value": {"type": "integer"}}, "realtime": true, "access": {"read": "value > 0"}}
        """,
        "items": """
        {"properties": {"id": {"type": "integer"}, "count": {"type": "integer"},
         "twice": {"type": "integer", "computed": "count * 2"}},
         "access": {"read": true, "update": {"using": "true", "check": "twice >= old.twice"}}}
        """,
    ]
    private static let rows =
        "at,value\n2026-11-29,7\n2026-11-29,7\n2026-11-28,\n"

    @Test func `an export is read as the same rows, in the same order`() throws {
        let server = try TestBackend(models: Self.models)
        try server.project.write(Self.rows, to: "readings.csv")
        func run(_ words: [String]) throws -> [String] {
            let (lines, code) = try server.project.run(words)
            #expect(code == 0, "\(lines)")
            return lines
        }
        let path = server.project.path
        let url = ["--url", "http://127.0.0.1:\(server.port)"]
        _ = try run(["import", "readings", path + "/readings.csv"] + url)
        _ = try run(["export", "readings", path + "/again.csv"])
        #expect(try server.project.text("again.csv") == Self.rows)
        _ = try run(["import", "readings", path + "/again.csv"] + url)
        #expect(try run(["export", "readings", "--format", "ndjson"]).count == 6)
    }

    @Test(.needsPostgres) func `a PostgreSQL gets a table without a key, and gives it back`() throws {
        let server = try TestBackend(models: Self.models)
        let service = try server.serviceClient()
        for _ in 0..<2 {
            let row = #"{"at":"2026-11-29","value":7}"#
            #expect(try service.send("POST", "/rest/v1/readings", row).status == 201)
        }
        let database = try PostgresExportTests.exported(server)
        let client = try database.client()
        #expect(try client.value("SELECT count(*)::text FROM readings WHERE value = 7") == "2")
        // What feeds tell of is told without a key, too.
        try client.execute("UPDATE readings SET value = 7")
        let keys = "SELECT count(*)::text FROM pg_constraint WHERE contype = 'p' "
            + "AND conrelid = 'readings'::regclass"
        #expect(try client.value(keys) == "0")
        let project = try TestProject(models: [:])
        let (lines, code) = try project.run(["import", "postgres", database.url])
        #expect(code == 0, "\(lines)")
        let file = try project.text("Schemas/models/readings.json")
        #expect(file.contains(#""primaryKey": []"#), "\(file)")
        let exported = try project.run(["export", "readings", "--format", "csv"])
        #expect(exported.lines == ["at,value", "2026-11-29,7", "2026-11-29,7"])
    }
}
