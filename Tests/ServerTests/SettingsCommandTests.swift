import Bytes
import Configuration
import Foundation
import Server
import ServerTestSupport
import TestSupport
import Testing

/// `apus settings`, and what the commands say of settings.
@Suite struct SettingsCommandTests {
    private let project: TestProject
    private var root: URL { project.root }

    init() throws { project = try TestProject() }

    private func save(_ text: String) throws {
        try project.write(text, to: "Schemas/project.json")
    }

    /// What a command prints, and its exit code.
    private func run(
        _ words: String..., environment: [String: String] = [:]
    ) throws -> (lines: [String], code: Int32?) {
        let command = try RunningCommand(
            words + ["--project", root.path], environment: environment)
        var lines: [String] = []
        while let line = command.nextLine() { lines.append(line) }
        return (lines, command.exitCode())
    }

    @Test func `every setting has a line with its value and its source`() throws {
        try save(
            "{\n  \"name\": \"team\",\n  \"rest\": {\"max_rows\": 5, \"safe_update\": false}\n}")
        let (lines, code) = try run(
            "settings", "--rest-max-rows", "7", "--cors-origins=",
            environment: ["APUS_REST_MAX_ROWS": "6", "APUS_REST_SAFE_UPDATE": "true"])
        #expect(code == 0)
        let rows = lines.map { $0.split(separator: " ").map(String.init) }
        #expect(rows.map { $0[0] } == Setting.all.map(\.name))
        let tails = Dictionary(rows.map { ($0[0], Array($0.dropFirst())) }) { first, _ in first }
        #expect(tails["name"] == ["team", "Schemas/project.json:2:11"])
        #expect(tails["rest.max_rows"] == ["7", "--rest-max-rows"])
        #expect(tails["rest.safe_update"] == ["true", "APUS_REST_SAFE_UPDATE"])
        #expect(tails["cors.origins"] == ["--cors-origins"])
        #expect(tails["realtime.retain"] == ["1d", "default"])
        #expect(tails["tls.key"] == ["none", "default"])
        #expect(tails["data"] == [root.path + "/.apus", "default"])
    }

    @Test func `a default that is found out later is told in words`() throws {
        let lines = try run("settings").lines
        for (name, words) in [
            ("log.format", "text for dev, json for serve"),
            ("database.page_cache_bytes", "an eighth of limits.memory_bytes"),
        ] {
            let line = try #require(lines.first { $0.hasPrefix("\(name) ") })
            #expect(line.contains("  \(words)  ") && line.hasSuffix("  default"), "\(line)")
        }
        let given = try run("settings", "--log-format", "json").lines
        #expect(given.contains { $0.hasPrefix("log.format") && $0.contains("  json  ") })
    }

