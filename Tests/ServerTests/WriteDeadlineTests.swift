import Bytes
import Server
import ServerTestSupport
import TestSupport
import Testing

/// A write that takes longer than one may, on either engine: it is undone, and told so.
@Suite(.timeLimit(.minutes(10))) struct WriteDeadlineTests {
    private static let models = [
        "shelves": """
        {"properties": {"id": {"type": "integer"}}, "required": ["id"], "access": {"all": true}}
        """,
        "books": """
        {"properties": {"id": {"type": "integer", "identity": true}, "name": {"type": "string"},
           "shelf_id": {"type": "integer",
                        "references": {"model": "shelves", "onDelete": "cascade"}}},
         "required": ["name"], "indexes": [{"on": ["shelf_id"]}], "realtime": true,
         "access": {"all": true}}
        """,
    ]

    /// Rows that no machine writes within the time.
    private static let count = 9_000

    private static let books =
        "[" + (0..<count).map { #"{"name":"book \#($0)","shelf_id":1}"# }.joined(separator: ",")
        + "]"

    static let writes: [(method: String, target: String, body: String)] = [
        ("PATCH", "books?name=like.book*", #"{"name":"other"}"#),
        ("DELETE", "books?name=like.book*", ""),
        ("DELETE", "shelves?id=eq.1", ""),
        ("POST", "books", books),
    ]

    @Test func `a write that takes too long is undone on either engine`() async throws {
        let project = try TestProject(
            models: Self.models, project: #"{"rest": {"write_timeout_ms": 60000}}"#)
        let before = try Backend.start(try project.options(), mode: .development)
        let owner = try HTTPClient(port: before.port, key: before.keys.service)
        #expect(try owner.send("POST", "/rest/v1/shelves", #"{"id":1}"#).status == 201)
        #expect(try owner.send("POST", "/rest/v1/books", Self.books).status == 201)
        before.stop()

        try project.write(#"{"rest": {"write_timeout_ms": 5}}"#, to: "Schemas/project.json")
        let backend = try Backend.start(try project.options(), mode: .development)
        defer { backend.stop() }
        let client = try HTTPClient(port: backend.port, key: backend.keys.service)
        for write in Self.writes {
            let answer = try client.send(write.method, "/rest/v1/" + write.target, write.body)
            #expect(answer.status == 413, "\(write.method) \(write.target): \(answer.text)")
            let told = try answer.json
            #expect(told["code"]?.string == "54000")
            #expect(told["message"]?.string == "The write takes more than 5 ms and was undone.")
            let way =
                write.method == "POST"
                ? "Write fewer rows in each request, or load them with 'apus import'."
                : "Narrow the filter, so that each request writes fewer rows."
            #expect(
                told["hint"]?.string == "\(way) The bound is the setting rest.write_timeout_ms.")
        }
        // A write is answered before its turn is counted.
        let counted = "writes_overtime_total \(Self.writes.count)\n"
        #expect(
            await eventually {
                (try? client.send("GET", "/metrics").text)?.contains(counted) == true
            })
        let bound = #"apus_rest_refused_total{bound="rest.write_timeout_ms"} "#
        let metrics = try client.send("GET", "/metrics").text
        #expect(metrics.contains("\(bound)\(Self.writes.count)\n"))
        let left = try client.send(
            "GET", "/rest/v1/books?name=like.book*&select=id&limit=1",
            fields: [("Prefer", "count=exact")])
        #expect(left.field("content-range") == "0-0/\(Self.count)")
        let all = try client.send(
            "GET", "/rest/v1/books?select=id&limit=1", fields: [("Prefer", "count=exact")])
        #expect(all.field("content-range") == "0-0/\(Self.count)")
    }
}
