import Bytes
import PostgresTestSupport
import ServerTestSupport
import TestSupport
import Testing

/// What one caller may have of the server's memory, with the least that there can be: a quarter of
/// 64 MiB is for what is kept of requests, and half of that for one caller.
@Suite(.timeLimit(.minutes(10))) struct MemoryShareTests {
    private static let models = [
        "notes": """
        {"properties": {"id": {"type": "integer", "identity": true}, "text": {"type": "string"},
                        "turn": {"type": "integer", "default": 0}, "details": {"type": "array"}},
         "required": ["text", "turn"], "realtime": true, "access": {"all": true}}
        """,
        "replies": """
        {"properties": {"id": {"type": "integer", "identity": true}, "text": {"type": "string"},
                        "note_id": {"type": "integer",
                                    "references": {"model": "notes", "inverse": "replies"}}},
         "required": ["note_id", "text"], "access": {"all": true}}
        """,
    ]

    private func backend() throws -> TestBackend {
        try TestBackend(models: Self.models, project: #"{"limits": {"memory_bytes": 67108864}}"#)
    }

    private func insert(_ count: Int, of bytes: Int, _ members: String, _ table: String,
                        _ client: HTTPClient) throws {
        let row = "{\"text\": \"\(String(repeating: "x", count: bytes))\"\(members)}"
        for _ in 0..<count {
            let answer = try client.send("POST", "/rest/v1/\(table)", row)
            guard answer.status == 201 else { throw SocketFault.refused }
        }
    }

    @Test func `a representation that there is no room for undoes its write`() async throws {
        let backend = try backend()
        let client = try backend.client()
        try insert(15, of: 700_000, "", "notes", client)
        let answer = try client.send(
            "PATCH", "/rest/v1/notes?id=gt.0", #"{"turn": 1}"#,
            fields: [("Prefer", "return=representation")])
        #expect(answer.status == 413)
        #expect(try answer.json["code"]?.string == "54000")
        let written = try client.send("GET", "/rest/v1/notes?turn=eq.1&select=id")
        if TestEngine.isPostgres {
            // Its answer comes with the commit, or behind it.
            let isTold = answer.text.contains("The write was made")
            #expect((written.text == "[]") != isTold)
        } else {
            #expect(written.text == "[]")
        }
        // What it had taken is not kept for whoever writes next.
        #expect(await eventually { (try? Self.taken(client)) ?? .max < 1 << 20 })
    }

    /// Bytes that are taken of the pool.
    private static func taken(_ client: HTTPClient) throws -> Int {
        let name = "apus_memory_pool_bytes "
        let lines = try client.send("GET", "/metrics").text.split(separator: "\n")
        let line = try #require(lines.first { $0.hasPrefix(name) })
        return try #require(Int(line.dropFirst(name.count)))
    }

    @Test func `an object that there is no room for is refused, and counted`() throws {
        let backend = try backend()
        let client = try backend.client()
        try insert(1, of: 10, "", "notes", client)
        try insert(15, of: 700_000, ", \"note_id\": 1", "replies", client)
        let answer = try client.send(
            "GET", "/rest/v1/notes?id=eq.1&select=*,replies(*)",
            fields: [("Accept", "application/vnd.pgrst.object+json")])
        #expect(answer.status == 413)
        #expect(try answer.json["code"]?.string == "54000")
        let metrics = try client.send("GET", "/metrics").text
        #expect(metrics.contains(#"apus_memory_pool_refused_total{bound="all"} 0"#))
        #expect(!metrics.contains(#"apus_memory_pool_refused_total{bound="caller"} 0"#))
    }

    @Test func `a body whose values there is no room for is refused`() throws {
        let backend = try backend()
        let client = try backend.client()
        let values = String(repeating: "1,", count: 750_000) + "1"
        let answer = try client.send(
            "POST", "/rest/v1/notes", "{\"text\": \"x\", \"details\": [\(values)]}")
        #expect(answer.status == 413)
    }

    @Test func `bindings that there is no room for are not taken`() throws {
        // Bounds of messages that let memory be the first to run out.
        let project = """
            {"limits": {"memory_bytes": 67108864, "message_bytes": 1048576},
             "realtime": {"messages_per_second": 1000}}
            """
        let backend = try TestBackend(models: Self.models, project: project)
        let feed = try backend.feed()
        let values = (0..<2_000).map { String(1_000_000 + $0) }.joined(separator: ",")
        let binding: JSON = [
            "event": "*", "schema": "public", "table": "notes",
            "filter": .string("turn=in.(\(values))"),
        ]
        let payload: JSON = [
            "config": ["postgres_changes": .array([JSON](repeating: binding, count: 50))]
        ]
        #expect(throws: SocketFault.self) {
            for number in 0..<20 {
                let answer = try feed.push("notes\(number)", "phx_join", payload)
                guard answer["payload"]?["status"] == "ok" else { throw SocketFault.refused }
            }
        }
    }
}
