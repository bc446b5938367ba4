import PostgresTestSupport
import ServerTestSupport
import TestSupport
import Testing

/// What `apus export postgres` makes of views.
extension PostgresExportTests {
    private static let shop = [
        "notes": """
        {"softDelete": true, "properties": {"id": {"type": "integer"}, "text": {"type": "string"},
         "owner": {"type": "string", "format": "uuid"}}, "access": {"write": true,
         "read": "exists(most as m where m.text = notes.text)"}}
        """,
        "counts": """
        {"view": "counts.sql", "properties": {"text": {"type": "string"}, "n": {"type": "integer"},
         "owner": {"type": "string", "format": "uuid", "access": {"read": false}}},
         "access": {"read": "n > 1 or owner = auth.uid()"}}
        """,
        "counts.sql": """
        SELECT text, count(*) AS n, owner FROM notes GROUP BY text, owner -- the end
        """,
        "most": """
        {"view": "most.sql", "properties": {"text": {"type": "string"}}, "access": {}}
        """,
        "most.sql": "SELECT text FROM counts WHERE n > 1",
    ]

    @Test func `views show the same rows on both sides`() throws {
        let server = try TestBackend(models: Self.shop)
        let ada = try server.signUp("ada@example.org")
        let service = try server.serviceClient()
        let owner = "\"owner\":\"\(ada.id)\""
        try Self.send(
            service, "notes",
            #"[{"id":1,"text":"a","owner":null},{"id":2,"text":"a","owner":null},"#
                + #"{"id":3,"text":"b",\#(owner)},{"id":4,"text":"c","owner":null},"#
                + #"{"id":5,"text":"c","owner":null}]"#)
        #expect(try service.send("DELETE", "/rest/v1/notes?id=eq.5").status == 204)
        let people = [
            Person(name: "anon", role: "anon", id: nil, client: try server.client()),
            Person(
                name: "ada", role: "authenticated", id: ada.id,
                client: try server.client(token: ada.token)),
            Person(name: "service", role: "service_role", id: nil, client: service),
        ]
        let sides = Sides(
            server: server, people: people, database: try Self.exported(server), room: "", other: "")
        for person in people {
            for (table, columns, order) in [
                ("counts", "text,n", "text"), ("notes", "id", "id"),
            ] {
                let isDeletedToo = table == "notes" && person.role == "service_role"
                let there = isDeletedToo ? " WHERE deleted_at IS NULL" : ""
                let found = try sides.ask(
                    "SELECT coalesce(json_agg(r), '[]') FROM (SELECT \(columns) "
                        + "FROM public.\(table)\(there) ORDER BY \(order)) AS r", as: person)
                let answer = try person.client.send(
                    "GET", "/rest/v1/\(table)?select=\(columns)&order=\(order)")
                #expect(
                    found.rows?.filter { !$0.isWhitespace } == answer.text,
                    "\(person.name) \(table) \(found.code ?? "")")
            }
        }
        let (anon, ada2) = (people[0], people[1])
        #expect(try sides.ask("SELECT owner FROM public.counts", as: ada2).code == "42501")
        #expect(try sides.ask("SELECT 1 FROM public.most", as: anon).code == "42501")
        #expect(try sides.ask("INSERT INTO public.counts VALUES ('x')", as: ada2).code == "55000")
    }
}
