import Bytes
import Server
import ServerTestSupport
import TestSupport
import Testing

/// Limits and plans of who speaks over sockets.
@Suite struct SocketThrottleTests {
    private static let model = """
        {"properties": {"id": {"type": "integer", "identity": true}, "text": {"type": "string"}},
         "required": ["text"], "realtime": true, "access": {"all": true}}
        """

    private func server(_ throttle: String) throws -> TestBackend {
        try TestBackend(models: ["notes": Self.model], project: "{\"throttle\": {\(throttle)}}")
    }

    private func token(_ user: Int, plan: String, of server: TestBackend) throws -> String {
        try signed(
            """
            {"role":"authenticated","aud":"authenticated","exp":4102444800,
             "sub":"00000000-0000-4000-8000-00000000000\(user)","app_metadata":{"plan":"\(plan)"}}
            """, secret: try server.jwtSecret)
    }

    /// What became of a message: `ok`, or why it was refused.
    private func push(
        _ event: String, _ topic: String, _ token: String, over feed: FeedClient
    ) throws -> String? {
        let payload: JSON = [
            "config": [
                "postgres_changes": [["event": "*", "schema": "public", "table": "notes"]]
            ], "access_token": .string(token),
        ]
        let answer = try feed.push(topic, event, payload)["payload"]
        return answer?["response"]?["reason"]?.string ?? answer?["status"]?.string
    }

    static let limits = [
        (#""plans": {"free": {"rate": "3/h"}}"#, "plan-free", "for each caller"),
        (#""limits": [{"name": "x", "rate": "3/h", "per": "user"}]"#, "x", "for each user"),
        (
            #""limits": [{"name": "y", "rate": "3/h", "per": "user", "routes": ["realtime"]}]"#,
            "y", "for each user"
        ),
    ]

    @Test(arguments: limits)
    func `what a user says over all sockets is counted together`(
        throttle: String, policy: String, per: String
    ) throws {
        let server = try server(throttle)
        let (ada, eve) = (
            try token(1, plan: "free", of: server), try token(2, plan: "free", of: server)
        )
        let (one, two) = (try server.feed(), try server.feed())
        let refusal =
            "RequestRateLimitReached: Request rate limit reached. "
            + "The limit \"\(policy)\" allows 3/h \(per)."
        #expect(try push("phx_join", "a", ada, over: one) == "ok")
        #expect(try push("phx_join", "b", ada, over: two) == "ok")
        #expect(try push("elsewhere", "b", ada, over: two)?.contains("UnknownEvent") == true)
        for (event, topic) in [("phx_join", "c"), ("elsewhere", "a")] {
            let told = try #require(try push(event, topic, ada, over: one))
            #expect(told.hasPrefix(refusal + " Try again in "), "\(told)")
            #expect(told.hasSuffix(" seconds."), "\(told)")
        }
        // Channels stay and can be left; others are not concerned.
        #expect(try push("phx_leave", "a", ada, over: one) == "ok")
        #expect(try push("phx_join", "d", eve, over: two) == "ok")
        let metrics = try server.client().send("GET", "/metrics").text
        #expect(metrics.contains("apus_throttled_requests_total{policy=\"\(policy)\"} 2\n"))
    }

    static let others = [
        #""limits": [{"name": "x", "rate": "1/h", "per": "user", "routes": ["rest"]}]"#,
        #""limits": [{"name": "x", "rate": "1/h", "per": "user", "models": ["notes"]}]"#,
        #""limits": [{"name": "x", "rate": "1/h", "per": "user", "roles": ["service_role"]}]"#,
        #""plans": {"team": {"rate": "1/h"}}"#,
    ]

    @Test(arguments: others)
    func `what a limit is not about does not count messages`(throttle: String) throws {
        let server = try server(throttle)
        let ada = try token(1, plan: "free", of: server)
        let feed = try server.feed()
        for topic in ["a", "b", "c"] {
            #expect(try push("phx_join", topic, ada, over: feed) == "ok")
        }
    }

    @Test func `a token of another plan brings the feeds under that one`() throws {
        let server = try server(#""plans": {"free": {"feeds": 1}, "team": {"feeds": 2}}"#)
        let (free, team) = (
            try token(1, plan: "free", of: server), try token(1, plan: "team", of: server)
        )
        let feed = try server.feed()
        #expect(try push("phx_join", "a", team, over: feed) == "ok")
        #expect(try push("phx_join", "b", team, over: feed) == "ok")
        while try feed.next()["event"] != "system" {}
        let refusal = "FeedLimitReached: The plan \"free\" has at most 1 feed at the same time"
        #expect(try push("phx_join", "c", free, over: feed) == refusal)
        try feed.send("b", "access_token", ["access_token": .string(free)])
        var messages: [JSON] = []
        while messages.last?["event"] != "phx_close" { messages.append(try feed.next()) }
        #expect(messages.contains { $0["payload"]?["message"]?.string == refusal }, "\(messages)")
        let metrics = try server.client().send("GET", "/metrics").text
        #expect(metrics.contains("apus_throttled_requests_total{policy=\"plan-free-feeds\"} 2\n"))
        #expect(metrics.contains("apus_throttled_requests_total{policy=\"plan-team-feeds\"} 0\n"))
        // The other one is within the plan.
        try feed.send("a", "access_token", ["access_token": .string(free)])
        #expect(try push("phx_leave", "a", free, over: feed) == "ok")
        #expect(try push("phx_join", "d", free, over: feed) == "ok")
    }

    /// Each /64 is a caller of its own, however many there are of one site.
    @Test func `a plan's feeds are those of a caller, whoever else is at his site`() throws {
        let throttle = #""throttle": {"plans": {"free": {"feeds": 1}}, "plan_default": "free"}"#
        let server = try TestBackend(
            models: ["notes": Self.model],
            project: "{\(throttle), \"proxies\": {\"trusted\": [\"127.0.0.0/8\"]}}")
        var feeds: [FeedClient] = []
        for network in 1...6 {
            let feed = try FeedClient(
                port: server.port, key: server.anonymous,
                fields: [("X-Forwarded-For", "2001:db8:1:\(network)::1")])
            #expect(try push("phx_join", "a", server.anonymous, over: feed) == "ok")
            feeds.append(feed)
        }
        #expect(try push("phx_join", "b", server.anonymous, over: feeds[5]) != "ok")
    }
}
