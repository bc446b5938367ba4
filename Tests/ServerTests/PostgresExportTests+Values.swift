import PostgresTestSupport
import ServerTestSupport
import TestSupport
import Testing

/// Values and names that SQLite takes, in a database made by `apus export postgres`.
extension PostgresExportTests {
    /// Keys of rows, and the number that the next row gets.
    private static let numbers: [(type: String, keys: [Int], next: Int)] = [
        ("integer", [-5], 1), ("integer", [], 1), ("integer", [-1, 7], 8),
        ("integer", [3, .max], 4), ("integer", [1 << 52], 1 << 52 + 1),
        ("integer\", \"format\": \"int32", [5, 2_147_483_647], 6),
    ]

    @Test(arguments: numbers)
    func `numbers go on as the server's own`(type: String, keys: [Int], next: Int) throws {
        let server = try TestBackend(models: [
            "notes": """
            {"properties": {"id": {"type": "\(type)", "identity": true}, "hour": \(Self.time)}}
            """
        ])
        let rows = keys.map { "{\"id\": \($0), \"hour\": \"10:15\"}" }.joined(separator: ",")
        if !keys.isEmpty { try Self.send(try server.serviceClient(), "notes", "[\(rows)]") }
        let client = try Self.exported(server).client()
        #expect(
            try client.value("INSERT INTO notes DEFAULT VALUES RETURNING id") == "\(next)")
    }

    private static let time = #"{"type": "string", "format": "time"}"#

    /// PostgreSQL as an engine refuses them itself.
    @Test(.sqliteOnly) func `the end of a day is a time there, too`() throws {
        let server = try TestBackend(models: [
            "notes": #"{"properties": {"id": {"type": "integer"}, "hour": \#(Self.time)}}"#
        ])
        let row = #"{"id": 1, "hour": "24:00:00"}"#
        try Self.send(try server.serviceClient(), "notes", row)
        let client = try Self.exported(server).client()
        #expect(try client.value("SELECT hour FROM notes") == "24:00:00")
    }

    @Test(.sqliteOnly, arguments: ["ctid", "xmin", "cmin", "xmax", "cmax", "tableoid"])
    func `a column that every table has already is told`(name: String) throws {
        let server = try TestBackend(models: [
            "notes": "{\"properties\": {\"id\": {\"type\": \"integer\"}, "
                + "\"\(name)\": {\"type\": \"string\"}}}"
        ])
        let file = server.project.path + "/script.sql"
        let (lines, code) = try Self.run(["export", "postgres", file], in: server.project)
        #expect(code != 0)
        #expect(lines.contains { $0.contains("a column \"\(name)\" of its own") }, "\(lines)")
    }
}
