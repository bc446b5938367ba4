import Configuration
import Store
import Testing
import Values

@testable import Schema

@Suite struct ProjectTests {
    @Test func `settings are read, and what is left out keeps its default`() throws {
        let text = #"""
            {"name": "x", "auth": {"jwt_expiry_seconds": 60, "anonymous": true},
             "rest": {"max_rows": 5, "safe_update": false}, "realtime": {"retain": "2h"},
             "cors": {"origins": []}, "limits": {"body_bytes": 2048}}
            """#
        let settings = try catalogue([("project.json", text)]).project.settings
        #expect(settings.name == "x")
        #expect(settings.auth.jwtExpirySeconds == 60)
        #expect(settings.auth.allowsAnonymous)
        #expect(settings.auth.passwordMinLength == 6)
        #expect(settings.rest.maxRows == 5)
        #expect(!settings.rest.safeUpdate)
        #expect(settings.realtime.retain == .seconds(7200))
        #expect(settings.cors.origins == [])
        #expect(settings.limits.bodyBytesMax == 2048)
    }

    static let faults: [(String, String)] = [
        (
            #"{"auth": {"anonymus": true}}"#,
            #"project.json:1:11: "auth" has no word "anonymus"; did you mean "anonymous"?"#
        ),
        (#"{"auth": {"autoconfirm": false}}"#, #"project.json:1:26: "autoconfirm" must be true"#),
        // Nothing would honour these yet.
        (
            #"{"auth": {"site_url": "x"}}"#,
            #"project.json:1:11: "auth" has no word "site_url"; it has jwt_expiry_seconds, "#
                + "password_min_length, disable_signup, autoconfirm, anonymous, "
                + "refresh_reuse_seconds, sessions_per_user, rate_limit_token, rate_limit_signup, "
                + "rate_limit_anonymous, rate_limit_failed_sign_ins, rate_limit_account, "
                + "password_threads, password_queue, password_queue_per_address"
        ),
        (
            #"{"rest": {"aggregates": true}}"#,
            #"""
            project.json:1:11: "rest" has no word "aggregates"; it has max_rows, safe_update, \#
            statement_timeout_ms, write_rows, write_timeout_ms, long_write_share
            """#
        ),
        (
            #"{"rest": {"max_rows": 0}}"#,
            #"project.json:1:23: "max_rows" must be an integer from 1 to 1000000000"#
        ),
        (
            #"{"realtime": {"retain": "7"}}"#,
            #"project.json:1:25: "retain" must be a span of time: a number and s, m, h or d, such as "7d""#
        ),
    ]

    static let installationFaults: [(String, String)] = [
        // The file is found by it, and a committed file must not move an installation's data.
        (
            #"{"project": "x"}"#,
            #"project.json:1:2: "project" does not stand in project.json; --project or "#
                + "APUS_PROJECT gives it"
        ),
        (
            #"{"data": "x"}"#,
            #"project.json:1:2: "data" does not stand in project.json; --data or APUS_DATA gives it"#
        ),
        (
            #"{"jwt_secret": "x"}"#,
            #"project.json:1:2: "jwt_secret" is a secret and does not stand in project.json; "#
                + "APUS_JWT_SECRET gives it"
        ),
        (
            #"{"metrics": {"key": "0123456789abcdef"}}"#,
            #"project.json:1:14: "metrics.key" is a secret and does not stand in project.json; "#
                + "APUS_METRICS_KEY gives it"
        ),
        (
            #"{"metrics": {"key": 5}}"#,
            #"project.json:1:14: "metrics.key" is a secret and does not stand in project.json; "#
                + "APUS_METRICS_KEY gives it"
        ),
        (
            #"{"metrics": {"keys": ""}}"#,
            #"project.json:1:14: "metrics" has no word "keys"; it has listen"#
        ),
        (
            #"{"database": "postgres:///app"}"#,
            #"project.json:1:14: "database" must be an object here; what --database or "#
                + "APUS_DATABASE gives does not stand in project.json"
        ),
        (
            #"{"listen": ":80"}"#,
            #"project.json:1:12: "listen" ':80' names no host: 127.0.0.1:80 is for this machine "#
                + "alone, 0.0.0.0:80 for every machine that can reach it"
        ),
        (
            #"{"listen": 80}"#,
            #"project.json:1:12: "listen" must be HOST:PORT, such as 127.0.0.1:54321 or [::1]:54321"#
        ),
        (
            #"{"log": {"level": "wraning"}}"#,
            #"project.json:1:19: "level" must be one of debug, info, warning, error; did you mean "warning"?"#
        ),
        (#"{"log": "info"}"#, #"project.json:1:9: "log" must be an object (level, format)"#),
        (#"{"loops": 0}"#, #"project.json:1:11: "loops" must be an integer from 1 to 64"#),
        (
            #"{"cors": {"origins": "*"}}"#,
            #"project.json:1:22: "origins" must be a list of origins"#
        ),
        (
            #"{"cors": {"origins": ["*", 1]}}"#,
            #"project.json:1:28: an element of "origins" must be an origin, such as "https://a.example", or "*""#
        ),
        (
            #"{"cors": {"origins": ["https://a.example", "https://b.example/"]}}"#,
            #"""
            project.json:1:44: an element of "origins" 'https://b.example/' never matches: browsers \#
            send nothing behind the host; write 'https://b.example'
            """#
        ),
        (
            #"{"cors": {"origins": [""]}}"#,
            #"""
            project.json:1:23: an element of "origins" '' never matches: it is empty; write one, \#
            such as 'https://app.example.com', or * for any
            """#
        ),
        (
            #"{"auth": {"jwt_expiry_seconds": 31536001}}"#,
            #"project.json:1:33: "jwt_expiry_seconds" must be an integer from 60 to 31536000"#
        ),
    ]

    @Test(arguments: faults + installationFaults)
    func `a wrong setting is told with its place`(_ text: String, _ expected: String) {
        #expect(diagnostics([("project.json", text)]) == [expected])
    }

    @Test func `named rules have typed parameters`() throws {
        let rules = try catalogue([
            (
                "rules.json",
                #"{"member(team uuid, level)": "true", "everybody": "true", "nobody()": "false"}"#
            )
        ]).rules
        #expect(rules.map(\.name) == ["everybody", "member", "nobody"])
        #expect(rules[1].parameters == ["team", "level"])
        #expect(rules[1].parameterTypes == [.uuid, nil])
        #expect(rules[0].parameters.isEmpty && rules[2].parameters.isEmpty)
    }

    static let ruleFaults: [(String, String)] = [
        (#"{"r(": "true"}"#, #"rules.json:1:2: the parameters of "r" need a closing parenthesis"#),
        (
            #"{"r(a b c)": "true"}"#,
            #"rules.json:1:2: a parameter is a name and perhaps a type, such as "team uuid""#
        ),
        (
            #"{"r(a uid)": "true"}"#,
            #"rules.json:1:2: there is no type "uid"; did you mean "uuid"?"#
        ),
        (#"{"r(a, a)": "true"}"#, #"rules.json:1:2: the parameter "a" stands here twice"#),
        (#"{"r": "true", "r(a)": "true"}"#, #"rules.json:1:15: the rule "r" is declared twice"#),
        (#"{"r": 1}"#, "rules.json:1:7: a rule must be an expression (a string)"),
    ]

    @Test(arguments: ruleFaults)
    func `a wrong rule head is told with its place`(_ text: String, _ expected: String) {
        #expect(diagnostics([("rules.json", text)]) == [expected])
    }

    @Test func `access words give rules to verbs`() throws {
        let text = #"{"properties": {}, "access": {"all": "a", "write": "b", "delete": false}}"#
        let access = try #require(try things(text).model("things")?.access)
        #expect(access[.read]?.using.text == "a")
        #expect(access[.create]?.check.text == "b")
        #expect(access[.update]?.using.text == "b" && access[.update]?.check.text == "b")
        #expect(access[.delete]?.using.text == "false")
        #expect(try things(#"{"properties": {}}"#).model("things")?.access.isEmpty == true)
    }

    @Test func `files without a meaning are refused, with the nearest name`() {
        let lines = diagnostics([
            ("Schemas/rule.json", "{}"), ("Schemas/models/x.txt", ""),
            ("Schemas/queries/q.sql", ""),
        ])
        #expect(
            lines.map { $0.split(separator: ":")[0] } == [
                "Schemas/models/x.txt", "Schemas/queries/q.sql", "Schemas/rule.json",
            ])
        #expect(lines[2].hasSuffix(#"did you mean "rules.json"?"#))
    }
}

@Suite struct SchemaSourceTests {
    private func source(_ text: String) -> SchemaSource {
        SchemaSource(
            path: "x/Schemas/models/a.json", role: .model("a"), bytes: Array(text.utf8))
    }

    @Test(arguments: [
        ("{}", "{ }\n", true), (#"{"a":1,"b":2}"#, #"{"b":2,"a":1}"#, true),
        (#"{"a":1}"#, #"{"a":2}"#, false), ("{", "{", true), ("{", "{}", false),
    ])
    func `layout does not count`(one: String, other: String, isSame: Bool) {
        #expect(source(one).saysTheSame(as: source(other)) == isSame)
        #expect(source(one).name == "models/a.json")
    }
}
