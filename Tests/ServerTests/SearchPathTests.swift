import Bytes
import Diagnostics
import PostgresTestSupport
import Server
import ServerTestSupport
import TestSupport
import Testing

/// Tables of the project's names in a schema that comes first in the sessions' search path, as
/// whoever may make a schema can put there: nothing is read from them or written to them.
@Suite(.needsPostgres, .blocking, .timeLimit(.minutes(10))) struct SearchPathTests {
    private static let models = [
        "rooms": """
        {"properties": {"id": {"type": "integer", "identity": true}, "name": {"type": "string"},
           "parent": {"type": "integer", "references": {"model": "rooms"}}},
         "unique": [["name"]], "realtime": true, "access": {"all": true}}
        """,
        "notes": """
        {"properties": {"id": {"type": "integer", "identity": true},
           "room": {"type": "integer", "references": {"model": "rooms", "inverse": "notes",
             "onDelete": "cascade"}},
           "size": {"type": "integer", "minimum": 1}},
         "realtime": true, "access": {"all": "exists(rooms as r where r.id = notes.room)"}}
        """,
    ]

    private let database: TestDatabase
    private let project: TestProject
    private let server: Backend

    init() throws {
        database = try PostgresServer.shared.makeDatabase()
        project = try TestProject(models: Self.models)
        server = try Self.start(project, database)
    }

    private static func start(_ project: TestProject, _ database: TestDatabase) throws -> Backend {
        try Backend.start(
            ServerOptions(
                project: project.path, listen: "127.0.0.1:0", logLevel: "error",
                database: database.url),
            mode: .development)
    }

    /// Puts a table like each of the project's, without rows, in front of it.
    private func shadow() throws {
        try database.client().execute(
            """
            DO $$ DECLARE t text; BEGIN
              EXECUTE format('CREATE SCHEMA %I', session_user);
              FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
                EXECUTE format('CREATE TABLE %I.%I (LIKE public.%2$I INCLUDING ALL)',
                  session_user, t);
              END LOOP;
            END $$
            """)
    }

    /// The rows in those tables.
    private func shadowed() throws -> [String] {
        try database.client().query(
            """
            SELECT relname FROM pg_stat_user_tables AS t, LATERAL (SELECT (xpath('/row/c/text()',
              query_to_xml(format('SELECT count(*) AS c FROM %I.%I', schemaname, relname),
                false, true, '')))[1]::text::int AS rows) AS r
            WHERE schemaname = session_user AND rows > 0 ORDER BY 1
            """
        ).map { $0[0] ?? "" }
    }

    /// Requests, and what is answered: status and body.
    static let requests:
        [(method: String, target: String, prefer: String, body: String, answer: String)] = [
            ("GET", "rooms?select=id,name,notes(size)&order=id", "", "",
             #"200 [{"id":1,"name":"a","notes":[{"size":5}]}]"#),
            ("GET", "notes?select=size,rooms(name)&rooms.name=eq.a", "count=exact", "",
             #"200 [{"size":5,"rooms":{"name":"a"}}]"#),
            ("POST", "rooms?select=id,name", "return=representation", #"{"name":"b","parent":1}"#,
             #"201 [{"id":2,"name":"b"}]"#),
            ("POST", "rooms?select=id,name", "return=representation", #"[{"name":"c"},{"name":"d"}]"#,
             #"201 [{"id":3,"name":"c"},{"id":4,"name":"d"}]"#),
            ("POST", "rooms?on_conflict=name&select=id,parent",
             "return=representation,resolution=merge-duplicates", #"{"name":"b","parent":3}"#,
             #"200 [{"id":2,"parent":3}]"#),
            ("POST", "notes?select=id,size", "return=representation", #"{"room":2,"size":7}"#,
             #"201 [{"id":2,"size":7}]"#),
            ("PATCH", "notes?size=eq.7&select=id,size", "return=representation", #"{"size":8}"#,
             #"200 [{"id":2,"size":8}]"#),
            ("PATCH", "rooms?id=eq.4&select=name", "return=representation", #"{"name":"e"}"#,
             #"200 [{"name":"e"}]"#),
            ("DELETE", "rooms?id=eq.4&select=name", "return=representation", "",
             #"200 [{"name":"e"}]"#),
        ]

    /// Requests that are refused, and the codes.
    static let refused: [(method: String, target: String, body: String, code: String)] = [
        ("POST", "rooms", #"{"name":"a"}"#, "23505"),
        ("POST", "rooms", #"{"name":"x","parent":99}"#, "23503"),
        ("POST", "notes", #"{"room":1,"size":0}"#, "23514"),
        ("POST", "notes", #"{"room":99,"size":1}"#, "42501"),
        ("DELETE", "rooms?id=eq.3", "", "23503"),
    ]

    @Test func `requests go to the tables that the server began with`() throws {
        defer { server.stop() }
        let client = try HTTPClient(port: server.port, key: server.keys.anonymous)
        #expect(try client.send("POST", "/rest/v1/rooms", #"{"name":"a"}"#).status == 201)
        #expect(try client.send("POST", "/rest/v1/notes", #"{"room":1,"size":5}"#).status == 201)
        try shadow()
        for request in Self.requests {
            let answer = try client.send(
                request.method, "/rest/v1/" + request.target, request.body,
                fields: [("Prefer", request.prefer)])
            #expect("\(answer.status) \(answer.text)" == request.answer, "\(request.target)")
        }
        for request in Self.refused {
            let answer = try client.send(request.method, "/rest/v1/" + request.target, request.body)
            let code = try answer.json["code"]?.string
            #expect(code == request.code, "\(request): \(answer.text)")
        }
        #expect(try shadowed() == [])
    }

    @Test func `users are those that the server began with`() throws {
        defer { server.stop() }
        let client = try HTTPClient(port: server.port, key: server.keys.anonymous)
        let user = #"{"email":"ann@example.org","password":"correct horse"}"#
        #expect(try client.send("POST", "/auth/v1/signup", user).status == 200)
        try shadow()
        let session = try client.send("POST", "/auth/v1/token?grant_type=password", user)
        #expect(session.status == 200, "\(session.text)")
        let refresh = try session.json["refresh_token"]?.string ?? ""
        let refreshed = try client.send(
            "POST", "/auth/v1/token?grant_type=refresh_token",
            #"{"refresh_token":"\#(refresh)"}"#)
        #expect(refreshed.status == 200, "\(refreshed.text)")
        #expect(try client.send("POST", "/auth/v1/signup", user).status == 422)
        let other = user.replacing("ann", with: "bob")
        #expect(try client.send("POST", "/auth/v1/signup", other).status == 200)
        let token = try refreshed.json["access_token"]?.string
        let out = try HTTPClient(port: server.port, key: server.keys.anonymous, token: token)
            .send("POST", "/auth/v1/logout", "")
        #expect(out.status == 204, "\(out.text)")
        #expect(try shadowed() == [])
    }

    @Test func `a feed asks of the tables that the server began with`() throws {
        defer { server.stop() }
        let key = server.keys.anonymous
        let client = try HTTPClient(port: server.port, key: key)
        #expect(try client.send("POST", "/rest/v1/rooms", #"{"name":"a"}"#).status == 201)
        try shadow()
        let feed = try FeedClient(port: server.port, key: key)
        try feed.join(
            "notes", bindings: [["event": "*", "schema": "public", "table": "notes"]], token: key)
        #expect(try client.send("POST", "/rest/v1/notes", #"{"room":1,"size":5}"#).status == 201)
        #expect(try feed.nextChange()["type"] == "INSERT")
        // The room is gone with the note: it is asked of as it was.
        #expect(try client.send("DELETE", "/rest/v1/rooms?id=eq.1", "").status == 204)
        #expect(try feed.nextChange()["type"] == "DELETE")
    }
    @Test func `no server begins with others, unless it is told that they have moved`() throws {
        server.stop()
        let client = try database.client()
        try client.execute(
            "DO $$ BEGIN EXECUTE format('ALTER SCHEMA public RENAME TO %I', session_user); END $$")
        let problem = #expect(throws: Problem.self) { try Self.start(project, database) }
        #expect(problem?.message.contains(#"were in the schema "public""#) == true, "\(String(describing: problem))")
        try client.execute("DELETE FROM _apus.meta WHERE key = 'schema'")
        try Self.start(project, database).stop()
    }
}
