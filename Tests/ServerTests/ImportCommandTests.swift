import Foundation
import Server
import ServerTestSupport
import TestSupport
import Testing

/// `apus import`, beside a server and without one.
@Suite(.timeLimit(.minutes(10))) struct ImportCommandTests {
    private static let models = [
        "things": """
        {"properties": {"id": {"type": "integer", "identity": true}, "name": {"type": "string"},
           "size": {"type": "integer", "minimum": 0}, "more": {"type": "object"},
           "kept": {"type": "boolean", "default": true}},
         "required": ["name", "kept"], "access": {"read": true}}
        """
    ]

    /// What a command prints, and its exit code.
    private static func load(
        _ words: [String], _ file: String, in server: TestBackend
    ) throws -> (lines: [String], code: Int32?) {
        try server.project.write(file, to: "rows")
        let command = try RunningCommand(
            ["import", "things", server.project.path + "/rows", "--project", server.project.path]
                + ["--url", "http://127.0.0.1:\(server.port)"] + words)
        var lines: [String] = []
        while let line = command.nextLine() { lines.append(line) }
        return (lines, command.exitCode())
    }

    private static func rows(_ target: String, in server: TestBackend) throws -> String {
        try server.serviceClient().send("GET", "/rest/v1/things?" + target).text
    }

    static let files = [
        "name,size,more\n\"a \"\"1\"\", b\",7,\"{\"\"x\"\": [1]}\"\r\nc,,\n\"\",0,\"{\"\"y\"\": 2}\"\n",
        #"""
        [{"name": "a \"1\", b", "size": 7, "more": {"x": [1]}},
         {"name": "c",
          "size": null}, {"name": "", "size": 0, "more": {"y": 2}}]
        """#,
        #"""
        {"name": "a \"1\", b", "size": 7, "more": {"x": [1]}}

        {"size": null, "name": "c"}
        {"name": "", "size": 0, "more": {"y": 2}}
        """#,
    ]

    @Test(arguments: files)
    func `rows of each form are loaded with their types and defaults`(file: String) throws {
        let server = try TestBackend(models: Self.models)
        let (lines, code) = try Self.load(["--json"], file, in: server)
        #expect(code == 0)
        #expect(lines.last?.contains(#""rows":3"#) == true, "\(lines)")
        let expected = """
            [{"id":1,"name":"a \\"1\\", b","size":7,"more":{"x":[1]},"kept":true}, \
            {"id":2,"name":"c","size":null,"more":null,"kept":true}, \
            {"id":3,"name":"","size":0,"more":{"y":2},"kept":true}]
            """
        let found = try Self.rows("order=id", in: server)
        #expect(found.filter { $0 != "\n" && $0 != " " } == expected.filter { $0 != " " })
    }

    /// As PostgreSQL's COPY has it.
    @Test func `a field without a character is null, one of two quotes the empty text`() throws {
        let server = try TestBackend(models: [
            "things": """
            {"properties": {"id": {"type": "integer", "identity": true},
               "name": {"type": "string"}, "kind": {"type": "string", "default": "plain"}},
             "access": {"read": true}}
            """
        ])
        for file in ["name,kind\n,\n\"\",\"\"\n", "name\nx\n"] {
            #expect(try Self.load([], file, in: server).code == 0)
        }
        let found = try Self.rows("select=name,kind&order=id", in: server)
        #expect(
            found.filter { $0 != "\n" && $0 != " " }
                == #"[{"name":null,"kind":null},{"name":"","kind":""},"#
                + #"{"name":"x","kind":"plain"}]"#)
    }

    @Test(arguments: [#"{"name": "x", "size": -1}"#, #"{"name": "x", "size": "#, "[]"])
    func `a bad line in the middle stops a load that goes on behind it later`(
        bad: String
    ) throws {
        let server = try TestBackend(models: Self.models)
        var file = (1...1000).map { #"{"name": "n\#($0)", "size": \#($0)}"# }
        let good = file[699]
        file[699] = bad
        let (lines, code) = try Self.load([], file.joined(separator: "\n"), in: server)
        #expect(code == 1)
        let place = "apus: \(server.project.path)/rows:700: "
        #expect(lines.contains { $0.hasPrefix(place) }, "\(lines)")
        #expect(lines.contains { $0.contains("--skip 699") }, "\(lines)")
        #expect(try Self.rows("select=size&order=size.desc&limit=1", in: server).contains("699"))
        file[699] = good
        let again = try Self.load(["--skip", "699"], file.joined(separator: "\n"), in: server)
        #expect(again.code == 0)
        let ends = try Self.rows("select=size&size=gte.699&order=size&limit=3", in: server)
        #expect(ends.filter { $0 != "\n" } == #"[{"size":699},{"size":700},{"size":701}]"#)
    }

    @Test func `rows whose key is there stay, are overwritten, or stop the load`() throws {
        let server = try TestBackend(models: Self.models)
        let first = try Self.load([], "id,name,size\n1,a,1\n2,b,2\n", in: server)
        #expect(first.code == 0)
        let file = "id,name\n2,c\n3,d\n"
        let refused = try Self.load([], file, in: server)
        #expect(refused.code == 1)
        #expect(refused.lines.contains { $0.contains("rows:2: duplicate key") }, "\(refused)")
        #expect(try Self.load(["--on-conflict", "ignore"], file, in: server).code == 0)
        let kept = try Self.rows("select=name,size&order=id", in: server)
        #expect(kept.contains(#""b""#) && kept.contains(#""d""#))
        #expect(try Self.load(["--on-conflict", "merge"], file, in: server).code == 0)
        let merged = try Self.rows("select=name,size&id=eq.2", in: server)
        #expect(merged == #"[{"name":"c","size":2}]"#)
    }

    @Test func `a load without a server leaves its rows to the next`() throws {
        let project = try TestProject(models: Self.models)
        do {
            let backend = try Backend.start(try project.options(), mode: .development)
            backend.stop()
        }
        try project.write("name\na\nb\n", to: "rows")
        let command = try RunningCommand(
            ["import", "things", project.path + "/rows", "--project", project.path])
        var lines: [String] = []
        while let line = command.nextLine() { lines.append(line) }
        #expect(command.exitCode() == 0, "\(lines)")
        #expect(lines.last?.hasPrefix("2 rows in ") == true, "\(lines)")
        let backend = try Backend.start(try project.options(), mode: .development)
        defer { backend.stop() }
        let client = try HTTPClient(port: backend.port, key: backend.keys.service)
        let names = try client.send("GET", "/rest/v1/things?select=name&order=id").text
        #expect(names.filter { $0 != "\n" } == #"[{"name":"a"},{"name":"b"}]"#)
    }

    static let misuses: [([String], String)] = [
        (["import", "things"], "apus: 'apus import' needs a TABLE and a FILE"),
        (
            ["import", "thing", "/dev/null"],
            "apus: there is no model 'thing'; did you mean 'things'?"
        ),
        (["import", "things", "-", "--skip", "x"], "apus: --skip takes a count of rows, not 'x'"),
        (
            ["import", "things", "-", "--on-conflict", "no"],
            "apus: --on-conflict takes ignore or merge, not 'no'"
        ),
        (
            ["import", "things", "-", "--url", "localhost"],
            "apus: --url takes http://HOST:PORT or https://HOST:PORT, not 'localhost'"
        ),
    ]

    @Test(arguments: misuses)
    func `wrong usage is told before anything is done`(words: [String], text: String) throws {
        let project = try TestProject(models: Self.models)
        let command = try RunningCommand(words + ["--project", project.path])
        #expect(command.nextLine() == text)
        #expect(command.exitCode() == 2)
        #expect(try FileManager.default.contentsOfDirectory(atPath: project.path) == ["Schemas"])
    }
}
