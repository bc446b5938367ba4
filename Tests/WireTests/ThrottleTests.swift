import Bytes
import Crypto
import Server
import ServerTestSupport
import TestSupport
import Testing

/// Limits and plans of `project.json`, over a socket. Rates are so slow that no time that a test
/// takes fills a bucket.
@Suite struct ThrottleTests {
    private static let model = """
        {"properties": {"id": {"type": "integer", "identity": true}, "text": {"type": "string"}},
         "required": ["text"], "realtime": true, "access": {"all": true}}
        """

    private func server(_ throttle: String, loops: Int = 2) throws -> TestBackend {
        try TestBackend(
            models: ["notes": Self.model, "tags": Self.model],
            project: "{\"throttle\": {\(throttle)}}", loops: loops)
    }

    private func statuses(_ count: Int, _ ask: () throws -> HTTPAnswer) throws -> [Int] {
        try (0..<count).map { _ in try ask().status }
    }

    @Test func `a rate is kept on all loops together, and told`() throws {
        let server = try server(
            #""limits": [{"name": "guests", "rate": "3/h", "routes": ["rest"]}]"#)
        var answers: [HTTPAnswer] = []
        for _ in 0..<4 { answers.append(try server.client().send("GET", "/rest/v1/notes")) }
        #expect(answers.map(\.status) == [200, 200, 200, 429])
        #expect(answers[0].field("RateLimit-Policy") == #""guests";q=3;w=3600"#)
        #expect(answers[0].field("RateLimit") == #""guests";r=2;t=1200"#)
        #expect(answers[2].field("RateLimit") == #""guests";r=0;t=3600"#)
        let refused = answers[3]
        #expect(refused.field("RateLimit-Policy") == #""guests";q=3;w=3600"#)
        #expect(refused.field("RateLimit")?.hasPrefix(#""guests";r=0;t="#) == true)
        let seconds = Int(refused.field("Retry-After") ?? "") ?? 0
        #expect((1100...1200).contains(seconds))
        let body = try refused.json
        #expect(body["code"]?.string == "over_request_rate_limit")
        #expect(body["message"]?.string == "Request rate limit reached")
        #expect(
            body["details"]?.string == "The limit \"guests\" allows 3/h for each caller.")
        // Others and the service key are not concerned.
        #expect(try server.client().send("GET", "/auth/v1/settings").status == 200)
        #expect(try server.client().send("GET", "/health").status == 200)
        let service = try server.serviceClient()
        #expect(
            try statuses(5) { try service.send("GET", "/rest/v1/notes") }.allSatisfy { $0 == 200 })
        let metrics = try server.client().send("GET", "/metrics").text
        #expect(metrics.contains("apus_throttled_requests_total{policy=\"guests\"} 1\n"))
    }

    @Test(arguments: ["1/d", "1/9999d", "4/d", "84/d burst 999999999"])
    func `no length of a body is too long to be counted`(cost: String) throws {
        let server = try server(#""limits": [{"name": "work", "cost": "\#(cost)"}]"#)
        for length in [1 << 40, Int.max / 1024, Int.max] {
            let answer = try server.client().send(
                raw: "POST /rest/v1/notes HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                    + "Content-Length: \(length)\r\n\r\n")
            #expect([401, 413, 429].contains(answer.status))
        }
        #expect(try server.client().send("GET", "/health").status == 200)
    }

    @Test func `what is not limited tells of no limits`() throws {
        let server = try server(#""limits": [{"name": "a", "rate": "1/h", "routes": ["auth"]}]"#)
        let answer = try server.client().send("GET", "/rest/v1/notes")
        #expect(answer.status == 200)
        #expect(answer.field("RateLimit") == nil && answer.field("RateLimit-Policy") == nil)
    }

    struct Selection: CustomTestStringConvertible, Sendable {
        let limit: String
        let free: (String, String)
        let limited: [(String, String)]
        var testDescription: String { limit }
    }

    static let selections = [
        Selection(
            limit: #""verbs": ["create"]"#, free: ("GET", "/rest/v1/notes"),
            limited: [("POST", "/rest/v1/notes"), ("POST", "/rest/v1/tags")]),
        Selection(
            limit: #""models": ["notes"]"#, free: ("GET", "/rest/v1/tags"),
            limited: [("GET", "/rest/v1/notes"), ("GET", "/rest/v1/%6eotes?select=id")]),
        Selection(
            limit: #""routes": ["/auth/v1/token"]"#, free: ("POST", "/auth/v1/signup"),
            limited: [("POST", "/auth/v1/token?grant_type=x"), ("POST", "/auth/v1//token/")]),
        Selection(
            limit: #""routes": ["auth", "/rest/v1/tags"]"#, free: ("GET", "/rest/v1/notes"),
            limited: [("GET", "/rest/v1/tags"), ("GET", "/auth/v1/settings")]),
        Selection(
            limit: #""routes": ["/metrics"]"#, free: ("GET", "/health"),
            limited: [("GET", "/metrics"), ("GET", "/metrics")]),
    ]

    @Test(arguments: selections)
    func `a limit is about the routes, models and verbs that it names`(row: Selection) throws {
        let server = try server("\"limits\": [{\"name\": \"x\", \"rate\": \"1/h\", \(row.limit)}]")
        let client = try server.client()
        func ask(_ request: (String, String)) throws -> Int {
            let body = request.0 == "POST" ? #"{"text":"a"}"# : nil
            return try client.send(request.0, request.1, body).status
        }
        for _ in 0..<3 { #expect(try ask(row.free) != 429) }
        #expect(try ask(row.limited[0]) != 429)
        #expect(try ask(row.limited[1]) == 429)
        #expect(try ask(row.free) != 429)
    }

    @Test func `users are told apart, and from who has not signed in`() throws {
        let server = try server(#""limits": [{"name": "x", "rate": "2/h", "routes": ["rest"]}]"#)
        let (ada, eve) = (try server.signUp("ada@x.org"), try server.signUp("eve@x.org"))
        for token in [ada.token, eve.token, nil] {
            let client = try server.client(token: token)
            #expect(
                try statuses(3) { try client.send("GET", "/rest/v1/notes") } == [200, 200, 429])
        }
    }

    static let subjects: [(String, [Int])] = [
        ("address", [200, 429, 429]), ("user", [200, 200, 200]), ("key", [200, 429, 429]),
        ("all", [200, 429, 429]), ("caller", [200, 429, 429]),
    ]

    @Test(arguments: subjects)
    func `requests are counted together as the limit says`(per: String, anonymous: [Int]) throws {
        let server = try server(
            #""limits": [{"name": "x", "rate": "1/h", "routes": ["rest"], "per": "\#(per)"}]"#
        )
        let client = try server.client()
        #expect(try statuses(3) { try client.send("GET", "/rest/v1/notes") } == anonymous)
    }

    @Test func `keys that are none of the project's count as their address`() throws {
        let server = try server(
            #""limits": [{"name": "x", "rate": "2/h", "routes": ["rest"], "per": "key"}]"#)
        func ask(_ key: String?) throws -> Int {
            try HTTPClient(port: server.port, key: key).send("GET", "/rest/v1/notes").status
        }
        #expect(try ["one", nil, "two", nil].map(ask) == [401, 401, 429, 429])
        let key = server.anonymous
        #expect(try [key, key, key].map(ask) == [200, 200, 429])
    }

    /// Limits that a flood of preflights meets after ten times what they allow.
    static let preflightLimits = [
        #"{"name": "x", "rate": "1/h", "routes": ["rest"], "per": "address"}"#,
        #"{"name": "x", "rate": "1/h", "routes": ["rest"], "per": "caller", "roles": ["anon"]}"#,
        #"{"name": "x", "rate": "1/h", "routes": ["rest"], "per": "key"}"#,
        #"{"name": "x", "rate": "1/h", "models": ["notes"], "verbs": ["create"]}"#,
        #"{"name": "x", "cost": "1/h", "routes": ["rest"]}"#,
    ]

    @Test(arguments: preflightLimits)
    func `a flood of preflights meets the limits of its path`(limit: String) throws {
        let server = try server("\"limits\": [\(limit)]")
        let client = try server.client()
        func preflight(_ path: String = "/rest/v1/notes", for method: String = "POST") throws
            -> HTTPAnswer
        {
            try client.send(
                "OPTIONS", path,
                fields: [
                    ("Origin", "https://a.example"), ("Access-Control-Request-Method", method),
                ])
        }
        #expect(try statuses(11) { try preflight() } == Array(repeating: 200, count: 10) + [429])
        let refused = try preflight()
        #expect(refused.field("Access-Control-Allow-Origin") == "*")
        #expect(refused.field("Retry-After") != nil)
        #expect(try preflight("/auth/v1/token").status == 200)
        // They took nothing of what requests may.
        let note = #"{"text":"a"}"#
        #expect(
            try statuses(2) { try client.send("POST", "/rest/v1/notes", note) } == [201, 429])
    }

    @Test func `a preflight is about the verb and the plan that a request would be`() throws {
        let server = try server(
            #""limits": [{"name": "x", "rate": "1/h", "verbs": ["create"]}], "plans": "#
                + #"{"free": {"rate": "2/h"}}, "plan_default": "free""#)
        let client = try server.client()
        func preflights(_ count: Int, for method: String) throws -> [Int] {
            try statuses(count) {
                try client.send(
                    "OPTIONS", "/rest/v1/notes",
                    fields: [
                        ("Origin", "null"), ("Access-Control-Request-Method", method),
                    ])
            }
        }
        #expect(try preflights(12, for: "POST") == Array(repeating: 200, count: 10) + [429, 429])
        #expect(try preflights(11, for: "GET") == Array(repeating: 200, count: 10) + [429])
    }

    @Test func `a refusal is worded as its service words errors`() throws {
        let server = try server(#""limits": [{"name": "x", "rate": "1/h", "per": "all"}]"#)
        let client = try server.client()
        _ = try client.send("GET", "/rest/v1/notes")
        let auth = try client.send("POST", "/auth/v1/token?grant_type=password", "{}")
        #expect(auth.status == 429 && auth.field("Retry-After") != nil)
        #expect(try auth.json["error_code"]?.string == "over_request_rate_limit")
        #expect(try auth.json["msg"]?.string == "Request rate limit reached")
        let socket = try client.send("GET", "/realtime/v1/websocket")
        #expect(socket.status == 429 && socket.field("Retry-After") != nil)
        #expect(try socket.json["error"]?.string == "Request rate limit reached")
        let page = try client.send(
            "GET", "/rest/v1/notes", fields: [("Origin", "https://a.example")])
        let exposed = page.field("Access-Control-Expose-Headers") ?? ""
        #expect(page.status == 429 && exposed.contains("RateLimit, RateLimit-Policy, Retry-After"))
        // Who shows no key knocks no more often.
        #expect(try HTTPClient(port: server.port).send("GET", "/rest/v1/notes").status == 429)
    }

    @Test func `a proxy's word tells its clients apart, and nobody else's`() throws {
        let limit =
            #"{"throttle": {"limits": [{"name": "x", "rate": "1/h", "per": "address", "routes": ["rest"]}]}"#
        let trusting = try TestBackend(
            models: ["notes": Self.model],
            project: limit + #", "proxies": {"trusted": ["127.0.0.0/8"]}}"#)
        let other = try TestBackend(models: ["notes": Self.model], project: limit + "}")
        func ask(_ server: TestBackend, _ address: String) throws -> Int {
            try server.client().send(
                "GET", "/rest/v1/notes", fields: [("X-Forwarded-For", "192.0.2.1, \(address)")]
            ).status
        }
        let addresses = ["203.0.113.1", "203.0.113.2", "203.0.113.1", "2001:db8::1", "2001:db8::2"]
        #expect(try addresses.map { try ask(trusting, $0) } == [200, 200, 429, 200, 429])
        #expect(try addresses.map { try ask(other, $0) } == [200, 429, 429, 429, 429])
    }

    @Test func `a plan is named by a claim that users cannot write`() throws {
        let server = try server(
            """
            "plans": {"free": {"rate": "2/h"}, "team": {"rate": "4/h"}}, "plan_default": "free"
            """)
        let ada = try server.signUp("ada@x.org")
        func token(_ plan: String, _ user: String) throws -> String {
            try signed(
                """
                {"role":"authenticated","aud":"authenticated","sub":"\(user)","exp":4102444800,
                 "app_metadata":{"plan":"\(plan)"}}
                """, secret: try server.jwtSecret)
        }
        let client = try server.client(token: ada.token)
        #expect(try statuses(3) { try client.send("GET", "/rest/v1/notes") } == [200, 200, 429])
        let user = "00000000-0000-4000-8000-000000000001"
        let member = try server.client(token: token("team", user))
        var answers: [HTTPAnswer] = []
        for _ in 0..<5 { answers.append(try member.send("GET", "/rest/v1/notes")) }
        #expect(answers.map(\.status) == [200, 200, 200, 200, 429])
        #expect(answers[0].field("RateLimit-Policy") == #""plan-team";q=4;w=3600"#)
    }

    @Test func `a save of limits holds at once, and so does one without them`() async throws {
        let project = try DevelopedProject()
        let keys = try APIKeys.load(try project.options)
        let client = try HTTPClient(port: project.port, key: keys.anonymous)
        func status() throws -> Int { try client.send("GET", "/rest/v1/notes").status }
        #expect(try status() == 200)
        let limit = #"{"name": "x", "rate": "1/h", "models": ["notes"]}"#
        try project.save("project.json", "{\"throttle\": {\"limits\": [\(limit)]}}")
        #expect(try await eventually { try status() == 429 })
        try project.save("project.json", "{}")
        #expect(try await eventually { try status() == 200 })
    }

    @Test func `a plan bounds the feeds of a caller on all sockets`() throws {
        let server = try server(#""plans": {"free": {"feeds": 2}}, "plan_default": "free""#)
        let (one, two) = (try server.feed(), try server.feed())
        func join(_ feed: FeedClient, _ topic: String) throws -> String? {
            let payload: JSON = [
                "config": [
                    "postgres_changes": [["event": "*", "schema": "public", "table": "notes"]]
                ]
            ]
            let answer = try feed.push(topic, "phx_join", payload)["payload"]
            return answer?["response"]?["reason"]?.string ?? answer?["status"]?.string
        }
        #expect(try join(one, "a") == "ok")
        #expect(try join(two, "b") == "ok")
        #expect(
            try join(two, "c")
                == "FeedLimitReached: The plan \"free\" has at most 2 feeds at the same time")
        _ = try one.push("a", "phx_leave", [:])
        #expect(try join(two, "c") == "ok")
    }
}

/// An access token with these claims, as the server would make it.
func signed(_ claims: String, secret: String) throws -> String {
    let key = try #require(JWTKey(.hmacSHA256(secret: Array(secret.utf8))))
    return JWT.sign(Array(claims.utf8), with: key)
}

/// Requests under way at the same time, and what requests cost.
@Suite struct ConcurrencyTests {
    /// A server whose answers of all rows are longer than what a socket takes by itself.
    private func server(_ limit: String) throws -> TestBackend {
        let server = try TestBackend(
            project: "{\"throttle\": {\"limits\": [{\"name\": \"x\", \(limit)}]}}")
        return server
    }

    @Test func `a socket counts until it is closed, however that happens`() async throws {
        let server = try server(#""concurrency": 2, "routes": ["realtime"]"#)
        func refused() throws -> Int {
            let path = "/realtime/v1/websocket?apikey=\(server.anonymous)&vsn=1.0.0"
            let socket = try LoopbackSocket(port: server.port)
            socket.send(webSocketRequest(path))
            return socket.readAnswer()?.status ?? 0
        }
        do {
            let feeds = [try server.feed(), try server.feed()]
            #expect(try refused() == 429)
            withExtendedLifetime(feeds) {}
        }
        #expect(await eventually { (try? server.feed()) != nil })
    }

    @Test func `a request that is over counts no more`() throws {
        let server = try server(#""concurrency": 1"#)
        let client = try server.client()
        for _ in 0..<3 {
            let answer = try client.send("GET", "/rest/v1/rooms")
            #expect(answer.status == 200)
            #expect(
                answer.field("RateLimit-Policy") == #""x-concurrency";q=1;qu="concurrent-requests""#
            )
            #expect(answer.field("RateLimit") == #""x-concurrency";r=0"#)
            #expect(try client.send("POST", "/auth/v1/token", "{}").status == 400)
            #expect(try client.send("POST", "/rest/v1/rooms", "{").status != 429)
            #expect(try client.send("GET", "/rest/v1/nowhere").status == 404)
        }
    }

    @Test func `who goes away in the middle counts no more`() async throws {
        let server = try server(#""concurrency": 1, "routes": ["auth"]"#)
        do {
            let socket = try LoopbackSocket(port: server.port)
            socket.send(
                """
                POST /auth/v1/signup HTTP/1.1\r\nHost: a\r\napikey: \(server.anonymous)\r
                Content-Length: 1000\r\n\r\n{
                """)
            let client = try server.client()
            #expect(
                await eventually {
                    (try? client.send("POST", "/auth/v1/token", "{}").status) == 429
                })
            withExtendedLifetime(socket) {}
        }
        let client = try server.client()
        #expect(
            await eventually { (try? client.send("POST", "/auth/v1/token", "{}").status) == 400 })
    }

    @Test func `a cost is estimated, and what was not needed is given back`() throws {
        let server = try server(#""cost": "1000/h", "routes": ["rest"]"#)
        let client = try server.client()
        // A thousand rows asked for are 101; the answer has none.
        for _ in 0..<5 {
            let answer = try client.send("GET", "/rest/v1/rooms")
            #expect(answer.status == 200)
            #expect(answer.field("RateLimit-Policy") == #""x-cost";q=1000;w=3600;qu="cost""#)
        }
        var statuses: [Int] = []
        while statuses.count < 2000, statuses.last != 429 {
            statuses.append(try client.send("GET", "/rest/v1/rooms?limit=1").status)
        }
        #expect(statuses.first == 200 && statuses.last == 429)
    }
}
