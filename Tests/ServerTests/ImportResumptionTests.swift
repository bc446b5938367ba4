import Foundation
import Glibc
import Server
import ServerTestSupport
import TestSupport
import Testing

/// `apus import` past faulty rows, after its own death, and of a whole folder.
@Suite(.timeLimit(.minutes(10))) struct ImportResumptionTests {
    private static let models = [
        "things": """
        {"properties": {"id": {"type": "integer"}, "name": {"type": "string", "maxLength": 40},
           "size": {"type": "integer", "minimum": 0}}, "access": {"read": true}}
        """,
        "parts": """
        {"properties": {"id": {"type": "integer"},
           "thing": {"type": "integer", "references": {"model": "things"}},
           "next": {"type": "integer", "references": {"model": "parts"}}}}
        """,
    ]

    /// A project with an empty database that nobody serves.
    private static func project() throws -> TestProject {
        let project = try TestProject(models: models)
        #expect(try project.run(["migrate", "new", "begin"]).code == 0)
        #expect(try project.run(["migrate", "up"]).code == 0)
        return project
    }

    @Test func `refused rows are written down with line and reason, and the rest is in`() throws {
        let project = try Self.project()
        var lines = (1...900).map { #"{"id": \#($0), "name": "n\#($0)", "size": \#($0)}"# }
        lines[6] = #"{"id": 7, "size": -1}"#
        lines[7] = "{\"id\": 8, \"size\": "
        lines[499] = #"{"id": 500, "size": "x"}"#
        lines[899] = #"{"id": 1, "name": "again"}"#
        try project.write(lines.joined(separator: "\n"), to: "rows")
        let words = ["import", "things", project.path + "/rows", "--json"]
        let rejects = project.path + "/refused"
        let (told, code) = try project.run(words + ["--rejects", rejects])
        #expect(code == 1)
        #expect(told.last?.contains(#""rows":896,"ignored":0,"refused":4"#) == true, "\(told)")
        let refused = try project.text("refused").split(separator: "\n")
        #expect(refused.count == 4)
        #expect(refused[0] == #"{"id":7,"size":-1}"# && refused[1] == "{\"id\": 8, \"size\": ")
        let reasons = try project.text("refused.errors").split(separator: "\n")
        let place = "{\"file\":\"\(project.path)/rows\",\"line\":"
        for (reason, text) in zip(
            reasons,
            [
                #"7,"code":"23514""#, #"8,"code":"import_malformed""#, #"500,"code":"22P02""#,
                #"900,"code":"23505""#,
            ])
        {
            #expect(reason.hasPrefix(place + text), "\(reasons)")
        }
        #expect(reasons.count == 4)
        let exported = try project.run(["export", "things"])
        #expect(exported.lines.count == 896)
    }

    @Test(arguments: ["rows", "link", "hard"])
    func `what is loaded is not overwritten by what is refused`(name: String) throws {
        let project = try Self.project()
        let text = "id,name\n1,a\n"
        try project.write(text, to: "rows")
        let path = project.path
        let files = FileManager.default
        try files.createSymbolicLink(atPath: path + "/link", withDestinationPath: "rows")
        try files.linkItem(atPath: path + "/rows", toPath: path + "/hard")
        let words = ["import", "things", path + "/rows", "--rejects", path + "/" + name]
        for more in [[], ["--resume"]] {
            let (told, code) = try project.run(words + more)
            #expect(code == 1)
            #expect(!told.isEmpty)
            #expect(try project.text("rows") == text, "\(told)")
        }
        let (told, _) = try project.run(words)
        #expect(told.contains { $0.contains("it is the file that is loaded") }, "\(told)")
    }

    @Test(arguments: ["csv", "ndjson"], [0.05, 0.2, 0.5])
    func `a load that is killed goes on where it was`(form: String, share: Double) throws {
        let project = try Self.project()
        let rows = 1...40_000
        let lines =
            form == "csv"
            ? ["id,name,size"] + rows.map { "\($0),\"name, \($0)\",\($0)" }
            : rows.map { #"{"id": \#($0), "name": "name, \#($0)", "size": \#($0)}"# }
        try project.write(lines.joined(separator: "\n") + "\n", to: "rows")
        let words = ["import", "things", project.path + "/rows"]
        let command = try RunningCommand(words + ["--project", project.path])
        Thread.sleep(forTimeInterval: share)
        kill(command.process, SIGKILL)
        _ = command.exitCode()
        var (told, code) = try project.run(words + ["--resume"])
        if told.contains(where: { $0.contains("Nothing says") }) {
            (told, code) = try project.run(words)
        }
        #expect(code == 0, "\(told)")
        let out = project.path + "/out.ndjson"
        #expect(try project.run(["export", "things", out]).code == 0)
        let expected = rows.map { #"{"id":\#($0),"name":"name, \#($0)","size":\#($0)}"# + "\n" }
        #expect(try project.text("out.ndjson") == expected.joined())
        let again = try project.run(words + ["--resume"])
        #expect(again.lines.contains { $0.contains("Nothing says") }, "\(again.lines)")
    }

    /// Names of five rows that are there, rows that were on their way over them as a mark has it,
    /// and what comes of going on there.
    private static let doubts: [(there: String, sending: Int, code: Int32, part: String)] = [
        ("old", 0, 1, "5 refused"), ("old", 5, 1, "with their keys are there and differ"),
        ("new", 5, 0, "0 rows"),
    ]

    @Test(arguments: doubts)
    func `rows that were there before are not taken for loaded`(
        there: String, sending: Int, code: Int32, part: String
    ) throws {
        let project = try Self.project()
        let words = ["import", "things", project.path + "/rows"]
        for (name, expected) in [(there, 0), ("new", 1)] as [(String, Int32)] {
            let rows = (1...5).map { "\($0),\(name)\n" }
            try project.write("id,name\n" + rows.joined(), to: "rows")
            let (_, code) = try project.run(words)
            #expect(code == expected)
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: project.data)
        let mark = try #require(names.first { $0.hasSuffix(".mark") })
        let path = project.data + "/" + mark
        let text = try String(contentsOfFile: path, encoding: .utf8)
        #expect(text.contains("\"sending\":0"), "\(text)")
        try text.replacing("\"sending\":0", with: "\"sending\":\(sending)")
            .write(toFile: path, atomically: false, encoding: .utf8)
        let rejects = ["--rejects", project.path + "/refused"]
        let (told, ended) = try project.run(words + ["--resume"] + rejects)
        #expect(ended == code && told.contains { $0.contains(part) }, "\(told)")
        let exported = try project.run(["export", "things"])
        #expect(exported.lines.filter { $0.contains(there) }.count == 5)
    }

    @Test func `a folder is loaded in the order of references, whatever rows refer to`() throws {
        let project = try Self.project()
        try project.write("id,name\n1,a\n2,\"\"\n", to: "all/things.csv")
        let parts = (1...600).map { "{\"id\": \($0), \"thing\": 1, \"next\": \($0 % 600 + 1)}" }
        // The last refers to the first: a circle of rows cannot be.
        let rows = parts.dropLast() + [#"{"id": 600, "thing": 2}"#]
        try project.write("[" + rows.joined(separator: ",\n") + "]", to: "all/parts.json")
        let (told, code) = try project.run(["import", "--all", project.path + "/all"])
        #expect(code == 0, "\(told)")
        #expect(told.first == "things: 2 rows" && told[1] == "parts: 600 rows", "\(told)")
        let out = project.path + "/out"
        #expect(try project.run(["export", "--all", out, "--format", "csv"]).code == 0)
        #expect(
            try project.text("out/things.csv") == "id,name,size\n1,a,\n2,\"\",\n")
        #expect(try project.text("out/parts.csv").hasSuffix("\n599,1,600\n600,2,\n"))
    }

    @Test func `a folder that cannot be loaded is told`() throws {
        let circle = [
            "hens": #"{"properties": {"id": {"type": "integer"}, "egg": {"type": "integer", "#
                + #""references": {"model": "eggs"}}}}"#,
            "eggs": #"{"properties": {"id": {"type": "integer"}, "hen": {"type": "integer", "#
                + #""references": {"model": "hens"}}}}"#,
        ]
        let project = try TestProject(models: circle)
        let words = ["import", "--all", project.path + "/all"]
        for (name, part) in [
            ("hen.csv", "did you mean 'hens'?"), ("hens.txt", "no file of rows"),
        ] {
            try project.write("id\n1\n", to: "all/\(name)")
            let (told, code) = try project.run(words)
            #expect(code == 2 && told.contains { $0.contains(part) }, "\(told)")
            try FileManager.default.removeItem(atPath: project.path + "/all/\(name)")
        }
        for name in ["hens.csv", "eggs.csv"] { try project.write("id\n1\n", to: "all/\(name)") }
        let (told, code) = try project.run(words)
        #expect(code == 1)
        #expect(told.contains { $0.contains("eggs, hens refer to one another") }, "\(told)")
    }
}