    @Test func `a variable that is nearly a setting's is told`() throws {
        let (lines, code) = try run(
            "version",
            environment: [
                "APUS_RST_MAX_ROWS": "3", "APUS_LSTEN": "x", "APUS_SERVICE_HOST": "10.0.0.1",
                "APUS_PORT": "tcp://10.0.0.1:80", "APUS_BENCHMARKS": "1",
            ])
        #expect(
            lines.dropLast() == [
                "apus: the variable APUS_LSTEN is no setting and does nothing; did you mean "
                    + "APUS_LISTEN?",
                "apus: the variable APUS_RST_MAX_ROWS is no setting and does nothing; did you mean "
                    + "APUS_REST_MAX_ROWS?",
            ])
        #expect(code == 0)
    }

    @Test func `scripts get every column`() throws {
        try save(#"{"loops": 3}"#)
        let (lines, code) = try run("settings", "--json")
        #expect(code == 0)
        let rows = try JSONDocument(parsing: Array(lines.joined().utf8)).root.elements
        #expect(rows.compactMap { $0["name"]?.string } == Setting.all.map(\.name))
        let loops = try #require(rows.first { $0["name"]?.string == "loops" })
        #expect(
            JSON(loops) == [
                "name": "loops", "value": 3, "source": "file", "from": "Schemas/project.json:1:11",
                "default": "one per core", "flag": "--loops", "variable": "APUS_LOOPS",
                "in_file": true, "secret": false, "takes_effect": "at the restart",
                "description": "event loops, each with a thread of its own",
            ])
    }

    @Test func `a value that cannot be used is told with where it stands`() throws {
        let flag = try run("settings", "--loops", "0")
        #expect(flag.lines.first == "apus: --loops takes an integer from 1 to 64, not '0'")
        #expect(flag.code == 2)
        let variable = try run("settings", environment: ["APUS_LOG_LEVEL": "wraning"])
        #expect(
            variable.lines.first
                == "apus: APUS_LOG_LEVEL takes one of debug, info, warning, error, "
                + "not 'wraning'; did you mean 'warning'?")
        #expect(variable.code == 2)
        try save(#"{"loops": 65, "rest": {"max_row": 1}}"#)
        for command in ["settings", "keys"] {
            let file = try run(command)
            #expect(
                file.lines == [
                    #"Schemas/project.json:1:11: "loops" must be an integer from 1 to 64"#,
                    #"Schemas/project.json:1:24: "rest" has no word "max_row"; did you mean "max_rows"?"#,
                    "apus: 2 faults in the schema files",
                ])
            #expect(file.code == 1)
        }
        #expect(try run("check").lines.count == 3)
    }

    @Test func `settings that do not go together are told by every command that uses them`() throws
    {
        try save(#"{"tls": {"key": "key.pem"}}"#)
        let fault =
            "Schemas/project.json:1:17 gives tls.key, which needs tls.certificate "
            + "(--tls-certificate or APUS_TLS_CERTIFICATE)"
        for command in ["settings", "serve", "keys"] {
            let (lines, code) = try run(command)
            #expect(lines.first == "apus: \(fault)")
            #expect(code == 2)
        }
        let check = try run("check")
        #expect(check.lines.first == fault && check.code == 1)
        #expect(try run("settings", "--tls-certificate", "a.pem").code == 0)
    }

    @Test func `the server does what the highest source says`() throws {
        try save(
            #"{"rest": {"max_rows": 3, "safe_update": false}, "limits": {"body_bytes": 2048}}"#)
        var flags = GivenSettings()
        for setting in Setting.all {
            switch setting.name {
            case "project": try flags.give(setting, flag: root.path)
            case "listen": try flags.give(setting, flag: "127.0.0.1:0")
            case "log.level": try flags.give(setting, flag: "error")
            case "rest.max_rows": try flags.give(setting, flag: "1")
            default: break
            }
        }
        let environment = try GivenSettings(
            environment: ["APUS_REST_MAX_ROWS": "2", "APUS_LIMITS_BODY_BYTES": "1024"],
            of: Setting.all)
        let backend = try Backend.start(ServerOptions(flags.over(environment)), mode: .development)
        defer { backend.stop() }
        let client = try HTTPClient(port: backend.port, key: backend.keys.service)
        let rows = (1...4).map { #"{"text":"\#($0)"}"# }.joined(separator: ",")
        #expect(try client.send("POST", "/rest/v1/notes", "[\(rows)]").status == 201)
        #expect(try client.send("GET", "/rest/v1/notes").text == #"[{"id":1,"text":"1"}]"#)
        #expect(try client.send("DELETE", "/rest/v1/notes").status == 204)
        let body = "{\"text\":\"" + String(repeating: "a", count: 1024) + "\"}"
        #expect(try client.send("POST", "/rest/v1/notes", body).status == 413)
    }

    @Test func `a flag that no setting has is answered with the nearest`() throws {
        let (lines, code) = try run("serve", "--max-rows", "5")
        #expect(lines.first == "apus: unknown option '--max-rows'; did you mean '--rest-max-rows'?")
        #expect(code == 2)
        #expect(try run("keys", "--loops", "2").lines.first == "apus: unknown option '--loops'")
    }

    @Test func `the help of serve lists every setting with default and variable`() throws {
        let lines = try run("serve", "--help").lines
        for setting in Setting.all {
            let name = setting.flag ?? setting.variable
            let line = try #require(lines.first { $0.hasPrefix("  \(name) ") })
            guard setting.flag != nil else {
                #expect(line.hasSuffix("  \(setting.summary) (default: \(setting.standard))"))
                continue
            }
            #expect(line.contains(" \(setting.syntax.metavar) "))
            #expect(
                line.hasSuffix(
                    "  \(setting.summary) (default: \(setting.standard)) [\(setting.variable)]"))
        }
        let golden = [
            "  --listen HOST:PORT                       where to accept connections; "
                + "0.0.0.0:PORT for other machines too, port 0 for a free one "
                + "(default: 127.0.0.1:54321) [APUS_LISTEN]",
            "  --loops N                                event loops, each with a thread of its own "
                + "(default: one per core) [APUS_LOOPS]",
            "  --auth-anonymous true|false              whether sign-in without an address is allowed "
                + "(default: false) [APUS_AUTH_ANONYMOUS]",
            "  --realtime-retain TIME                   how long changes stay readable where "
                + "the model does not say (default: 1d) [APUS_REALTIME_RETAIN]",
            "  --migrate                                apply pending migration files first",
        ]
        for line in golden { #expect(lines.contains(line), "\(line)") }
        // What serve alone takes is not behind a hundred lines.
        let own = try #require(lines.firstIndex { $0.hasPrefix("  --help ") })
        let first = try #require(lines.firstIndex { $0.hasPrefix("  --project ") })
        #expect(own < first)
    }

    @Test func `the help of the other commands lists the common settings`() throws {
        #expect(
            try run("version", "--help").lines.filter { $0.hasPrefix("  --") } == [
                "  --json             print JSON, for scripts",
                "  --help             show this help",
                "  --project DIR      where Schemas/ and Migrations/ are (default: this folder) "
                    + "[APUS_PROJECT]",
                "  --data DIR         the data directory (default: PROJECT/.apus) [APUS_DATA]",
                "  --database URL     the PostgreSQL database; PG* variables and ~/.pgpass complete "
                    + "it (default: SQLite, DATA/apus.db) [APUS_DATABASE]",
                "  --log-level LEVEL  the least that is logged: debug, info, warning, error "
                    + "(default: info) [APUS_LOG_LEVEL]",
                "  --log-format FORM  the form of the log's lines: json, text (default: text for "
                    + "dev, json for serve) [APUS_LOG_FORMAT]",
            ])
    }

    /// The table of the guide, a row a setting.
    private static var table: String {
        let rows = Setting.all.map { setting in
            let effect = setting.standsInFile ? setting.effect.wording : "not in `project.json`"
            let ways = [setting.flag, setting.variable].compactMap(\.self).map { "`\($0)`" }
            return "| `\(setting.name)` | \(ways.joined(separator: " ")) | \(setting.standard) | "
                + "\(effect) | \(setting.summary) |"
        }
        let head = ["| setting | flag, variable | default | a save takes effect | |"]
        return (head + ["| --- | --- | --- | --- | --- |"] + rows).joined(separator: "\n")
    }

    @Test func `the guide's table is the table of settings`() throws {
        #expect(
            try Guide("Settings.md").has(Self.table, under: "## All settings"),
            "APUS_WRITE_GUIDES=1 writes it:\n\(Self.table)")
    }
}
