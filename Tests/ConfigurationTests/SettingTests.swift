import Bytes
import Testing

@testable import Configuration

@Suite struct SettingTests {
    static func setting(_ name: String) throws -> Setting {
        try #require(Setting.all.first { $0.name == name })
    }

    static func value(_ json: String) throws -> JSONValue {
        try JSONDocument(parsing: Array(json.utf8)).root
    }

    @Test func `flag and variable follow from the name`() throws {
        let setting = try Self.setting("auth.jwt_expiry_seconds")
        #expect(setting.flag == "--auth-jwt-expiry-seconds")
        #expect(setting.variable == "APUS_AUTH_JWT_EXPIRY_SECONDS")
        #expect(setting.section == "auth" && setting.word == "jwt_expiry_seconds")
        #expect(Setting.project.flag == "--project" && Setting.project.section == nil)
    }

    @Test func `a secret stands in no file and is never printed`() throws {
        let secret = Setting("name", \.name, .text, .onRestart, "a key", isSecret: true)
        #expect(!secret.standsInFile)
        var settings = Settings()
        settings.name = "hunter2"
        #expect(secret.text(in: settings) == "(secret)")
        #expect(secret.json(in: settings) == .null)
        #expect(secret.flag == nil)
        var given = GivenSettings()
        let byFlag = #expect(throws: SettingFault.self) { try given.give(secret, flag: "hunter2") }
        #expect(byFlag?.message == "name is given by APUS_NAME alone")
        let bounded = Setting("loops", \.loops, .integer(1...2), .onRestart, "", isSecret: true)
        let fault = #expect(throws: SettingFault.self) {
            try GivenSettings(environment: ["APUS_LOOPS": "hunter2"], of: [bounded])
        }
        #expect(fault?.message == "APUS_LOOPS takes an integer from 1 to 2")
    }

    @Test func `a secret that is given is printed nowhere`() throws {
        let secrets = Setting.all.filter(\.isSecret)
        #expect(
            secrets.map(\.variable) == [
                "APUS_JWT_SECRET", "APUS_ANON_KEY", "APUS_SERVICE_ROLE_KEY", "APUS_SECRETS_KEY",
                "APUS_METRICS_KEY",
            ])
        let environment = Dictionary(secrets.map { ($0.variable, "hunter2hunter2hunter2") }) {
            first, _ in first
        }
        let given = try GivenSettings(environment: environment, of: Setting.all)
        #expect(given.settings.secrets.jwtSecret?.text == "hunter2hunter2hunter2")
        var dumped = "\(given) \(given.settings) \(String(reflecting: given.settings))"
        dump(given.settings, to: &dumped)
        for setting in secrets {
            dumped += setting.text(in: given.settings)
            #expect(setting.json(in: given.settings) == .null)
        }
        #expect(!dumped.contains("hunter2"))
    }

    @Test func `a body that the memory has no room for is refused`() throws {
        let (body, memory) = (
            try Self.setting("limits.body_bytes"), try Self.setting("limits.memory_bytes")
        )
        var given = GivenSettings()
        try given.give(memory, flag: "67108864")
        // The default is what there is room for.
        #expect(try given.resolved().limits.bodyBytesMax == (64 << 20) / 33)
        given = GivenSettings()
        try given.give(body, flag: "16777216")
        let fault = #expect(throws: SettingFault.self) { try given.resolved() }
        #expect(
            fault?.message == "--limits-body-bytes gives limits.body_bytes, for which "
                + "limits.memory_bytes has to be 553648128 or more (--limits-memory-bytes or "
                + "APUS_LIMITS_MEMORY_BYTES)")
        try given.give(memory, flag: "67108864")
        let other = #expect(throws: SettingFault.self) { try given.resolved() }
        #expect(
            other?.message.hasSuffix("or more (--limits-memory-bytes gives 67108864)") == true)
        try given.give(memory, flag: "553648128")
        #expect(try given.resolved().limits.bodyBytesMax == 16_777_216)
    }

    static let faults: [(String, String, String)] = [
        ("loops", "0", "--loops takes an integer from 1 to 64, not '0'"),
        ("loops", "1e1", "--loops takes an integer from 1 to 64, not '1e1'"),
        (
            "loops", "9223372036854775808",
            "--loops takes an integer from 1 to 64, not '9223372036854775808'"
        ),
        (
            "log.level", "wraning",
            "--log-level takes one of debug, info, warning, error, not 'wraning'; did you mean 'warning'?"
        ),
        ("log.format", "xml", "--log-format takes one of json, text, not 'xml'"),
        ("auth.autoconfirm", "false", "--auth-autoconfirm takes true, not 'false'"),
        ("rest.safe_update", "\"true\"", "--rest-safe-update takes true or false, not '\"true\"'"),
        ("cors.origins", "a b", "--cors-origins takes a list of origins, not 'a b'"),
    ]

    @Test(arguments: faults)
    func `what a flag cannot take is said in full`(name: String, text: String, message: String)
        throws
    {
        var given = GivenSettings()
        let setting = try Self.setting(name)
        let fault = #expect(throws: SettingFault.self) { try given.give(setting, flag: text) }
        #expect(fault?.message == message)
    }

    @Test func `the later of two flags holds`() throws {
        var given = GivenSettings()
        let loops = try Self.setting("loops")
        try given.give(loops, flag: "2")
        try given.give(loops, flag: "3")
        #expect(given.settings.loops == 3)
    }

    @Test(arguments: [
        ("/etc/a.pem", "work", "/etc/a.pem"), ("a.pem", "work", "work/a.pem"),
        ("a.pem", ".", "a.pem"),
        ("a.pem", "/", "/a.pem"), ("a.pem", "work/", "work/a.pem"),
    ])
    func `a path in the project's file starts from the project`(
        path: String, project: String, expected: String
    ) throws {
        var file = GivenSettings()
        file.give(try Self.setting("tls.certificate"), try Self.value("\"\(path)\""), at: "p:1:1")
        var flags = GivenSettings()
        try flags.give(.project, flag: project)
        #expect(flags.over(file).settings.tls.certificate == expected)
        try flags.give(try Self.setting("tls.certificate"), flag: path)
        #expect(flags.over(file).settings.tls.certificate == path)
    }

    @Test func `the data directory lies in the project unless it is given`() throws {
        var given = GivenSettings()
        #expect(given.settings.data == ".apus")
        try given.give(.project, flag: "work/")
        #expect(given.settings.project == "work" && given.settings.data == "work/.apus")
        try given.give(.data, flag: "elsewhere//")
        #expect(given.settings.data == "elsewhere")
    }

    @Test(arguments: [("tls.certificate", "tls.key"), ("tls.key", "tls.certificate")])
    func `one half of what HTTPS needs asks for the other`(given: String, missing: String) throws {
        var flags = GivenSettings()
        let half = try Self.setting(given)
        try flags.give(half, flag: "a.pem")
        let fault = #expect(throws: SettingFault.self) { try flags.resolved() }
        let other = try Self.setting(missing)
        let (halfFlag, otherFlag) = (try #require(half.flag), try #require(other.flag))
        #expect(
            fault?.message == "\(halfFlag) gives \(given), which needs \(missing) "
                + "(\(otherFlag) or \(other.variable))")
        var file = GivenSettings()
        file.give(other, try Self.value("\"b.pem\""), at: "p:1:1")
        #expect(try flags.over(file).resolved().tls != Settings.TLS())
        let inFile = #expect(throws: SettingFault.self) { try file.resolved() }
        #expect(inFile?.message.hasPrefix("p:1:1 gives \(missing)") == true)
    }

    @Test(arguments: [
        ("7d", 604_800), ("12h", 43_200), ("30m", 1800), ("90s", 90), ("24h", 86_400),
    ])
    func `a span of time is read and printed in its largest unit`(text: String, seconds: Int) throws
    {
        let span = try #require(Duration(span: text))
        #expect(span == .seconds(seconds))
        #expect(Duration(span: span.span) == span)
    }

    @Test(arguments: ["", "7", "d", "0d", "-1d", "1.5h", "7 d", "7w", "99999999999s"])
    func `what is no span of time is refused`(text: String) {
        #expect(Duration(span: text) == nil)
    }
}
