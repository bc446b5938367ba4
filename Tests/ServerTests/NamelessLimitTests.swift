import Configuration
import Server
import ServerTestSupport
import Testing

/// Limits of models and plans that there are not.
@Suite struct NamelessLimitTests {
    static let nameless = [
        (
            #"{"limits": [{"name": "x", "rate": "1/s", "models": ["nots"]}]}"#,
            "throttle.limits names a model that there is not: 'nots'; did you mean 'notes'?"
        ),
        (
            #"{"limits": [{"name": "x", "rate": "1/s", "routes": ["/rest/v1/nots"]}]}"#,
            "throttle.limits names a path that nothing is served at: '/rest/v1/nots'"
        ),
        (
            #"{"limits": [{"name": "x", "rate": "1/s", "routes": ["/auth/v2"]}]}"#,
            "throttle.limits names a path that nothing is served at: '/auth/v2'"
        ),
        (
            #"{"limits": [{"name": "x", "rate": "1/s", "routes": ["/auth/v1/tokn"]}]}"#,
            "throttle.limits names a path that nothing is served at: '/auth/v1/tokn'"
        ),
        (
            #"{"limits": [{"name": "x", "rate": "1/s", "routes": ["/auth/v1/token/x"]}]}"#,
            "throttle.limits names a path that nothing is served at: '/auth/v1/token/x'"
        ),
        (
            #"{"limits": [{"name": "x", "rate": "1/s", "routes": ["/realtime/v1/websockets"]}]}"#,
            "throttle.limits names a path that nothing is served at: '/realtime/v1/websockets'"
        ),
        (
            #"{"limits": [{"name": "x", "rate": "1/s", "routes": ["/rest/v1/notes/1"]}]}"#,
            "throttle.limits names a path that nothing is served at: '/rest/v1/notes/1'"
        ),
        (
            #"{"limits": [{"name": "x", "rate": "1/s", "routes": ["/metric"]}]}"#,
            "throttle.limits names a path that nothing is served at: '/metric'"
        ),
        (
            #"{"plans": {"free": {"feeds": 1}}, "plan_default": "fre"}"#,
            "throttle.plan_default names a plan that there is not: 'fre'; did you mean 'free'?"
        ),
    ]

    @Test(arguments: [
        "/", "/rest", "/rest/v1", "/rest/v1/notes", "/rest/v1/rpc", "/rest/v1/rpc/any", "/auth/v1",
        "/auth/v1/token", "/auth/v1/admin/users", "/auth/v1/.well-known", "/auth/v1/user/identities",
        "/realtime/v1/websocket", "/realtime/v1/api", "/health", "/metrics", "/storage/v1/object",
    ])
    func `a path with something at it or below it can be limited`(path: String) throws {
        let limit = #"{"name": "x", "rate": "1/s", "routes": ["\#(path)"]}"#
        let project = try TestProject(
            models: ["notes": TestProject.note], project: #"{"throttle": {"limits": [\#(limit)]}}"#)
        try Backend.start(try project.options(), mode: .development).stop()
    }

    @Test(arguments: nameless)
    func `what there is not is no name`(throttle: String, fault: String) throws {
        let project = try TestProject(project: "{\"throttle\": \(throttle)}")
        let options = try project.options()
        let thrown = #expect(throws: SettingFault.self) {
            try Backend.start(options, mode: .development)
        }
        #expect(thrown?.message.hasSuffix(fault) == true, "\(thrown?.message ?? "")")
        #expect(thrown?.message.hasPrefix("Schemas/project.json:1:") == true)
    }
}
