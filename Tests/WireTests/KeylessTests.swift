import Bytes
import Server
import ServerTestSupport
import TestSupport
import Testing

/// Models without a key: nothing tells their rows apart, for clients.
@Suite(.timeLimit(.minutes(10))) struct KeylessTests {
    private let server: TestBackend

    init() throws {
        server = try TestBackend(
            models: [
                "rooms": """
                {"properties": {"id": {"type": "integer"}}, "access": {"write": true,
                 "read": "exists(events as e where e.room_id = rooms.id)"}}
                """,
                "events": """
                {"primaryKey": [], "properties": {"kind": {"type": "string"},
                 "count": {"type": "integer", "default": 1},
                 "room_id": {"type": "integer",
                  "references": {"model": "rooms", "as": "room", "onDelete": "cascade"}}},
                 "unique": [["kind", "count"]], "realtime": true, "access": {"all": true}}
                """,
            ])
        let service = try server.serviceClient()
        for (table, rows) in [
            ("rooms", #"[{"id":1},{"id":2}]"#),
            (
                "events",
                #"[{"kind":"b","room_id":1},{"kind":"a","room_id":1},"#
                    + #"{"kind":null,"room_id":null},{"kind":null,"room_id":null}]"#
            ),
        ] {
            #expect(try service.send("POST", "/rest/v1/\(table)", rows).status == 201)
        }
    }

    private func ask(
        _ method: String, _ target: String, _ body: String? = nil,
        prefer: String = "return=representation"
    ) throws -> HTTPAnswer {
        try server.client().send(method, "/rest/v1/\(target)", body, fields: [("Prefer", prefer)])
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let method: String
        let target: String
        let body: String?
        var status: Int
        let answer: String
        var testDescription: String { "\(method) \(target)" }

        init(
            _ method: String, _ target: String, _ body: String? = nil, status: Int = 200,
            is answer: String
        ) {
            (self.method, self.target, self.body) = (method, target, body)
            (self.status, self.answer) = (status, answer)
        }
    }

    static let cases = [
        // In the order in which they came.
        Case(
            "GET", "events",
            is: #"[{"kind":"b","count":1,"room_id":1},{"kind":"a","count":1,"room_id":1},"#
                + #"{"kind":null,"count":1,"room_id":null},{"kind":null,"count":1,"room_id":null}]"#
        ),
        Case("GET", "events?select=kind,room(id)&kind=eq.a", is: #"[{"kind":"a","room":{"id":1}}]"#),
        Case("GET", "rooms?select=id,events(kind)", is: #"[{"id":1,"events":[{"kind":"b"},{"kind":"a"}]}]"#),
        Case("GET", "events?select=kind&order=kind.desc.nullslast&limit=1", is: #"[{"kind":"b"}]"#),
        Case(
            "PATCH", "events?kind=is.null&select=kind,count", #"{"count":2}"#,
            is: #"[{"kind":null,"count":2},{"kind":null,"count":2}]"#),
        Case("DELETE", "events?kind=eq.b&select=kind", is: #"[{"kind":"b"}]"#),
        Case(
            "POST", "events", #"{"kind":"c"}"#, status: 201,
            is: #"[{"kind":"c","count":1,"room_id":null}]"#),
    ]

    @Test(arguments: cases) func `are read and written like others`(one: Case) throws {
        let answer = try ask(one.method, one.target, one.body)
        #expect(answer.status == one.status)
        #expect(answer.text == one.answer)
    }

    @Test(arguments: [
        ("GET", "events?select=_apus_number", nil), ("GET", "events?_apus_number=eq.1", nil),
        ("GET", "events?order=_apus_number", nil), ("PATCH", "events?kind=eq.a", #"{"_apus_number":7}"#),
        ("POST", "events", #"{"_apus_number":7}"#), ("GET", "events?select=*,_apus_number", nil),
    ])
    func `number their rows for nobody`(method: String, target: String, body: String?) throws {
        let answer = try ask(method, target, body)
        #expect(answer.status == 400)
        #expect(["42703", "PGRST204"].contains(try answer.json["code"]?.string ?? ""))
    }

    @Test func `have no address of a row`() throws {
        let answer = try ask("POST", "events", #"{"kind":"d"}"#, prefer: "return=headers-only")
        #expect(answer.status == 201)
        #expect(answer.field("Location") == nil)
    }

    @Test func `are upserted by what is unique, and inserted where nothing is named`() throws {
        let row = #"{"kind":"a","count":1,"room_id":2}"#
        let merge = "resolution=merge-duplicates,return=representation"
        let merged = try ask("POST", "events?on_conflict=kind,count&select=room_id", row, prefer: merge)
        #expect(merged.text == #"[{"room_id":2}]"#)
        let other = try ask("POST", "events?select=kind", #"{"kind":"e"}"#, prefer: merge)
        #expect(other.status == 201 && other.text == #"[{"kind":"e"}]"#)
        let taken = try ask("POST", "events", row, prefer: merge)
        #expect(try taken.json["code"] == "23505")
    }

    @Test func `have feeds of whole rows`() throws {
        let feed = try server.feed()
        try feed.join(
            "events", bindings: [["event": "*", "schema": "public", "table": "events"]],
            token: server.anonymous)
        _ = try ask("POST", "events", #"{"kind":"mark"}"#)
        func next() throws -> String {
            let change = try feed.nextChange()
            let row = change["type"] == "DELETE" ? change["old_record"] : change["record"]
            return "\(change["type"]?.string ?? "") "
                + String(decoding: (row ?? .null).bytes, as: UTF8.self)
        }
        while try !next().contains("mark") {}
        _ = try ask("PATCH", "events?kind=eq.mark", #"{"count":9}"#)
        _ = try ask("DELETE", "rooms?id=eq.1")
        #expect(try next() == #"UPDATE {"kind":"mark","count":9,"room_id":null}"#)
        #expect(try next().hasPrefix("DELETE {"))
        #expect(try next().hasPrefix("DELETE {"))
    }
}
