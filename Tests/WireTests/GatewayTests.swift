import Bytes
import Server
import ServerTestSupport
import TestSupport
import Testing

@Suite struct GatewayTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let name: String
        let method: String
        let path: String
        var fields: [(String, String)] = []
        let status: Int
        let body: String
        var testDescription: String { name }
    }

    static let strangers = [
        Case(
            name: "no key", method: "GET", path: "/rest/v1/rooms", status: 401,
            body: "No API key found in request"),
        Case(
            name: "a key that is none", method: "GET", path: "/rest/v1/rooms",
            fields: [("apikey", "nonsense")], status: 401, body: "Invalid API key"),
        Case(
            name: "a forged key", method: "GET",
            path: "/rest/v1/rooms?apikey=eyJhbGciOiJub25lIn0.eyJyb2xlIjoic2VydmljZV9yb2xlIn0.",
            status: 401, body: "Invalid API key"),
        Case(
            name: "an unknown path", method: "GET", path: "/nowhere", status: 404,
            body: "no Route matched"),
        Case(name: "health", method: "GET", path: "/health", status: 200, body: "ok"),
        Case(name: "ready", method: "GET", path: "/ready", status: 200, body: "ready"),
        Case(
            name: "metrics", method: "GET", path: "/metrics", status: 200,
            body: "apus_http_requests_total{class=\"2xx\"}"),
        Case(
            name: "metrics of feeds", method: "GET", path: "/metrics", status: 200,
            body: "\napus_feed_broken_decisions_total 0\n"),
        Case(
            name: "metrics of loops", method: "GET", path: "/metrics", status: 200,
            body: "\napus_requests_received_total 1\n"),
    ]

    @Test(arguments: strangers)
    func `a caller without a key is told so`(row: Case) throws {
        let server = try TestBackend()
        let answer = try HTTPClient(port: server.port)
            .send(row.method, row.path, fields: row.fields)
        #expect(answer.status == row.status)
        #expect(answer.text.contains(row.body))
    }

    @Test(arguments: ["", "/room/events/ping", "/room/events/ping?private=true"])
    func `a broadcast over HTTP is refused, not accepted in silence`(path: String) throws {
        let server = try TestBackend()
        let body =
            path.isEmpty ? #"{"messages":[{"topic":"room","event":"x","payload":{}}]}"# : "{}"
        let target = "/realtime/v1/api/broadcast" + path
        let answer = try server.client().send("POST", target, body)
        #expect(answer.status == 403)
        #expect(
            answer.text
                == #"{"message":"BroadcastUnavailable: This server does not relay broadcasts yet"}"#
        )
        #expect(answer.fields["content-type"] == "application/json; charset=utf-8")
        let stranger = try HTTPClient(port: server.port)
        #expect(try stranger.send("POST", target, body).status == 401)
        #expect(try server.client().send("GET", target).status == 404)
        #expect(try server.client().send("POST", "/realtime/v1/api/tenants", "{}").status == 404)
    }

    @Test func `a bad token is refused whatever the key`() throws {
        let server = try TestBackend()
        for (key, token) in [(server.anonymous, "x.y.z"), (server.service, "abc")] {
            let answer = try HTTPClient(port: server.port, key: key, token: token)
                .send("GET", "/rest/v1/rooms")
            #expect(answer.status == 401)
            #expect(answer.fields["www-authenticate"]?.hasPrefix("Bearer") == true)
            #expect(try answer.json["code"]?.string?.hasPrefix("PGRST30") == true)
        }
    }

    @Test func `a user's token is no API key`() throws {
        let server = try TestBackend()
        let user = try server.signUp("a@example.org")
        let answer = try HTTPClient(port: server.port, key: user.token)
            .send("GET", "/rest/v1/rooms")
        #expect(answer.status == 401)
    }

    @Test func `a key in the query is no filter`() throws {
        let server = try TestBackend()
        let answer = try HTTPClient(port: server.port)
            .send("GET", "/rest/v1/rooms?select=name&apikey=\(server.service)")
        #expect(answer.status == 200)
        #expect(answer.text == #"[{"name":"General"}]"#)
    }
}
