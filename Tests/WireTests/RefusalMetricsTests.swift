import Bytes
import PostgresTestSupport
import ServerTestSupport
import TestSupport
import Testing

/// What is refused, or put off, is counted by the bound that it met: each is provoked here, and
/// then read from `/metrics`.
@Suite(.timeLimit(.minutes(10))) struct RefusalMetricsTests {
    private static let models = [
        "notes": """
        {"properties": {"id": {"type": "integer", "identity": true}, "data": {}},
         "access": {"all": true}}
        """
    ]

    private func backend(_ settings: String = "{}") throws -> TestBackend {
        try TestBackend(models: Self.models, project: settings, loops: 1)
    }

    /// The value of a line of `/metrics`, by what stands before it.
    private func value(_ line: String, _ client: HTTPClient) throws -> Double {
        let lines = try client.send("GET", "/metrics").text.split(separator: "\n")
        let found = try #require(lines.first { $0.hasPrefix(line + " ") }, "\(line) is missing")
        return try #require(Double(found.dropFirst(line.count + 1)))
    }

    /// The same of a counter of refusals, in all and of one caller.
    private func refusals(_ name: String, _ client: HTTPClient) throws -> (Double, Double) {
        (
            try value("\(name){bound=\"all\"}", client),
            try value("\(name){bound=\"caller\"}", client)
        )
    }

    /// Sends a request over several connections at once.
    ///
    /// - Returns: the answers.
    private func flood(
        _ backend: TestBackend, _ count: Int, _ request: (Int) -> String
    ) throws -> [HTTPAnswer] {
        let sockets = try (0..<count).map { _ in try LoopbackSocket(port: backend.port) }
        for (number, socket) in sockets.enumerated() { socket.send(request(number)) }
        return try sockets.map { try #require($0.readAnswer()) }
    }

    @Test func `a request that is too large`() throws {
        let backend = try backend(
            #"{"rest": {"write_rows": 2}, "limits": {"body_bytes": 4096}}"#)
        let client = try backend.client()
        let rows = #"[{"data": 1}, {"data": 2}, {"data": 3}]"#
        #expect(try client.send("POST", "/rest/v1/notes", rows).status == 413)
        let tests = (0..<600).map { "id=gt.\($0)" }.joined(separator: "&")
        #expect(try client.send("GET", "/rest/v1/notes?\(tests)").status == 400)
        let long = #"{"data": "\#(String(repeating: "x", count: 5000))"}"#
        let json = try client.send("POST", "/rest/v1/notes", long).json
        #expect(json["code"] == "54000")
        #expect(json["message"] == "The body is larger than the limit of 4096 bytes.")
        #expect(
            json["hint"]?.string == "Write fewer rows in each request, or load them with "
                + "'apus import'. The bound is the setting limits.body_bytes.")
        let scraper = try backend.client()
        for bound in ["rest.write_rows", "planning", "limits.body_bytes"] {
            #expect(try value("apus_rest_refused_total{bound=\"\(bound)\"}", scraper) == 1)
        }
    }

    @Test func `a connection beyond those of its address`() throws {
        let backend = try backend(#"{"limits": {"connections_per_address": 3}}"#)
        let client = try backend.client()
        let others = try (0..<4).map { _ in try LoopbackSocket(port: backend.port) }
        for other in others.suffix(2) { #expect(other.readAnswer()?.status == 503) }
        #expect(try refusals("apus_connections_refused_total", client) == (0, 2))
        withExtendedLifetime(others) {}
    }

    @Test func `a password that finds no place`() throws {
        let backend = try backend(
            #"{"auth": {"password_threads": 1, "password_queue": 2, "rate_limit_signup": "off"}}"#)
        let answers = try flood(backend, 12) { number in
            let body = #"{"email": "user\#(number)@example.org", "password": "correct horse"}"#
            return "POST /auth/v1/signup HTTP/1.1\r\nHost: x\r\napikey: \(backend.anonymous)\r\n"
                + "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
                + body
        }
        let refused = answers.count { $0.status == 429 }
        #expect(refused > 0 && answers.contains { $0.status == 200 })
        #expect(
            try refusals("apus_passwords_refused_total", backend.client()) == (0, Double(refused)))
    }

    /// Of two hundred kilobytes, tested four hundred times.
    @Test(.sqliteOnly) func `a slow read that finds no place`() throws {
        let backend = try backend(
            """
            {"database": {"slow_read_threads": 1, "slow_waiting": 2, "slow_waiting_per_caller": 1}}
            """)
        let client = try backend.client()
        let members = (0..<64).map { #""k\#($0)": "\#(String(repeating: "x", count: 3000))""# }
        let row = #"{"data": {\#(members.joined(separator: ","))}}"#
        #expect(try client.send("POST", "/rest/v1/notes", row).status == 201)
        let tests = (0..<400).map { "data->>k\($0 % 64).neq.\($0)" }.joined(separator: ",")
        let answers = try flood(backend, 12) { _ in
            "GET /rest/v1/notes?select=id&and=(\(tests)) HTTP/1.1\r\nHost: x\r\n"
                + "apikey: \(backend.anonymous)\r\n\r\n"
        }
        let refused = answers.count { $0.status == 503 }
        #expect(refused > 0 && answers.contains { $0.status == 200 })
        #expect(try refusals("apus_slow_reads_refused_total", client) == (0, Double(refused)))
    }

    @Test func `requests beyond a caller's part of a turn`() throws {
        let backend = try backend()
        // Each is planned anew.
        let tests = (0..<100).map { "id=gt.\($0)" }.joined(separator: "&")
        for round in 0..<3 {
            let answers = try flood(backend, 60) { number in
                "GET /rest/v1/notes?select=a\(round)b\(number):id&\(tests) HTTP/1.1\r\n"
                    + "Host: x\r\napikey: \(backend.anonymous)\r\n\r\n"
            }
            #expect(answers.allSatisfy { $0.status == 200 })
        }
        #expect(try value(#"apus_loop_deferred_total{work="request"}"#, backend.client()) > 0)
    }

    @Test func `a body that is read beside the loop`() throws {
        let backend = try backend()
        let client = try backend.client()
        let rows = "[" + Array(repeating: #"{"data": 1}"#, count: 3000).joined(separator: ",") + "]"
        #expect(try client.send("POST", "/rest/v1/notes", rows).status == 201)
        #expect(try value("apus_request_work_seconds_total", client) > 0)
        #expect(try value("apus_request_work_waiting", client) == 0)
    }
}
