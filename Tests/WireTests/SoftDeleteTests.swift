import Bytes
import Server
import ServerTestSupport
import TestSupport
import Testing

/// Models whose deletions set a time: the rows are gone for all but the service role that asks.
@Suite(.timeLimit(.minutes(10))) struct SoftDeleteTests {
    private let server: TestBackend

    init() throws {
        server = try TestBackend(
            models: [
                "rooms": """
                {"softDelete": true, "properties": {"id": {"type": "integer"},
                 "name": {"type": "string"}}, "realtime": true, "access": {"all": true}}
                """,
                "notes": """
                {"softDelete": true, "properties": {"id": {"type": "integer"},
                 "text": {"type": "string"}, "room_id": {"type": "integer",
                  "references": {"model": "rooms", "as": "room", "inverse": "notes"}}},
                 "unique": [["text"]], "realtime": true, "access": {"all": true}}
                """,
                "marks": """
                {"properties": {"id": {"type": "integer"}, "room_id": {"type": "integer",
                  "references": {"model": "rooms", "as": "room", "onDelete": "cascade"}}},
                 "realtime": true,
                 "access": {"write": true, "read":
                  "room.name = 'a' or exists(notes as n where n.room_id = marks.room_id)"}}
                """,
                "members": """
                {"softDelete": true, "primaryKey": ["room_id", "mark_id"], "properties": {
                 "room_id": {"type": "integer", "references": {"model": "rooms", "onDelete": "cascade"}},
                 "mark_id": {"type": "integer", "references": {"model": "marks"}}},
                 "access": {"all": true}}
                """,
            ])
        let service = try server.serviceClient()
        for (table, rows) in [
            ("rooms", #"[{"id":1,"name":"a"},{"id":2,"name":"b"},{"id":3,"name":"c"}]"#),
            ("notes", #"[{"id":1,"text":"x","room_id":1},{"id":2,"text":"y","room_id":2}]"#),
            ("marks", #"[{"id":1,"room_id":1},{"id":2,"room_id":2}]"#),
            ("members", #"[{"room_id":3,"mark_id":1},{"room_id":3,"mark_id":2}]"#),
        ] {
            #expect(try service.send("POST", "/rest/v1/\(table)", rows).status == 201)
        }
    }

    private func ask(
        _ method: String, _ target: String, _ body: String? = nil, asService: Bool = false,
        prefer: String = "return=representation"
    ) throws -> HTTPAnswer {
        let client = try asService ? server.serviceClient() : server.client()
        return try client.send(
            method, "/rest/v1/\(target)", body, fields: [("Prefer", prefer)])
    }

    private func delete(_ target: String) throws {
        #expect(try ask("DELETE", target, prefer: "return=minimal").status == 204)
    }

    /// Who asks what, once room 2 and note 1 are deleted, and what is answered.
    struct Case: Sendable, CustomTestStringConvertible {
        let method: String
        let target: String
        var body: String?
        var asService = false
        var status = 200
        let answer: String
        var testDescription: String { "\(method) \(target)\(asService ? " (service)" : "")" }

        init(
            _ method: String, _ target: String, _ body: String? = nil, asService: Bool = false,
            status: Int = 200, is answer: String
        ) {
            (self.method, self.target, self.body) = (method, target, body)
            (self.asService, self.status, self.answer) = (asService, status, answer)
        }
    }

    static let cases = [
        Case("GET", "rooms?select=id&order=id", is: #"[{"id":1},{"id":3}]"#),
        Case("GET", "rooms?select=id&deleted_at=not.is.null", is: "[]"),
        Case("GET", "rooms?select=id&id=eq.2", is: "[]"),
        Case("GET", "rooms?select=id,notes(id)&id=eq.1", is: #"[{"id":1,"notes":[]}]"#),
        Case("GET", "notes?select=id,room(name)", is: #"[{"id":2,"room":null}]"#),
        Case("GET", "notes?select=id,room!inner(name)", is: "[]"),
        Case("GET", "rooms?select=count()", is: #"[{"count":2}]"#),
        Case("PATCH", "rooms?id=eq.2&select=id", #"{"name":"z"}"#, is: "[]"),
        Case(
            "PATCH", "rooms?id=eq.1&select=id", #"{"deleted_at":null}"#, status: 400,
            is: #"{"code":"428C9","details":"Column \"deleted_at\" is read-only.","hint":null,"#
                + #""message":"column \"deleted_at\" can only be updated to DEFAULT"}"#),
        Case("DELETE", "rooms?id=eq.2&select=id", is: "[]"),
        // The service role: as anybody, unless it asks for what is deleted.
        Case("GET", "rooms?select=id&order=id", asService: true, is: #"[{"id":1},{"id":3}]"#),
        Case("GET", "rooms?select=id&deleted_at=not.is.null", asService: true, is: #"[{"id":2}]"#),
        Case(
            "GET", "rooms?select=id&or=(deleted_at.is.null,deleted_at.not.is.null)&order=id",
            asService: true, is: #"[{"id":1},{"id":2},{"id":3}]"#),
        Case(
            "GET", "rooms?select=id,notes(id)&id=eq.1&notes.deleted_at=not.is.null",
            asService: true, is: #"[{"id":1,"notes":[{"id":1}]}]"#),
        Case("PATCH", "rooms?id=eq.2&select=id", #"{"name":"z"}"#, asService: true, is: "[]"),
        Case("DELETE", "rooms?id=eq.2&select=id", asService: true, is: "[]"),
        Case(
            "PATCH", "rooms?deleted_at=not.is.null&select=id,deleted_at", #"{"deleted_at":null}"#,
            asService: true, is: #"[{"id":2,"deleted_at":null}]"#),
        Case(
            "DELETE", "notes?deleted_at=not.is.null&select=id", asService: true, is: #"[{"id":1}]"#),
        // Rules see neither the room of a path nor the note of an `exists`.
        Case("GET", "marks?select=id&order=id", is: #"[{"id":1},{"id":2}]"#),
    ]

    @Test(arguments: cases) func `are left out of what is asked`(one: Case) throws {
        try delete("rooms?id=eq.2")
        try delete("notes?id=eq.1")
        let answer = try ask(one.method, one.target, one.body, asService: one.asService)
        #expect(answer.status == one.status)
        #expect(answer.text == one.answer)
    }

    @Test func `are gone for rules that look at other rows`() throws {
        #expect(try ask("GET", "marks?select=id&order=id").text == #"[{"id":1},{"id":2}]"#)
        try delete("notes?id=eq.2")
        #expect(try ask("GET", "marks?select=id&order=id").text == #"[{"id":1}]"#)
        try delete("notes?id=eq.1")
        #expect(try ask("GET", "marks?select=id&order=id").text == #"[{"id":1}]"#)
        try delete("rooms?id=eq.1")
        #expect(try ask("GET", "marks?select=id&order=id").text == "[]")
    }

    @Test(arguments: [false, true])
    func `link no rows when they are of a junction`(asService: Bool) throws {
        let linked = "rooms?select=id,linked:marks!members(id)&id=eq.3"
        try delete("members?mark_id=eq.2")
        let answer = try ask("GET", linked, asService: asService)
        #expect(answer.text == #"[{"id":3,"linked":[{"id":1}]}]"#)
    }

    @Test func `are handed back by their deletion with its time`() throws {
        let answer = try ask("DELETE", "rooms?id=eq.3&select=id,name,deleted_at")
        #expect(answer.text.hasPrefix(#"[{"id":3,"name":"c","deleted_at":"20"#), "\(answer.text)")
        #expect(try ask("DELETE", "rooms?id=eq.3&select=id").text == "[]", "it is deleted once")
    }

    @Test func `are restored and purged by the service role`() throws {
        try delete("rooms?id=eq.3")
        let restored = try ask(
            "PATCH", "rooms?id=eq.3&deleted_at=not.is.null&select=id", #"{"deleted_at":null}"#,
            asService: true)
        #expect(restored.text == #"[{"id":3}]"#)
        #expect(try ask("GET", "rooms?select=id&id=eq.3").text == #"[{"id":3}]"#)
        try delete("rooms?id=eq.3")
        let purged = try ask(
            "DELETE", "rooms?id=eq.3&deleted_at=not.is.null&select=id", asService: true)
        #expect(purged.text == #"[{"id":3}]"#)
        let rest = try ask(
            "GET", "rooms?select=id&id=eq.3&deleted_at=not.is.null", asService: true)
        #expect(rest.text == "[]")
    }

    @Test func `keep what refers to them until they are purged`() throws {
        try delete("rooms?id=eq.1")
        #expect(try ask("GET", "marks?select=id&id=eq.1", asService: true).text == #"[{"id":1}]"#)
        let refused = try ask("DELETE", "rooms?deleted_at=not.is.null", asService: true)
        #expect(try refused.json["code"] == "23503", "a note refers to it")
    }

    @Test func `keep their unique values`() throws {
        try delete("notes?id=eq.1")
        let answer = try ask("POST", "notes", #"{"id":9,"text":"x"}"#)
        #expect(try answer.json["code"] == "23505")
        let upsert = try ask(
            "POST", "notes?on_conflict=text", #"{"id":9,"text":"x"}"#,
            prefer: "resolution=merge-duplicates")
        #expect(try upsert.json["code"] == "42501", "as of a row that the rule hides")
    }

    /// A feed's next change: what happened, and which row it tells of.
    private static func next(_ feed: FeedClient) throws -> String {
        let change = try feed.nextChange()
        let row = change["type"] == "DELETE" ? change["old_record"] : change["record"]
        let id = String(decoding: (row?["id"] ?? .null).bytes, as: UTF8.self)
        return "\(change["type"]?.string ?? "") \(id)"
    }

    /// A feed of a table, at a moment when all that was written before has been told.
    private func feed(of table: String, marker: String) throws -> FeedClient {
        let feed = try server.feed()
        try feed.join(
            table,
            bindings: [["event": "*", "schema": "public", "table": .string(table)]],
            token: server.anonymous)
        #expect(try ask("POST", table, marker, prefer: "return=minimal").status == 201)
        while try Self.next(feed) != "INSERT 9" {}
        return feed
    }

    @Test func `go and come in feeds`() throws {
        let feed = try feed(of: "rooms", marker: #"{"id":9}"#)
        try delete("rooms?id=eq.3")
        let gone = "deleted_at=not.is.null"
        _ = try ask("PATCH", "rooms?\(gone)", #"{"name":"d"}"#, asService: true)
        _ = try ask("PATCH", "rooms?\(gone)", #"{"deleted_at":null}"#, asService: true)
        try delete("rooms?id=eq.3")
        _ = try ask("DELETE", "rooms?\(gone)", asService: true)
        _ = try ask("PATCH", "rooms?id=eq.2", #"{"name":"e"}"#)
        let told = try (0..<4).map { _ in try Self.next(feed) }
        #expect(told == ["DELETE 3", "INSERT 3", "DELETE 3", "UPDATE 2"])
    }

    @Test func `tell those who could see what depended on them`() throws {
        let feed = try feed(of: "marks", marker: #"{"id":9,"room_id":1}"#)
        try delete("notes?id=eq.2")
        _ = try ask("PATCH", "marks?id=eq.2", #"{"room_id":3}"#, asService: true)
        _ = try ask("PATCH", "marks?id=eq.1", #"{"room_id":1}"#, asService: true)
        #expect(try Self.next(feed) == "UPDATE 1", "mark 2 is hidden by now")
    }
}
