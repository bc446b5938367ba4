import PostgresTestSupport
import PostgresWire
import ServerTestSupport
import TestSupport
import Testing

/// What a database made by `apus export postgres` keeps from those who may not have it.
extension PostgresExportTests {
    /// Nobody may read the rows, and whoever asks may make some.
    private static let hidden = [
        "notes": """
        {"properties": {"id": {"type": "integer", "identity": true}, "text": {"type": "string"}},
         "access": {"create": "true"}, "realtime": true}
        """
    ]

    /// The code with which PostgreSQL refuses a statement of a role; nil where it does not.
    private static func refusal(
        of sql: String, as role: String, in database: TestDatabase
    ) throws -> String? {
        let client = try database.client()
        try client.execute("SET ROLE \(role)")
        do {
            try client.execute(sql)
            return nil
        } catch let error as ServerError {
            return error.sqlState.text
        }
    }

    @Test func `of a script that is cut nothing stays, or no row that anybody may read`() throws {
        let server = try TestBackend(models: Self.hidden)
        try Self.send(try server.serviceClient(), "notes", #"[{"text": "a"}, {"text": "b"}]"#)
        let script = try Self.script(of: server)
        let end = try #require(script.range(of: "\\.\n"))
        let cut = String(script[..<end.lowerBound])
        // The roles are of the whole server.
        _ = try Self.exported(server)
        let cases: [(text: String, rows: String?)] = [
            (cut, nil), (cut + "\\.\nCOMMIT;\n", "2"),
        ]
        for (text, rows) in cases {
            let database = try PostgresServer.shared.makeDatabase()
            let client = try database.client()
            try client.execute("ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO anon")
            try database.load(script: text)
            let table = try client.value("SELECT to_regclass('public.notes')")
            guard let rows else {
                #expect(table == nil)
                continue
            }
            #expect(try client.value("SELECT count(*) FROM notes") == rows)
            #expect(try Self.refusal(of: "TABLE notes", as: "anon", in: database) == "42501")
        }
    }
}
