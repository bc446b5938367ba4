import Bytes
import Foundation
import ServerTestSupport
import TestSupport
import Testing

/// Why something was refused, as the log says it to whoever writes the client.
@Suite(.timeLimit(.minutes(10))) struct RefusalLogTests {
    struct Refusal: Sendable, CustomTestStringConvertible {
        let method: String
        let target: String
        var body: String?
        var isKeyed = true
        /// What is logged before the time it took, and after it.
        let line: String
        let reason: String
        var testDescription: String { line }
    }

    static let refusals = [
        Refusal(
            method: "POST", target: "/rest/v1/notes", body: "{}", line: "400 POST /rest/v1/notes",
            reason: #"23502 null value in column "text" of relation "notes" violates not-null "#
                + "constraint"),
        Refusal(
            method: "GET", target: "/rest/v1/notes?text=cs.x", line: "400 GET /rest/v1/notes",
            reason: "PGRST127 Feature not implemented: The operator"),
        Refusal(
            method: "GET", target: "/rest/v1/notes?text=eq.x&order=", line: "400 GET /rest/v1/notes",
            reason: #"PGRST100 "failed to parse order"#),
        Refusal(
            method: "GET", target: "/rest/v1/nots", line: "404 GET /rest/v1/nots",
            reason: "PGRST205 Could not find the table 'public.nots' in the schema cache"),
        Refusal(
            method: "GET", target: "/rest/v1/notes?a=eq.1", isKeyed: false,
            line: "401 GET /rest/v1/notes", reason: "No API key found in request"),
        Refusal(
            method: "POST", target: "/auth/v1/signup",
            body: #"{"email": "ada@example.org", "password": "1"}"#,
            line: "422 POST /auth/v1/signup",
            reason: "weak_password Password should be at least 6 characters."),
        Refusal(
            method: "POST", target: "/rest/v1/rpc/f", body: "{", line: "404 POST /rest/v1/rpc/f",
            reason: "PGRST202 "),
        Refusal(
            method: "GET", target: "/elsewhere", isKeyed: false, line: "404 GET /elsewhere",
            reason: "no Route matched with those values"),
    ]

    private static func key(_ role: String, of project: DevelopedProject) throws -> String {
        let keys = try RunningCommand(["keys", role, "--project", project.root.path])
        return try #require(keys.nextLine())
    }

    @Test(arguments: refusals)
    func `a request that is refused says why, while developing`(_ refusal: Refusal) throws {
        let project = try DevelopedProject()
        let key = refusal.isKeyed ? try Self.key("service_role", of: project) : nil
        let client = try HTTPClient(port: project.port, key: key)
        _ = try client.send(refusal.method, refusal.target, refusal.body)
        let line = try #require(project.nextLine())
        #expect(line.hasPrefix("\(refusal.line) in "))
        #expect(line.contains(" ms: \(refusal.reason)"), "\(line)")
    }

    @Test func `what rows hold is not logged`() throws {
        let project = try DevelopedProject()
        let client = try HTTPClient(
            port: project.port, key: try Self.key("service_role", of: project))
        for _ in 1...2 {
            _ = try client.send("POST", "/rest/v1/notes", #"{"id": 77, "text": "x"}"#)
        }
        let line = try #require(project.nextLine())
        #expect(line.hasPrefix("409 POST /rest/v1/notes in "))
        #expect(
            line.hasSuffix(#": 23505 duplicate key value violates unique constraint "notes_pkey""#))
        _ = try client.send("POST", "/rest/v1/notes", #"{"id": 78}"#)
        let other = try #require(project.nextLine())
        #expect(other.hasSuffix(" violates not-null constraint"), "\(other)")
    }

    @Test func `a value that breaks a rule of its column is told with the rule`() throws {
        let project = try DevelopedProject { project in
            let model = TestProject.note.replacing(
                #""text": {"#, with: #""text": {"pattern": "^[a-z]+$", "#)
            try project.write(model, to: "Schemas/models/notes.json")
        }
        let client = try HTTPClient(
            port: project.port, key: try Self.key("service_role", of: project))
        _ = try client.send("POST", "/rest/v1/notes", #"{"text": "7of9"}"#)
        let line = try #require(project.nextLine())
        #expect(line.contains(#" violates check constraint "notes_text_check": "#), "\(line)")
        #expect(line.hasSuffix(" does not match the pattern ^[a-z]+$"), "\(line)")
        #expect(!line.contains("7of9"))
    }

    @Test func `a message is cut where it is longer than a line`() throws {
        let project = try DevelopedProject()
        let client = try HTTPClient(
            port: project.port, key: try Self.key("service_role", of: project))
        let name = String(repeating: "é", count: 2000)
        _ = try client.send("GET", "/rest/v1/notes?id=eq.\(name)")
        let line = try #require(project.nextLine())
        #expect(
            line.contains("22P02 invalid input syntax") && line.count < 400 && line.hasSuffix("é…"))
    }

    @Test func `programs get the code and not the words`() throws {
        let project = try DevelopedProject(["--log-format", "json"])
        let client = try HTTPClient(
            port: project.port, key: try Self.key("service_role", of: project))
        _ = try client.send("POST", "/rest/v1/notes", "{}")
        // That it listens may be told before.
        let line = try #require(project.command.lines(through: #""event":"request""#).last)
        let fields = try JSONDocument(parsing: Array(line.utf8)).root
        #expect(fields["event"]?.string == "request" && fields["status"]?.int64 == 400)
        #expect(fields["code"]?.string == "23502")
        #expect(fields["message"] == nil && !line.contains("null value"))
    }

    @Test func `who was refused is named by the address that a trusted proxy tells`() throws {
        let project = try DevelopedProject(
            ["--log-format", "json", "--proxies-trusted", "127.0.0.0/8"])
        let client = try HTTPClient(port: project.port)
        let proxied = [("X-Forwarded-For", "192.0.2.1, 203.0.113.9")]
        for fields in [[], proxied] { _ = try client.send("GET", "/elsewhere", fields: fields) }
        for address in ["127.0.0.1", "203.0.113.9"] {
            let line = try #require(project.command.lines(through: "/elsewhere").last)
            let fields = try JSONDocument(parsing: Array(line.utf8)).root
            #expect(fields["address"]?.string == address, "\(line)")
        }
    }

    @Test func `a stranger's word on who calls is told once, with what would have it believed`()
        throws
    {
        let project = try DevelopedProject(["--log-format", "json"])
        for _ in 0..<3 {
            let client = try HTTPClient(port: project.port)
            _ = try client.send("GET", "/health", fields: [("X-Forwarded-For", "192.0.2.1")])
        }
        _ = try HTTPClient(port: project.port).send("GET", "/elsewhere")
        let lines = project.command.lines(through: "/elsewhere").filter {
            $0.contains("origin_unread")
        }
        let fields = try JSONDocument(parsing: Array(try #require(lines.first).utf8)).root
        #expect(lines.count == 1)
        #expect(fields["field"]?.string == "x-forwarded-for")
        #expect(fields["address"]?.string == "127.0.0.1")
        #expect(fields["setting"]?.string == "proxies.trusted")
        #expect(fields["message"]?.string?.contains("is not believed") == true)
    }

    @Test(arguments: ["connections", "connections_per_address"])
    func `connections that are one too many are told with the setting's name`(word: String) throws {
        var limits = ["connections": 1000, "connections_per_address": 1000]
        limits[word] = 4
        let flags = limits.flatMap {
            ["--limits-" + $0.key.replacingOccurrences(of: "_", with: "-"), "\($0.value)"]
        }
        let project = try DevelopedProject(["--log-format", "json"] + flags)
        let clients = try (0..<8).map { _ in try HTTPClient(port: project.port) }
        let line = try #require(project.command.lines(through: "connections_refused").last)
        let fields = try JSONDocument(parsing: Array(line.utf8)).root
        #expect(fields["setting"]?.string == "limits.\(word)", "\(line)")
        #expect(fields["limit"]?.int64 == 4)
        #expect(fields["untold"]?.int64 == 0)
        withExtendedLifetime(clients) {}
    }

    @Test func `a flood of requests that are throttled is told in a few lines`() throws {
        let project = try DevelopedProject(["--log-format", "json"]) { project in
            let limit = #"{"name": "x", "rate": "1/h", "routes": ["rest"], "per": "all"}"#
            try project.write(
                "{\"throttle\": {\"limits\": [\(limit)]}}", to: "Schemas/project.json")
        }
        let client = try HTTPClient(port: project.port)
        let count = 500
        for _ in 0...count { _ = try client.send("GET", "/rest/v1/notes") }
        _ = try client.send("GET", "/elsewhere")
        let lines = project.command.lines(through: "/elsewhere")
        let throttled = try lines.map { try JSONDocument(parsing: Array($0.utf8)).root }
            .filter { $0["status"]?.int64 == 429 }
        #expect((1...100).contains(throttled.count), "\(throttled.count) lines")
        #expect(throttled.first?["address"]?.string == "127.0.0.1")
        #expect(throttled.first?["policy"]?.string == "x")
        #expect(throttled.first?["code"]?.string == "over_request_rate_limit")
    }

    @Test func `what a flood leaves untold is counted when it is over`() throws {
        let project = try DevelopedProject(["--log-format", "json"]) { project in
            let limit = #"{"name": "x", "rate": "1/h", "routes": ["rest"], "per": "all"}"#
            try project.write(
                "{\"throttle\": {\"limits\": [\(limit)]}}", to: "Schemas/project.json")
        }
        let client = try HTTPClient(port: project.port)
        let count = 50
        for _ in 0...count { _ = try client.send("GET", "/rest/v1/notes") }
        var told = 0
        var isOver = false
        while told < count, let line = project.command.nextLine() {
            let fields = try JSONDocument(parsing: Array(line.utf8)).root
            if fields["status"]?.int64 == 429 { told += 1 }
            guard fields["event"]?.string == "requests_throttled" else { continue }
            told += Int(fields["count"]?.int64 ?? 0)
            isOver = true
        }
        #expect(told == count && isOver)
    }

    @Test func `a user who is throttled is named`() throws {
        let project = try DevelopedProject(["--log-format", "json"]) { project in
            let limit = #"{"name": "x", "rate": "1/h", "routes": ["rest"], "per": "user"}"#
            try project.write(
                "{\"throttle\": {\"limits\": [\(limit)]}}", to: "Schemas/project.json")
        }
        let key = try Self.key("anon", of: project)
        let body = #"{"email":"ada@example.org","password":"correct horse"}"#
        let session = try HTTPClient(port: project.port, key: key)
            .send("POST", "/auth/v1/signup", body).json
        let client = try HTTPClient(
            port: project.port, key: key, token: session["access_token"]?.string)
        for _ in 0..<2 { _ = try client.send("GET", "/rest/v1/notes") }
        let line = try #require(project.command.lines(through: #""status":429"#).last)
        let fields = try JSONDocument(parsing: Array(line.utf8)).root
        #expect(fields["sub"]?.string == session["user"]?["id"]?.string, "\(line)")
        #expect(fields["sub"] != nil)
    }

    @Test(arguments: ["/rest/v1/notes", "/auth/v1/settings", "/realtime/v1/websocket", "/metrics"])
    func `a request that is throttled says which limit it is, and what that allows`(
        path: String
    ) throws {
        let project = try DevelopedProject { project in
            let limit = ##"{"name": "x", "rate": "1/h", "per": "all", "routes": ["\##(path)"]}"##
            try project.write(
                "{\"throttle\": {\"limits\": [\(limit)]}}", to: "Schemas/project.json")
        }
        let client = try HTTPClient(port: project.port)
        for _ in 0..<2 { _ = try client.send("GET", path) }
        let line = try #require(project.command.lines(through: "429 GET \(path)").last)
        #expect(
            line.hasSuffix(
                " ms: over_request_rate_limit Request rate limit reached: "
                    + "The limit \"x\" allows 1/h for all together. (x)"), "\(line)")
    }

    @Test func `a limit of sign-in that refuses is named by its setting`() throws {
        let project = try DevelopedProject([
            "--log-format", "json", "--auth-rate-limit-token", "1/h",
        ])
        let client = try HTTPClient(port: project.port, key: try Self.key("anon", of: project))
        let path = "/auth/v1/token?grant_type=password"
        let body = #"{"email":"a@example.org","password":"wrong"}"#
        for status in [400, 429] {
            #expect(try client.send("POST", path, body).status == status)
        }
        let line = try #require(project.command.lines(through: #""status":429"#).last)
        let fields = try JSONDocument(parsing: Array(line.utf8)).root
        #expect(fields["policy"]?.string == "auth.rate_limit_token", "\(line)")
    }

    @Test func `a flood of refusals on channels is told in a few lines`() throws {
        let project = try DevelopedProject(["--log-format", "json"])
        let feed = try FeedClient(port: project.port, key: try Self.key("anon", of: project))
        _ = try feed.push("room", "phx_join", ["config": [:]])
        let count = 500
        for _ in 0..<count { _ = try feed.push("room", "elsewhere", [:]) }
        _ = try HTTPClient(port: project.port).send("GET", "/elsewhere")
        let lines = project.command.lines(through: "/elsewhere")
        let refused = try lines.map { try JSONDocument(parsing: Array($0.utf8)).root }
            .filter { $0["event"]?.string == "channel_refused" }
        #expect((1...100).contains(refused.count), "\(refused.count) lines")
    }

    /// Limits of feeds, how many joins they let in, and what the log says of the next.
    static let feedLimits: [(throttle: String, joins: Int, code: String, policy: String)] = [
        (
            #""plans": {"free": {"feeds": 2}}, "plan_default": "free""#, 2, "FeedLimitReached",
            "plan-free-feeds"
        ),
        (
            #""plans": {"free": {"rate": "1/h"}}, "plan_default": "free""#, 0,
            "RequestRateLimitReached", "plan-free"
        ),
        (
            #""limits": [{"name": "x", "rate": "3/h", "routes": ["realtime"]}]"#, 2,
            "RequestRateLimitReached", "x"
        ),
    ]

    @Test(arguments: feedLimits)
    func `a feed that a limit refuses is told with its code and policy`(
        throttle: String, joins: Int, code: String, policy: String
    ) throws {
        let project = try DevelopedProject(["--log-format", "json"]) { project in
            try project.write("{\"throttle\": {\(throttle)}}", to: "Schemas/project.json")
        }
        let feed = try FeedClient(port: project.port, key: try Self.key("anon", of: project))
        for number in 0...joins { _ = try feed.push("room\(number)", "phx_join", ["config": [:]]) }
        let line = try #require(project.command.lines(through: "channel_refused").last)
        let fields = try JSONDocument(parsing: Array(line.utf8)).root
        #expect(fields["topic"]?.string == "realtime:room\(joins)", "\(line)")
        #expect(fields["code"]?.string == code)
        #expect(fields["policy"]?.string == policy)
    }

    @Test func `a request that is served has no code`() throws {
        let project = try DevelopedProject(["--log-format", "json", "--log-level", "debug"])
        let client = try HTTPClient(
            port: project.port, key: try Self.key("service_role", of: project))
        _ = try client.send("GET", "/rest/v1/notes")
        // What is told of connections may come before it.
        let line = try #require(project.command.lines(through: #""event":"request""#).last)
        let fields = try JSONDocument(parsing: Array(line.utf8)).root
        #expect(fields["status"]?.int64 == 200 && fields["code"] == nil)
    }

    @Test func `a preflight of a page that may not call is told`() throws {
        let project = try DevelopedProject(["--cors-origins", "http://a.example"])
        let client = try HTTPClient(port: project.port)
        for origin in ["http://a.example", "http://b.example"] {
            let fields = [("Origin", origin), ("Access-Control-Request-Method", "POST")]
            #expect(try client.send("OPTIONS", "/rest/v1/notes", fields: fields).status == 200)
        }
        let line = try #require(project.nextLine())
        #expect(line.hasPrefix("200 OPTIONS /rest/v1/notes in "))
        #expect(
            line.hasSuffix(" ms: origin_not_allowed cors.origins does not list http://b.example"),
            "\(line)")
    }

    @Test func `a socket of a page that may not call is told`() throws {
        let project = try DevelopedProject(["--cors-origins", "http://a.example"])
        let socket = try HTTPClient(port: project.port)
        let fields = [
            ("Connection", "Upgrade"), ("Upgrade", "websocket"), ("Origin", "http://b.example"),
        ]
        #expect(try socket.send("GET", "/realtime/v1/websocket", fields: fields).status == 403)
        let line = try #require(project.nextLine())
        #expect(line.hasPrefix("403 GET /realtime/v1/websocket in "))
        #expect(
            line.hasSuffix(" ms: origin_not_allowed cors.origins does not list http://b.example"),
            "\(line)")
    }

    /// What a client asks of a socket, and what is logged of it.
    static let joins: [(event: String, payload: JSON, line: String)] = [
        (
            "phx_join", ["config": ["postgres_changes": [["event": "*", "table": "notes"]]]],
            "refused on realtime:room: "
        ),
        (
            "phx_join", ["config": ["private": true]],
            "refused on realtime:room: Unauthorized This server has no private channels yet"
        ),
        (
            "phx_join", ["config": [:], "access_token": "x"],
            "refused on realtime:room: "
        ),
    ]

    @Test(arguments: 0..<joins.count)
    func `a feed that is refused says why`(_ number: Int) throws {
        let project = try DevelopedProject()
        let feed = try FeedClient(port: project.port, key: try Self.key("anon", of: project))
        let (event, payload, line) = Self.joins[number]
        _ = try feed.push("room", event, payload)
        let told = try #require(project.nextLine())
        #expect(told.hasPrefix(line), "\(told)")
    }
}
