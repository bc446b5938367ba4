import Bytes
import Server
import ServerTestSupport
import TestSupport
import Testing

/// Clients that know models and columns by the names they had before.
@Suite(.timeLimit(.minutes(10))) struct FormerNameTests {
    private let server: TestBackend

    init() throws {
        server = try TestBackend(
            models: [
                "notes": """
                {"renamedFrom": ["entries", "items"], "properties": {"id": {"type": "integer"},
                 "body": {"type": "string", "renamedFrom": ["text", "words"]},
                 "slug": {"type": "string", "renamedFrom": "short"},
                 "kind": {"type": "string", "deprecated": true}},
                 "unique": [["slug"]], "realtime": true, "access": {"all": true}}
                """,
                "tags": """
                {"properties": {"id": {"type": "integer"}, "note_id": {"type": "integer",
                  "references": {"model": "notes"}}}, "access": {"all": true}}
                """,
                "old": """
                {"deprecated": true, "properties": {"id": {"type": "integer"}},
                 "access": {"all": true}}
                """,
            ])
        let client = try server.client()
        _ = try client.send(
            "POST", "/rest/v1/notes", #"[{"id":1,"body":"a","slug":"s1"},{"id":2,"body":"b","slug":"s2"}]"#)
        _ = try client.send("POST", "/rest/v1/tags", #"{"id":1,"note_id":1}"#)
    }

    private struct Case: CustomTestStringConvertible {
        let testDescription: String
        let method: String
        let target: String
        var body: String?
        var status = 200
        let answer: String
        var isOutdated = true

        init(
            _ method: String, _ target: String, _ body: String? = nil, _ status: Int = 200,
            _ answer: String, isOutdated: Bool = true
        ) {
            testDescription = "\(method) \(target)"
            (self.method, self.target, self.body) = (method, target, body)
            (self.status, self.answer, self.isOutdated) = (status, answer, isOutdated)
        }
    }

    private static let cases = [
        Case("GET", "entries?select=id,text&text=eq.a&order=text", nil, 200, #"[{"id":1,"text":"a"}]"#),
        Case("GET", "notes?select=id,body&id=eq.1", nil, 200, #"[{"id":1,"body":"a"}]"#, isOutdated: false),
        Case("GET", "notes?select=id,text&id=eq.1", nil, 200, #"[{"id":1,"text":"a"}]"#),
        Case("GET", "items?select=id,words&words=eq.a&order=words", nil, 200, #"[{"id":1,"words":"a"}]"#),
        Case("GET", "notes?select=id,t:text&id=eq.1", nil, 200, #"[{"id":1,"t":"a"}]"#),
        Case("GET", "notes?select=id&or=(text.eq.b,text.eq.x)", nil, 200, #"[{"id":2}]"#),
        Case("GET", "notes?select=kind&id=eq.1", nil, 200, #"[{"kind":null}]"#),
        Case(
            "GET", "notes?id=eq.1", nil, 200,
            #"[{"id":1,"body":"a","text":"a","words":"a","slug":"s1","short":"s1","kind":null}]"#,
            isOutdated: false),
        Case(
            "GET", "tags?select=id,entries(text)", nil, 200,
            #"[{"id":1,"entries":{"text":"a"}}]"#),
        Case(
            "GET", "entries?select=id,tags(id)&id=eq.1", nil, 200, #"[{"id":1,"tags":[{"id":1}]}]"#),
        Case("POST", "entries?select=id,body", #"{"id":3,"text":"c"}"#, 201, #"[{"id":3,"body":"c"}]"#),
        Case(
            "PATCH", "notes?text=eq.a&select=body", #"{"short":"s9"}"#, 200, #"[{"body":"a"}]"#),
        Case("DELETE", "entries?text=eq.b&select=id", nil, 200, #"[{"id":2}]"#),
        Case("GET", "old", nil, 200, "[]"),
        Case(
            "POST", "notes", #"{"id":4,"text":"c","body":"d"}"#, 400,
            #"{"code":"42701","details":"\"text\" is the name it had before.","hint":null,"#
                + #""message":"column \"body\" specified more than once"}"#, isOutdated: false),
    ]

    @Test(arguments: cases) private func `are answered as before, and told`(one: Case) throws {
        let answer = try server.client().send(
            one.method, "/rest/v1/\(one.target)", one.body,
            fields: [("Prefer", "return=representation"), ("X-Client-Info", "old-app/1.0")])
        #expect(answer.status == one.status)
        #expect(answer.text == one.answer)
        #expect((answer.field("deprecation") == "@0") == one.isOutdated)
        let metrics = try server.client().send("GET", "/metrics").text
        #expect(
            metrics.contains("client=\"old-app/1.0\"} 1") == one.isOutdated,
            "\(metrics.split(separator: "\n").filter { $0.contains("deprecated") })")
    }

    @Test func `resolve conflicts by the former name of a key`() throws {
        let answer = try server.client().send(
            "POST", "/rest/v1/entries?on_conflict=short&select=id,text",
            #"{"id":1,"short":"s1","text":"merged"}"#,
            fields: [("Prefer", "return=representation,resolution=merge-duplicates")])
        #expect(answer.text == #"[{"id":1,"text":"merged"}]"#)
        #expect(answer.field("deprecation") == "@0")
    }

    @Test func `hear changes`() throws {
        let feed = try server.feed()
        let bindings: JSON = [
            ["event": "*", "schema": "public", "table": "entries", "filter": "text=eq.heard"]
        ]
        try feed.join("notes", bindings: bindings, token: server.anonymous)
        let client = try server.client()
        for (id, text) in [(5, "other"), (6, "heard")] {
            let body = "{\"id\":\(id),\"text\":\"\(text)\"}"
            #expect(try client.send("POST", "/rest/v1/entries", body).status == 201)
        }
        let record = try #require(try feed.nextChange()["record"])
        #expect(record["text"] == "heard")
        #expect(record["body"] == "heard")
    }
}
