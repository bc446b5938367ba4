import Testing

@testable import Schema

/// What `project.json` says of limits and plans, and how its faults are told.
@Suite struct ThrottleSettingTests {
    struct Fault: CustomTestStringConvertible, Sendable {
        let throttle: String
        /// The texts that are at fault, and what is told of them.
        let told: [(at: String, message: String)]
        var testDescription: String { throttle }
    }

    static let faults = [
        Fault(
            throttle: #"{"limits": [{"name": "a", "rte": "10/s"}]}"#,
            told: [(#""rte""#, #"a limit has no word "rte"; did you mean "rate"?"#)]),
        Fault(
            throttle: #"{"limits": [{"rate": "10/s"}]}"#,
            told: [(#"{"rate""#, #"a limit needs "name""#)]),
        Fault(
            throttle: #"{"limits": [{"name": "a"}]}"#,
            told: [(#"{"name""#, #"a limit needs "rate", "concurrency" or "cost""#)]),
        Fault(
            throttle: #"{"limits": [{"name": "a", "rate": "10"}, {"name": "b", "per": "adress"}]}"#,
            told: [
                (
                    #""10""#,
                    #""rate" must be a rate, such as "10/s" or "150/5m burst 30", "#
                        + "with s, m, h or d"
                ),
                (
                    #""adress""#,
                    #""per" must be one of caller, address, user, key, all; "#
                        + #"did you mean "address"?"#
                ),
            ]),
        Fault(
            throttle: #"{"limits": [{"name": "a", "rate": "1/s", "verbs": ["read", "xyz"]}]}"#,
            told: [
                (
                    #""xyz""#,
                    #"an element of "verbs" must be one of read, create, update, delete"#
                )
            ]),
        Fault(
            throttle: #"{"limits": [{"name": "a", "rate": "1/s"}, {"cost": "1/s", "name":  "a"}]}"#,
            told: [(#" "a"}"#, #"there are two limits "a""#)]),
        Fault(
            throttle:
                #"{"limits": [{"name": "a", "rate": "1/s", "per": "user", "roles": ["anon"]}]}"#,
            told: [
                (
                    #"{"name""#,
                    #"a limit for each user is about nobody of the role anon; count "per" address"#
                )
            ]),
        Fault(
            throttle:
                #"{"limits": [{"name": "a", "rate": "1/s", "routes": ["auth"], "models": ["x"]}]}"#,
            told: [
                (#"{"name""#, #""models" are those of rest, which none of "routes" reaches"#)
            ]),
        Fault(
            throttle:
                #"{"limits": [{"name": "a", "rate": "1/s", "routes": ["realtime"], "verbs": ["read"]}]}"#,
            told: [
                (
                    #"{"name""#,
                    #"a limit of realtime has no "verbs": messages over a socket have none"#
                )
            ]),
        Fault(
            throttle: #"{"limits": [{"name": "a", "rate": "1/s", "roles": []}]}"#,
            told: [
                (
                    "[]}",
                    #""roles" must be a list of roles that is not empty; left out it is all but "#
                        + "service_role"
                )
            ]),
        Fault(
            throttle: #"{"plans": {"free": {"rate": "1/s", "feed": 1}}}"#,
            told: [(#""feed""#, #"a plan has no word "feed"; did you mean "feeds"?"#)]),
    ]

    @Test(arguments: faults)
    func `each fault is told where it stands`(row: Fault) {
        let text = "{\"throttle\": \(row.throttle)}"
        let expected = row.told.map { at, message in
            let before = text[..<(text.firstRange(of: at)?.lowerBound ?? text.endIndex)]
            let column = before.count + 1 + at.prefix { $0 == " " }.count
            return "project.json:1:\(column): \(message)"
        }
        #expect(diagnostics([("project.json", text)]) == expected)
    }
}
