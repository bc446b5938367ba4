import Bytes
import Crypto
import Foundation
import Server
import ServerTestSupport
import TestSupport
import Testing

/// Which routes ask for an API key, and which keys they take: every route against every key.
@Suite struct APIKeyTests {
    /// A route and whether it needs a key (auth.md §1.2 and §5, rest.md §19, realtime.md §1).
    struct Route: CustomTestStringConvertible, Sendable {
        let method: String
        let target: String
        let isKeyless: Bool
        var testDescription: String { "\(method) \(target)" }

        init(_ method: String, _ target: String, keyless: Bool = false) {
            self.method = method
            self.target = target
            isKeyless = keyless
        }
    }

    static let routes = [
        Route("GET", "/rest/v1/rooms"), Route("HEAD", "/rest/v1/rooms"),
        Route("POST", "/rest/v1/rooms"), Route("PATCH", "/rest/v1/rooms?id=eq.1"),
        Route("DELETE", "/rest/v1/rooms?id=eq.1"), Route("POST", "/rest/v1/rpc/nothing"),
        Route("GET", "/rest/v1/"), Route("GET", "/rest/v1"),
        Route("POST", "/auth/v1/signup"), Route("POST", "/auth/v1/token?grant_type=password"),
        Route("POST", "/auth/v1/logout"), Route("GET", "/auth/v1/user"),
        Route("PUT", "/auth/v1/user"), Route("GET", "/auth/v1/settings"),
        Route("HEAD", "/auth/v1/settings"), Route("GET", "/auth/v1/health"),
        Route("POST", "/auth/v1/verify"), Route("POST", "/auth/v1/recover"),
        Route("POST", "/auth/v1/otp"), Route("GET", "/auth/v1/reauthenticate"),
        Route("GET", "/auth/v1/user/identities/authorize"), Route("POST", "/auth/v1/factors"),
        Route("GET", "/auth/v1/admin/users"), Route("POST", "/auth/v1/sso"),
        Route("GET", "/auth/v1/nothing"), Route("GET", "/auth/v1"),
        Route("DELETE", "/auth/v1/callback"),
        Route("GET", "/realtime/v1/websocket?vsn=1.0.0"),
        Route("POST", "/realtime/v1/api/broadcast"), Route("GET", "/realtime/v1/nothing"),
        Route("GET", "/auth/v1/verify?token=x&type=signup", keyless: true),
        Route("GET", "/auth/v1/verify/", keyless: true),
        Route("GET", "/auth/v1/authorize?provider=google", keyless: true),
        Route("GET", "/auth/v1/callback?code=x", keyless: true),
        Route("POST", "/auth/v1/callback", keyless: true),
        Route("GET", "/auth/v1/.well-known/jwks.json", keyless: true),
        Route("GET", "/auth/v1/.well-known/openid-configuration", keyless: true),
        Route("GET", "/auth/v1/sso/saml/metadata", keyless: true),
        Route("POST", "/auth/v1/sso/saml/acs", keyless: true),
        Route("GET", "/health", keyless: true), Route("GET", "/ready", keyless: true),
        Route("GET", "/metrics", keyless: true), Route("GET", "/nowhere", keyless: true),
    ]

