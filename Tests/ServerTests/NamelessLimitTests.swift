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
            #"{"plans": {"free": {"feeds": 1}}, "plan_default": "fre"}"#,
            "throttle.plan_default names a plan that there is not: 'fre'; did you mean 'free'?"
        ),
    ]

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
