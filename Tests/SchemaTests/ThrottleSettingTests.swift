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

    private static let ofSockets =
        "open sockets are those of an address, whoever signs in over them; count the "
        + #""concurrency" "per" address, of all "roles""#

    /// Words of limits that are about sockets alone, and could refuse none.
    private static let idle: [(words: String, message: String)] = [
        (#""concurrency": 2, "per": "user", "routes": ["realtime"]"#, ofSockets),
        (#""concurrency": 2, "roles": ["authenticated"], "routes": ["realtime"]"#, ofSockets),
        (#""rate": "1/s", "concurrency": 2, "per": "user", "routes": ["realtime"]"#, ofSockets),
        (
            #""rate": "1/s", "cost": "2/s", "routes": ["realtime"]"#,
            #"a limit of realtime has no "cost": sockets and their messages cost nothing"#
        ),
    ]

    private static let idleFaults = idle.map { words, message in
        Fault(
            throttle: "{\"limits\": [{\"name\": \"a\", \(words)}]}",
            told: [(#"{"name""#, message)])
    }

    private static let faults = [
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
            throttle: #"{"limits": [{"name": "a", "rate": "1/s", "verbs": "raed"}]}"#,
            told: [
                (
                    #""raed""#,
                    #""verbs" must be a list of verbs that is not empty; left out it is all; "#
                        + #"write ["read"]"#
                )
            ]),
        Fault(
            throttle: #"{"limits": [{"name": "a", "rate": "1/s", "routes": "/rest/v1/x"}]}"#,
            told: [
                (
                    #""/rest"#,
                    #""routes" must be a list of routes that is not empty; left out it is all; "#
                        + #"write ["/rest/v1/x"]"#
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

    @Test(arguments: [
        #""concurrency": 2, "routes": ["realtime"]"#,
        #""concurrency": 2, "per": "user", "routes": ["realtime", "rest"]"#,
        #""concurrency": 2, "roles": ["anon"], "routes": ["realtime"]"#,
        #""rate": "1/s", "per": "user", "routes": ["realtime"]"#,
        #""cost": "2/s", "routes": ["realtime", "auth"]"#, #""cost": "2/s", "per": "user""#,
    ])
    func `a limit that may refuse something is none`(words: String) {
        let text = "{\"throttle\": {\"limits\": [{\"name\": \"a\", \(words)}]}}"
        #expect(diagnostics([("project.json", text)]) == [])
    }

    @Test(arguments: faults + idleFaults)
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