    /// What is shown as a key, and what is said of it where one is needed; nil for a good one.
    static func keys(of server: TestBackend) throws -> [(
        name: String, key: String?, refusal: String?
    )] {
        let secret = try server.jwtSecret
        let now = Int(Date().timeIntervalSince1970)
        let life = "\"iat\":\(now),\"exp\":\(now + 3600)"
        func signed(_ claims: String, _ secret: String = secret) throws -> String {
            let key = try #require(JWTKey(.hmacSHA256(secret: Array(secret.utf8))))
            return JWT.sign(Array("{\(claims)}".utf8), with: key)
        }
        let missing = "No API key found in request"
        let invalid = "Invalid API key"
        let other = String(repeating: "another secret ", count: 3)
        return [
            ("none", nil, missing), ("an empty one", "", missing),
            ("garbage", "garbage", invalid), ("three garbage parts", "x.y.z", invalid),
            ("an opaque key", "sb_publishable_x", invalid),
            ("one of another secret", try signed(#""role":"anon",\#(life)"#, other), invalid),
            ("one with alg none", Self.unsigned(#"{"role":"service_role",\#(life)}"#), invalid),
            ("an expired one", try signed(#""role":"anon","exp":\#(now - 60)"#), invalid),
            (
                "one of tomorrow", try signed(#""role":"anon","nbf":\#(now + 86_400),\#(life)"#),
                invalid
            ),
            ("one without a role", try signed(life), invalid),
            ("one without an end", try signed(#""role":"anon""#), invalid),
            ("one of no key's role", try signed(#""role":"authenticated",\#(life)"#), invalid),
            ("a user's token", try server.signUp("ada@example.org").token, invalid),
            ("the anon key", server.anonymous, nil), ("the service key", server.service, nil),
            (
                "one issued tomorrow",
                try signed(#""role":"anon","iat":\#(now + 86_400),"exp":\#(now + 99_999)"#), nil
            ),
        ]
    }

    static func unsigned(_ claims: String) -> String {
        Base64URL.encode(Array(#"{"alg":"none","typ":"JWT"}"#.utf8)) + "."
            + Base64URL.encode(Array(claims.utf8)) + "."
    }

    private static func ask(
        _ server: TestBackend, _ route: Route, fields: [(String, String)], query: String? = nil
    ) throws -> HTTPAnswer {
        var target = route.target
        if let query { target += (target.contains("?") ? "&" : "?") + query }
        var fields = fields
        if route.target.contains("/websocket") {
            fields += [
                ("Connection", "Upgrade"), ("Upgrade", "websocket"),
                ("Sec-WebSocket-Version", "13"), ("Sec-WebSocket-Key", "AAAAAAAAAAAAAAAAAAAAAA=="),
            ]
        }
        let isBodied = route.method == "POST" || route.method == "PUT" || route.method == "PATCH"
        return try HTTPClient(port: server.port)
            .send(route.method, target, isBodied ? "{}" : nil, fields: fields)
    }

    @Test func `every route takes good keys only, in the field and in the query`() throws {
        let server = try TestBackend()
        let keys = try Self.keys(of: server)
        for route in Self.routes {
            let welcome = try Self.ask(server, route, fields: [("apikey", server.anonymous)])
            for (name, key, refusal) in keys {
                let shown = key.map { [("apikey", $0)] } ?? []
                let query = key.map { "apikey=\($0)" }
                for (fields, query) in [(shown, nil), ([], query)] {
                    let answer = try Self.ask(server, route, fields: fields, query: query)
                    let place = "\(route.testDescription), \(name): \(answer.status) \(answer.text)"
                    if !route.isKeyless, let refusal {
                        #expect(answer.status == 401, "\(place)")
                        let isSaid = route.method == "HEAD" || answer.text.contains(refusal)
                        #expect(isSaid, "\(place)")
                    } else if refusal != nil || name == "the anon key" {
                        #expect(answer.status == welcome.status, "\(place)")
                        #expect(!answer.text.contains("API key"), "\(place)")
                    } else {
                        #expect(!answer.text.contains("API key"), "\(place)")
                    }
                }
            }
        }
    }

    @Test(arguments: [nil, "garbage", "user", "service"])
    func `no bearer stands in for a key`(bearer: String?) throws {
        let server = try TestBackend()
        let user = try server.signUp("bo@example.org").token
        let token = bearer == "user" ? user : bearer == "service" ? server.service : bearer
        let fields = token.map { [("Authorization", "Bearer \($0)")] } ?? []
        for route in Self.routes where !route.isKeyless && route.method != "HEAD" {
            let none = try Self.ask(server, route, fields: fields)
            #expect(none.status == 401 && none.text.contains("No API key found in request"))
            let bad = try Self.ask(server, route, fields: fields + [("apikey", "garbage")])
            #expect(bad.status == 401 && bad.text.contains("Invalid API key"))
        }
    }

    @Test func `a key opens the door and the bearer says who it is`() throws {
        let server = try TestBackend()
        let user = try server.signUp("cy@example.org")
        let rows = #"[{"name":"General"}]"#
        func read(_ key: String, _ bearer: String?) throws -> String {
            try HTTPClient(port: server.port, key: key, token: bearer)
                .send("GET", "/rest/v1/rooms?select=name").text
        }
        #expect(try read(server.service, nil) == rows)
        #expect(try read(server.service, server.service) == rows)
        #expect(try read(server.anonymous, server.service) == rows)
        #expect(try read(server.anonymous, nil) == "[]")
        #expect(try read(server.service, user.token) == "[]")
        #expect(try read(server.service, server.anonymous) == "[]")
    }

    @Test(arguments: ["garbage", "expired"])
    func `routes without a caller do not look at the bearer`(bearer: String) throws {
        let server = try TestBackend()
        let client = try server.client(token: bearer)
        #expect(try client.send("GET", "/auth/v1/settings").status == 200)
        let body = #"{"email":"di@example.org","password":"correct horse"}"#
        #expect(try client.send("POST", "/auth/v1/signup", body).status == 200)
    }

    @Test func `the socket's field for keys wins over the query`() throws {
        let server = try TestBackend()
        let socket = Route("GET", "/realtime/v1/websocket?vsn=1.0.0")
        for (field, query, status) in [
            (server.anonymous, "garbage", 101), ("garbage", server.anonymous, 401),
        ] {
            let answer = try Self.ask(
                server, socket, fields: [("x-api-key", field)], query: "apikey=\(query)")
            #expect(answer.status == status)
        }
    }

    @Test func `a refused socket reads the reason where its clients look`() throws {
        let server = try TestBackend()
        let answer = try Self.ask(
            server, Route("GET", "/realtime/v1/websocket"), fields: [], query: "apikey=garbage")
        #expect(try answer.json["error"] == "Invalid API key")
        #expect(try answer.json["message"] == "Invalid API key")
    }
}
