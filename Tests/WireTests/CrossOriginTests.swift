import Server
import ServerTestSupport
import TestSupport
import Testing

/// A browser drops an answer whose cross-origin fields it does not find exactly once, so lines are
/// counted as they stand on the socket.
@Suite struct CrossOriginTests {
    /// Who may call according to the project, who calls, and what the answer must say.
    struct Policy: CustomTestStringConvertible, Sendable {
        let name: String
        let origins: String
        var origin: String? = "https://app.example"
        /// The one value of `Access-Control-Allow-Origin`, nil where there must be no such line.
        let allowed: String?
        var varies = false
        var testDescription: String { name }

        var credentials: [String] { allowed == nil || allowed == "*" ? [] : ["true"] }
    }

    static let policies = [
        Policy(name: "any origin", origins: #"["*"]"#, allowed: "*"),
        Policy(
            name: "any origin, beside others", origins: #"["*", "https://a.example"]"#, allowed: "*"
        ),
        Policy(name: "a page without an origin", origins: #"["*"]"#, origin: "null", allowed: "*"),
        Policy(
            name: "a listed origin", origins: #"["https://a.example", "https://app.example"]"#,
            allowed: "https://app.example", varies: true),
        Policy(
            name: "another origin", origins: #"["https://a.example"]"#, allowed: nil, varies: true),
        Policy(
            name: "another port", origins: #"["https://app.example:444"]"#, allowed: nil,
            varies: true),
        Policy(name: "no origin is listed", origins: "[]", allowed: nil, varies: true),
        Policy(name: "no browser", origins: #"["*"]"#, origin: nil, allowed: nil),
        Policy(
            name: "no browser, listed origins", origins: #"["https://a.example"]"#, origin: nil,
            allowed: nil, varies: true),
    ]

    /// A request and the status of its answer, however it comes about.
    struct Call: Sendable {
        let method: String
        let target: String
        var body: String?
        var fields: [(String, String)] = []
        /// Whether the service key is sent.
        var hasKey = true
        let status: Int
    }

    static let webSocket = [
        ("Connection", "Upgrade"), ("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13"),
    ]

    static let calls = [
        Call(method: "GET", target: "/rest/v1/rooms", status: 200),
        Call(method: "HEAD", target: "/rest/v1/rooms", status: 200),
        Call(method: "GET", target: "/rest/v1/rooms", hasKey: false, status: 401),
        Call(
            method: "GET", target: "/rest/v1/rooms", fields: [("Authorization", "Bearer a.b.c")],
            status: 401),
        Call(method: "GET", target: "/rest/v1/romos", status: 404),
        Call(method: "GET", target: "/rest/v1/rooms?id=eq.x", status: 400),
        Call(
            method: "GET", target: "/rest/v1/rooms?id=eq.01900000-0000-7000-8000-0000000000ff",
            fields: [("Accept", "application/vnd.pgrst.object+json")], status: 406),
        Call(method: "POST", target: "/rest/v1/rooms", body: "{", status: 400),
        Call(
            method: "PATCH", target: "/rest/v1/rooms?name=eq.none", body: #"{"name":"x"}"#,
            status: 204),
        Call(method: "DELETE", target: "/rest/v1/rooms?name=eq.none", status: 204),
        Call(method: "GET", target: "/nowhere", status: 404),
        Call(method: "GET", target: "/health", hasKey: false, status: 200),
        Call(method: "GET", target: "/auth/v1/user", status: 401),
        Call(method: "GET", target: "/auth/v1/user", hasKey: false, status: 401),
        Call(method: "GET", target: "/auth/v1/nowhere", status: 404),
        Call(
            method: "POST", target: "/auth/v1/signup",
            body: #"{"email":"a@example.org","password":"correct horse"}"#, status: 200),
        Call(
            method: "POST", target: "/auth/v1/token?grant_type=password",
            body: #"{"email":"a@example.org","password":"wrong"}"#, status: 400),
        Call(method: "GET", target: "/realtime/v1/websocket", hasKey: false, status: 401),
        Call(method: "POST", target: "/realtime/v1/api/broadcast", body: "{}", status: 403),
        Call(method: "GET", target: "/realtime/v1/websocket?apikey=KEY&vsn=9", status: 403),
        Call(method: "GET", target: "/realtime/v1/websocket?apikey=KEY&vsn=2.0.0", status: 426),
        Call(
            method: "GET", target: "/realtime/v1/websocket?apikey=KEY&vsn=2.0.0", fields: webSocket,
            status: 400),
        Call(
            method: "POST", target: "/rest/v1/rooms", fields: [("Content-Length", "99999999")],
            status: 413),
        Call(
            method: "POST", target: "/rest/v1/rooms", body: "",
            fields: [("Transfer-Encoding", "chunked, chunked")], status: 400),
    ]

    @Test(arguments: policies)
    func `every answer says once who may read it`(policy: Policy) throws {
        let server = try TestBackend(project: #"{"cors": {"origins": \#(policy.origins)}}"#)
        for call in Self.calls {
            let answer = try send(call, to: server, policy)
            // A page that may not call opens no socket.
            let isKeptOut = policy.origin != nil && policy.allowed == nil
            let isSocket = call.fields.contains { $0.0 == "Upgrade" }
            let status = isKeptOut && isSocket ? 403 : call.status
            #expect(answer.status == status, "\(call): \(answer.text)")
            // A head that breaks the rules of HTTP is not read for an origin.
            let isUnread = call.fields.first?.0 == "Transfer-Encoding"
            let allowed = isUnread ? (policy.varies ? nil : "*") : policy.allowed
            expect(answer, allowed, policy, "\(call.method) \(call.target) \(call.status)")
            let exposed = answer.values("access-control-expose-headers")
            #expect(exposed.count == (allowed == nil ? 0 : 1), "\(call)")
            #expect(answer.values("access-control-allow-methods").isEmpty)
            #expect(answer.values("access-control-allow-headers").isEmpty)
            #expect(answer.values("access-control-max-age").isEmpty)
            if let list = exposed.first { expectAllReadable(answer, list) }
        }
    }

    @Test(arguments: policies)
    func `every preflight is answered once and for all that was asked`(policy: Policy) throws {
        guard policy.origin != nil else { return }
        let server = try TestBackend(project: #"{"cors": {"origins": \#(policy.origins)}}"#)
        for (method, target, asked) in Self.preflights {
            let answer = try preflight(method, target, asked, to: server, policy)
            #expect(answer.status == 200 && answer.body.isEmpty)
            expect(answer, policy.allowed, policy, "preflight of \(method) \(target)")
            let count = policy.allowed == nil ? 0 : 1
            let names = answer.values("access-control-allow-headers")
            #expect(names.count == count)
            let methods = answer.values("access-control-allow-methods")
            #expect(methods.count == count)
            #expect(answer.values("access-control-max-age") == (count == 0 ? [] : ["86400"]))
            #expect(answer.values("access-control-expose-headers").isEmpty)
            guard let allowed = names.first, let methods = methods.first else { continue }
            #expect(Set(elements(asked ?? "")).isSubset(of: elements(allowed)), "\(allowed)")
            #expect(elements(methods).contains(method.lowercased()))
        }
    }

    @Test func `one over the limit of connections is told so across origins`() throws {
        let server = try TestBackend(project: #"{"limits": {"connections": 1}}"#)
        let first = try server.client()
        #expect(try first.send("GET", "/health").status == 200)
        let refused = try server.client().send(
            "GET", "/health", fields: [("Origin", "https://a.example")])
        #expect(refused.status == 503)
        #expect(refused.values("access-control-allow-origin") == ["*"])
    }

    /// What browsers ask for on behalf of stock clients: each service's headers, and those of other
    /// makers.
    static let preflights: [(method: String, target: String, asked: String?)] = [
        (
            "POST", "/auth/v1/signup",
            "apikey,authorization,content-type,x-client-info,x-supabase-api-version"
        ),
        (
            "GET", "/rest/v1/rooms?select=*",
            "accept-profile,apikey,authorization,prefer,x-client-info"
        ),
        (
            "POST", "/rest/v1/rooms",
            "apikey,authorization,content-profile,content-type,prefer,x-client-info"
        ),
        (
            "GET", "/rest/v1/rooms",
            "accept,accept-profile,apikey,authorization,x-client-info,x-retry-count"
        ),
        (
            "PUT", "/storage/v1/object/a/b",
            "apikey,authorization,cache-control,content-type,x-client-info,x-upsert"
        ),
        ("POST", "/functions/v1/f", "apikey,authorization,content-type,x-client-info,x-region"),
        ("PATCH", "/nowhere", "range,if-none-match,traceparent,x-jwt-aud,x-my-own"),
        ("DELETE", "/realtime/v1/api/broadcast", nil),
        ("HEAD", "/rest/v1/rooms", ""),
        ("GET", "/rest/v1/rooms", "apikey, ,x-client-info,"),
    ]

    private func send(_ call: Call, to server: TestBackend, _ policy: Policy) throws
        -> HTTPAnswer
    {
        let key = call.hasKey ? server.service : nil
        let client = try HTTPClient(port: server.port, key: key)
        var fields = call.fields
        if let origin = policy.origin { fields.append(("Origin", origin)) }
        let target = call.target.replacing("KEY", with: server.anonymous)
        return try client.send(call.method, target, call.body, fields: fields)
    }

    private func preflight(
        _ method: String, _ target: String, _ asked: String?, to server: TestBackend,
        _ policy: Policy
    ) throws -> HTTPAnswer {
        var fields = [("Access-Control-Request-Method", method), ("Sec-Fetch-Mode", "cors")]
        if let asked { fields.append(("Access-Control-Request-Headers", asked)) }
        // Some browsers ask this before a page of the internet may call this machine.
        fields.append(("Access-Control-Request-Private-Network", "true"))
        if let origin = policy.origin { fields.append(("Origin", origin)) }
        return try HTTPClient(port: server.port).send("OPTIONS", target, fields: fields)
    }

    private func expect(
        _ answer: HTTPAnswer, _ allowed: String?, _ policy: Policy, _ call: String
    ) {
        #expect(
            answer.values("access-control-allow-origin") == (allowed.map { [$0] } ?? []), "\(call)")
        let credentials = allowed == nil ? [] : policy.credentials
        #expect(answer.values("access-control-allow-credentials") == credentials, "\(call)")
        let varies = answer.values("vary").flatMap(elements).filter { $0 == "origin" }
        #expect(varies.count == (policy.varies ? 1 : 0), "\(call)")
    }

    /// Pages read only these fields, and those that are exposed (Fetch standard, §2.2.2).
    private static let safelisted: Set = [
        "cache-control", "content-language", "content-length", "content-type", "expires",
        "last-modified", "pragma",
    ]
    /// Fields between the server and the browser, nothing for a page.
    private static let connectionFields: Set = [
        "connection", "upgrade", "sec-websocket-version", "vary",
    ]

    private func expectAllReadable(_ answer: HTTPAnswer, _ exposed: String) {
        let readable = Self.safelisted.union(Self.connectionFields).union(elements(exposed))
        for line in answer.lines where !line.name.hasPrefix("access-control-") {
            #expect(readable.contains(line.name), "\(line)")
        }
    }

    private func elements(_ list: String) -> [String] {
        list.split(separator: ",")
            .map { String($0.lowercased().trimmingPrefix(" ")) }.filter { !$0.isEmpty }
    }
}
