import Foundation
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

    /// Functions that look rows up see all of them: whoever calls one is told of hidden rows.
    @Test func `nobody calls what rules look up with, and rules do`() throws {
        let server = try TestBackend(models: [
            "docs": """
            {"properties": {"id": {"type": "integer"}, "text": {"type": "string"},
               "mark": {"type": "string", "format": "uuid", "onUpdate": {"$expr": "uuidv7()"}}},
             "access": {
               "read": "id < 3", "delete": "exists(docs as d where d.id = docs.id and d.id < 3)",
               "update": {"using": "true", "check": "not changed(id)"}}}
            """
        ])
        try Self.send(
            try server.serviceClient(), "docs",
            #"[{"id": 1, "text": "a"}, {"id": 2, "text": "b"}, {"id": 100, "text": "c"}]"#)
        let database = try Self.exported(server)
        let cases: [(sql: String, code: String?)] = [
            ("SELECT apus.docs_delete(row(100, 'c', NULL)::public.docs)", "42501"),
            ("SELECT apus.docs_unchanged(d, d) FROM public.docs AS d", "42501"),
            ("UPDATE docs SET id = 0 WHERE id = 1", "42501"),
            ("UPDATE docs SET text = 'd' WHERE id = 1", nil), ("DELETE FROM docs WHERE id = 2", nil),
        ]
        for (sql, code) in cases {
            for role in ["anon", "authenticated"] {
                #expect(try Self.refusal(of: sql, as: role, in: database) == code, "\(sql)")
            }
        }
        let left = "SELECT string_agg(text, ',' ORDER BY id) FROM docs"
        #expect(try database.client().value(left) == "d,c")
        let marked = "SELECT mark IS NOT NULL FROM docs WHERE id = 1"
        #expect(try database.client().value(marked) == "t")
    }

    /// Models by their rules, with what callers may do there, and whether old rows are told.
    private static let granted: [(String, rules: String, privileges: String?, identity: String)] = [
        ("made", #"{"create": true}"#, "INSERT", "d"),
        ("open", #"{"read": true, "update": "true"}"#, "SELECT,UPDATE", "f"),
        ("own", #"{"read": "text = 'x'", "delete": "true", "update": false}"#, "DELETE,SELECT", "d"),
        ("shut", "{}", nil, "d"),
    ]

    @Test func `callers have the privileges of rules, and feeds tell old rows where all may read`()
        throws
    {
        let models = Self.granted.map { name, access, _, _ in
            (
                name,
                """
                {"properties": {"id": {"type": "integer"}, "text": {"type": "string"}},
                 "realtime": true, "access": \(access)}
                """
            )
        }
        let server = try TestBackend(models: Dictionary(uniqueKeysWithValues: models))
        let script = try Self.script(of: server)
        let client = try Self.exported(server).client()
        for (name, _, privileges, identity) in Self.granted {
            for role in ["anon", "authenticated"] {
                let found = try client.value(
                    """
                    SELECT string_agg(DISTINCT privilege_type, ',' ORDER BY privilege_type)
                    FROM information_schema.column_privileges FULL JOIN
                      information_schema.table_privileges USING (
                        table_schema, table_name, grantee, privilege_type)
                    WHERE grantee = '\(role)' AND table_name = '\(name)'
                    """)
                #expect(found == privileges, "\(name)")
            }
            let told = "SELECT relreplident FROM pg_class WHERE oid = 'public.\(name)'::regclass"
            #expect(try client.value(told) == identity, "\(name)")
            #expect(script.contains("--   \(name): no policy is asked") == (identity == "d"))
        }
    }
}
