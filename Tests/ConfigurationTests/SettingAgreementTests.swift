import Bytes
import Testing

@testable import Configuration

/// Settings that are each right and do not go together, or are probably not meant.
@Suite struct SettingAgreementTests {
    struct Mistake: Sendable, CustomTestStringConvertible {
        /// The flags, without their dashes.
        let flags: [(flag: String, value: String)]
        let said: String
        var testDescription: String { said }
    }

    /// What flags give, and what they are refused for or warned of.
    private static func given(_ mistake: Mistake) throws -> GivenSettings {
        var given = GivenSettings()
        for (flag, value) in mistake.flags {
            let setting = try #require(Setting.all.first { $0.flag == "--\(flag)" })
            try given.give(setting, flag: value)
        }
        return given
    }

    static let refused = [
        Mistake(
            flags: [
                (
                    "throttle-limits",
                    #"[{"name":"work","rate":"1/s","cost":"1/s"},{"name":"work-cost","rate":"1/s"}]"#
                )
            ],
            said: #"--throttle-limits: the cost of the limit "work" and the rate of the limit "#
                + #""work-cost" are both called "work-cost" in answers and metrics; "#
                + "rename one of them"),
        Mistake(
            flags: [
                ("throttle-limits", #"[{"name":"plan-free","rate":"1/s"}]"#),
                ("throttle-plans", #"{"free":{"rate":"1/s"}}"#),
            ],
            said: #"--throttle-plans: the rate of the limit "plan-free" and the rate of the plan "#
                + #""free" are both called "plan-free" in answers and metrics; rename one of them"#),
        Mistake(
            flags: [
                ("throttle-limits", #"[{"name":"plan-free-feeds","rate":"1/s"}]"#),
                ("throttle-plans", #"{"free":{"feeds":1}}"#),
            ],
            said: #"--throttle-plans: the rate of the limit "plan-free-feeds" and the feeds of "#
                + #"the plan "free" are both called "plan-free-feeds" in answers and metrics; "#
                + "rename one of them"),
        Mistake(
            flags: [("throttle-plan-claim", "app_metadata.tier")],
            said: "--throttle-plan-claim: throttle.plan_claim does nothing without throttle.plans"),
        Mistake(
            flags: [("listen", "127.0.0.1:8080"), ("metrics-listen", "127.0.0.1:8080")],
            said: "--metrics-listen: metrics.listen is the address of listen; leave it out, and "
                + "/metrics is there, or give it a port of its own"),
        Mistake(
            flags: [("throttle-limits", #"[{"name":"a","rate":"5"}]"#)],
            said: #"--throttle-limits, column 21: "rate" must be a rate, such as "10/s" or "#
                + #""150/5m burst 30", with s, m, h or d"#),
    ]

    @Test(arguments: refused)
    func `what does not go together is refused`(_ mistake: Mistake) {
        let fault = #expect(throws: SettingFault.self) {
            try Self.given(mistake).resolved()
        }
        #expect(fault?.message == mistake.said)
    }

    static let warned = [
        Mistake(
            flags: [("proxies-trusted", "10.0.0.0/8,0.0.0.0/0")],
            said: "--proxies-trusted: proxies.trusted has 0.0.0.0/0, "),
        Mistake(
            flags: [("proxies-trusted", "::/0")],
            said: "--proxies-trusted: proxies.trusted has ::/0, "),
        Mistake(
            flags: [
                ("throttle-plans", #"{"a":{"rate":"1/s"}}"#), ("throttle-plan-default", "a"),
                ("throttle-plan-claim", "user_metadata.plan"),
            ], said: "--throttle-plan-claim: throttle.plan_claim is in user_metadata, "),
        Mistake(
            flags: [("throttle-plans", #"{"a":{"rate":"1/s"}}"#)],
            said: "--throttle-plans: throttle.plans without throttle.plan_default: "),
        Mistake(
            flags: [("throttle-plans", #"{"a":{}}"#), ("throttle-plan-default", "a")],
            said: #"--throttle-plans: the plan "a" limits nothing: "#),
        Mistake(
            flags: [("metrics-listen", "0.0.0.0:9090")],
            said: "--metrics-listen: metrics.listen is open to other machines, "),
    ]

    @Test(arguments: ["127.0.0.1:9090", "[::1]:9090", "localhost:9090"])
    func `metrics of this machine need no key`(address: String) throws {
        var given = GivenSettings()
        try given.give(.metricsListen, flag: address)
        #expect(given.warnings == [])
    }

    @Test(arguments: warned)
    func `what is probably not meant is warned of`(_ mistake: Mistake) throws {
        let given = try Self.given(mistake)
        _ = try given.resolved()
        #expect(given.warnings.count == 1)
        #expect(given.warnings.first?.hasPrefix(mistake.said) == true, "\(given.warnings)")
    }

    @Test func `blanks may stand around the commas of addresses`() throws {
        var given = GivenSettings()
        try given.give(.proxiesTrusted, flag: "127.0.0.1, 10.0.0.1 ,\t::1")
        #expect(given.settings.proxies.trusted.map { "\($0)" } == ["127.0.0.1", "10.0.0.1", "::1"])
    }

    @Test(arguments: [("1e6", true), ("1000000.0", true), ("1.5e4", true), ("1.5", false)])
    func `an integer of a file is one of JSON Schema's`(text: String, isOne: Bool) throws {
        let setting = try #require(Setting.all.first { $0.name == "limits.body_bytes" })
        #expect(setting.accepts(try JSONDocument(parsing: Array(text.utf8)).root) == isOne)
    }
}
