import Foundation
import Server
import ServerTestSupport
import TestSupport
import Testing

/// `apus export`, beside a server and without one.
@Suite(.timeLimit(.minutes(10))) struct ExportCommandTests {
    /// A model with a column of every type.
    private static let models = [
        "things": """
        {"properties": {
           "id": {"type": "integer"}, "name": {"type": "string"},
           "mark": {"type": "string", "format": "uuid"}, "small": {"type": "integer", "format": "int32"},
           "large": {"type": "integer"}, "size": {"type": "number"}, "is_on": {"type": "boolean"},
           "price": {"type": "string", "format": "decimal", "precision": 18, "scale": 3},
           "at": {"type": "string", "format": "date-time"}, "day": {"type": "string", "format": "date"},
           "hour": {"type": "string", "format": "time"},
           "select": {"type": "string"}, "more": {"type": "object"},
           "list": {"type": "array"}, "any": {}, "file": {"type": "string", "format": "byte"}},
         "access": {"read": true}}
        """
    ]

    /// Values of each column as JSON; null is among those of all.
    private static let values: [(column: String, values: [String])] = [
        (
            "name",
            [
                #""""#, #"" ""#, #""null""#, #""\"""#, #""a,b""#, #""a\nb""#, #""\r\n""#, #""é😀""#,
                #""\\""#, #""\u0001\u001f\u007f""#, #""\t\b\f""#, #""[x""#, #""{""#, #""\ufeffx""#,
                #""\\N""#, #""\\.""#, #""'""#, #""\u2028""#, #""a\"\"b,\n""#, #""e\u0301""#,
            ]
        ),
        ("mark", [#""0190B9A0-0000-7000-8000-00000000000F""#, #""ffffffffffffffffffffffffffffffff""#]),
        ("small", ["0", "-2147483648", "2147483647"]),
        ("large", ["0", "9223372036854775807", "-9223372036854775808", "9007199254740993"]),
        ("size", ["0.1", "1e308", "5e-324", "-2.5", "3", #""Infinity""#, #""-Infinity""#, "1e21"]),
        ("is_on", ["true", "false"]),
        ("price", ["0", "0.001", "-0.010", "999999999999999.999", "-999999999999999.999", "12.5"]),
        (
            "at",
            [
                #""2026-11-21T10:15:00.123456Z""#, #""0001-01-01T00:00:00Z""#,
                #""9999-12-31T23:59:59.999999+00:00""#, #""2026-11-21T10:15:00.5+05:30""#,
            ]
        ),
        ("day", [#""2024-02-29""#, #""0001-01-01""#, #""9999-12-31""#]),
        ("hour", [#""00:00:00""#, #""23:59:59.999999""#, #""10:15:00.5""#]),
        ("select", [#""""#, #""x""#]),
        ("more", ["{}", #"{"a,b": [1, {"c": null}], "d": "x\ny\"z"}"#, #"{"n": 0.10}"#]),
        ("list", ["[]", #"["", null, "a\"b", [2]]"#]),
        ("any", [#""""#, #""null""#, "0", "true", #"{"a": 1}"#, "123456789012345678901.5", #""a,b""#]),
        ("file", [#""\\x""#, #""\\x00ff22""#]),
    ]

    /// Rows of random values.
    private static func rows(_ count: Int, _ random: inout SeededGenerator) -> [String] {
        (1...count).map { id in
            let members = values.map { column, values in
                let place = Int.random(in: 0...values.count, using: &random)
                return "\"\(column)\": \(place == values.count ? "null" : values[place])"
            }
            return "{\"id\": \(id), " + members.joined(separator: ", ") + "}"
        }
    }

    private static func insert(_ rows: [String], into server: TestBackend) throws {
        let body = "[" + rows.joined(separator: ",\n") + "]"
        let answer = try server.serviceClient().send("POST", "/rest/v1/things", body)
        #expect(answer.status == 201, "\(answer.text)")
    }

    @Test(arguments: ["csv", "json", "ndjson"])
    func `what is exported is imported as equal rows, whatever is in them`(form: String) throws {
        var random = SeededGenerator(seed: 61)
        let server = try TestBackend(models: Self.models)
        try Self.insert(Self.rows(400, &random), into: server)
        let file = "/rows." + form
        let written = try server.project.run(["export", "things", server.project.path + file])
        #expect(written.code == 0, "\(written.lines)")
        #expect(written.lines.first?.hasSuffix(": 400 rows") == true, "\(written.lines)")
        let text = try server.project.text(file)

        let other = try TestBackend(models: Self.models)
        let loaded = try other.project.run(
            ["import", "things", server.project.path + file]
                + ["--url", "http://127.0.0.1:\(other.port)"])
        #expect(loaded.code == 0, "\(loaded.lines)")
        let again = try other.project.run(["export", "things", other.project.path + file])
        #expect(again.code == 0, "\(again.lines)")
        #expect(try other.project.text(file) == text)
        let target = "/rest/v1/things?order=id"
        #expect(
            try server.serviceClient().send("GET", target).text
                == other.serviceClient().send("GET", target).text)
    }

    @Test func `rows in JSON are those of the REST API`() throws {
        var random = SeededGenerator(seed: 62)
        let server = try TestBackend(models: Self.models)
        try Self.insert(Self.rows(50, &random), into: server)
        let (lines, code) = try server.project.run(["export", "things", "--format", "json"])
        #expect(code == 0)
        let answer = try server.serviceClient().send("GET", "/rest/v1/things?order=id").text
        #expect(lines.joined().filter { $0 != " " } == answer.filter { $0 != " " && $0 != "\n" })
    }

    @Test func `the export of all models is a folder that was not there`() throws {
        var models = Self.models
        models["notes"] = TestProject.note
        let server = try TestBackend(models: models)
        try Self.insert([#"{"id": 1, "name": "a"}"#], into: server)
        let folder = server.project.path + "/out"
        let words = ["export", "--all", folder, "--format", "csv"]
        let (lines, code) = try server.project.run(words)
        #expect(code == 0)
        #expect(lines.last?.hasPrefix("1 row of 2 tables") == true, "\(lines)")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        #expect(names == ["notes.csv", "things.csv"])
        #expect(try server.project.text("out/notes.csv") == "id,text\n")
        let again = try server.project.run(words)
        #expect(again.code == 1)
        #expect(again.lines.first?.contains("There is something at") == true, "\(again.lines)")
    }

    private static let mistakes: [(words: [String], code: Int32, part: String)] = [
        (["nothings"], 2, "did you mean 'things'?"), ([], 2, "needs a TABLE"),
        (["things", "rows.txt"], 2, "--format"), (["things", "--format", "xml"], 2, "not 'xml'"),
        (["things", "--all", "x"], 2, "without a TABLE"),
        (["postgres", "rows.csv"], 2, "writes SQL, not rows.csv"),
        (["postgres", "--format", "csv"], 2, "there is no model 'postgres'"),
        (["things", "/nowhere/rows.csv"], 1, "/nowhere/rows.csv.part"),
    ]

    @Test(arguments: mistakes)
    func `what cannot be written is told`(words: [String], code: Int32, part: String) throws {
        let server = try TestBackend(models: Self.models)
        let told = try server.project.run(["export"] + words)
        #expect(told.code == code)
        #expect(told.lines.contains { $0.contains(part) }, "\(told.lines)")
    }

    @Test func `a file that is there is replaced when the new one is whole`() throws {
        let server = try TestBackend(models: Self.models)
        try server.project.write("old", to: "rows.csv")
        let path = server.project.path + "/rows.csv"
        try server.project.write("half", to: "rows.csv.part")
        #expect(try server.project.run(["export", "things", path]).code == 0)
        #expect(try server.project.text("rows.csv").hasPrefix("id,name,mark"))
        #expect(try Self.names("rows.", in: server.project) == ["rows.csv", "rows.csv.part"])
        #expect(try server.project.text("rows.csv.part") == "half")
    }

    /// What is in a project under names that begin so.
    private static func names(_ start: String, in project: TestProject) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: project.path)
            .filter { $0.hasPrefix(start) }.sorted()
    }

    @Test func `what another has made stays, also where two write the same`() throws {
        let server = try TestBackend(models: Self.models)
        let project = server.project
        try project.write("precious", to: "out.part/file")
        let words = ["export", "--all", project.path + "/out", "--project", project.path]
        let commands = try (0..<2).map { _ in try RunningCommand(words) }
        #expect(commands.map { $0.exitCode() ?? -1 }.sorted() == [0, 1])
        #expect(try project.text("out.part/file") == "precious")
        #expect(try Self.names("out", in: project) == ["out", "out.part"])
        #expect(try project.text("out/things.ndjson") == "")
    }
}
