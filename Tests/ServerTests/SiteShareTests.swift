import Bytes
import PostgresTestSupport
import ServerTestSupport
import TestSupport
import Testing

/// What many accounts at one address leave to a user at another one. A proxy tells from where each
/// one calls.
@Suite(.timeLimit(.minutes(10))) struct SiteShareTests {
    private static let models = [
        "notes": """
        {"properties": {"id": {"type": "integer", "identity": true}, "text": {"type": "string"}},
         "required": ["text"], "realtime": true, "access": {"all": true}}
        """
    ]

    private static let here = [("X-Forwarded-For", "203.0.113.1")]
    private static let there = [("X-Forwarded-For", "198.51.100.7")]

    private func backend(_ settings: String) throws -> TestBackend {
        try TestBackend(
            models: Self.models,
            project: #"{"proxies": {"trusted": ["127.0.0.1"]}, \#(settings)}"#, loops: 1)
    }

    private static let unindexed: JSON = [
        "event": "INSERT", "schema": "public", "table": "notes", "filter": "text=like.a%",
    ]

    /// How the join of a user is answered whose binding no index decides.
    private func join(_ feed: FeedClient, token: String) throws -> String {
        try feed.send(
            "notes", "phx_join",
            [
                "config": ["postgres_changes": [Self.unindexed]], "access_token": .string(token),
            ])
        while true {
            let message = try feed.next()
            if message["event"] == "system" { return message["payload"]?["message"]?.string ?? "" }
        }
    }

    @Test func `accounts of one address do not use up what changes are compared with`() throws {
        let backend = try backend(
            #""realtime": {"unindexed_per_caller": 1, "unindexed_per_loop": 6}"#)
        func feed(_ fields: [(String, String)]) throws -> FeedClient {
            try FeedClient(port: backend.port, key: backend.anonymous, fields: fields)
        }
        let tokens = try (0..<8).map { try backend.signUp("user\($0)@example.org").token }
        let crowd = try tokens.dropLast().map { token in
            let feed = try feed(Self.here)
            return (feed, try join(feed, token: token))
        }
        #expect(crowd.count { $0.1.contains("Subscribed") } == 4)
        #expect(crowd.count { $0.1.contains("an address has at most 4 filters") } == 3)
        let other = try feed(Self.there)
        #expect(try join(other, token: tokens[7]).contains("Subscribed"))
        let client = try backend.client()
        #expect(try client.send("POST", "/rest/v1/notes", #"{"text": "abc"}"#).status == 201)
        #expect(try other.nextChange()["record"]?["text"] == "abc")
    }

    @Test(.sqliteOnly) func `accounts of one address do not use up the long answers`() throws {
        let backend = try backend(
            #""database": {"long_answers": 6, "long_answers_per_caller": 1}"#)
        let row = #"{"text": "\#(String(repeating: "x", count: 100_000))"}"#
        let rows = "[" + Array(repeating: row, count: 50).joined(separator: ",") + "]"
        for _ in 0..<3 {
            let answer = try backend.serviceClient().send("POST", "/rest/v1/notes", rows)
            #expect(answer.status == 201)
        }
        /// Asks for all of them, and reads no more than the head of the answer.
        func ask(_ token: String, _ field: (String, String)) throws -> (LoopbackSocket, String) {
            let socket = try LoopbackSocket(port: backend.port)
            socket.send(
                "GET /rest/v1/notes HTTP/1.1\r\nHost: x\r\napikey: \(backend.anonymous)\r\n"
                    + "Authorization: Bearer \(token)\r\n\(field.0): \(field.1)\r\n\r\n")
            return (socket, String(decoding: socket.read(count: 12), as: UTF8.self))
        }
        let tokens = try (0..<8).map { try backend.signUp("user\($0)@example.org").token }
        let crowd = try tokens.dropLast().map { try ask($0, Self.here[0]) }
        #expect(crowd.count { $0.1 == "HTTP/1.1 200" } == 4)
        #expect(crowd.count { $0.1 == "HTTP/1.1 503" } == 3)
        #expect(try ask(tokens[7], Self.there[0]).1 == "HTTP/1.1 200")
    }
}
