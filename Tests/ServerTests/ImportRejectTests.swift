import Foundation
import Server
import ServerTestSupport
import TestSupport
import Testing

/// Rows that `apus import` leaves: refused ones, which can be loaded again as they are, and those
/// that were there.
@Suite(.timeLimit(.minutes(10))) struct ImportRejectTests {
    private static let models = [
        "things": """
        {"properties": {"id": {"type": "integer"}, "name": {"type": "string"},
           "size": {"type": "integer", "minimum": 0}, "more": {}}, "access": {"read": true}}
        """,
        "parts": """
        {"properties": {"id": {"type": "integer"},
           "thing": {"type": "integer", "references": {"model": "things"}}}}
        """,
    ]

    private static func project() throws -> TestProject {
        let project = try TestProject(models: models)
        #expect(try project.run(["migrate", "new", "begin"]).code == 0)
        #expect(try project.run(["migrate", "up"]).code == 0)
        return project
    }

    struct Form: Sendable, CustomTestStringConvertible {
        let name: String
        let text: String
        /// What is refused, as it stands in its file then.
        let refused: String
        /// The lines that it stood on.
        let lines: [Int]

        var testDescription: String { name }
    }

    private static let forms = [
        Form(
            name: "rows.csv",
            text: "id,name,more,size\r\n1,\"a\r\nb\",,1\r\n2,\"q\"\"\",\"{\"\"x\"\": 1}\",-2\r\n"
                + "3,\"\",\"\"\"t\"\"\",-3\r\n4,,,4\r\n",
            refused: "id,name,more,size\n2,\"q\"\"\",\"{\"\"x\"\": 1}\",-2\n3,\"\",\"\"\"t\"\"\",-3\n",
            lines: [4, 5]),
        Form(
            name: "rows.ndjson",
            text: #"""
                {"id": 1, "size": 1}
                {"id": 2, "name": "q\"", "more": {"x": 1}, "size": -2}
                {"id": 3, "name": "", "more": "t", "size": -3}
                {"id": 4, "size": 4}
                """#,
            refused: #"""
                {"id":2,"name":"q\"","more":{"x":1},"size":-2}
                {"id":3,"name":"","more":"t","size":-3}

                """#, lines: [2, 3]),
        Form(
            name: "rows.json",
            text: #"""
                [{"id": 1, "size": 1}, {"id": 2, "name": "q\"",
                  "more": {"x": 1}, "size": -2},
                 {"id": 3, "name": "", "more": "t", "size": -3}, {"id": 4, "size": 4}]
                """#,
            refused: #"""
                {"id":2,"name":"q\"","more":{"x":1},"size":-2}
                {"id":3,"name":"","more":"t","size":-3}

                """#, lines: [1, 3]),
    ]

    @Test(arguments: forms)
    func `refused rows are loaded once the table takes them`(form: Form) throws {
        let project = try Self.project()
        try project.write(form.text, to: form.name)
        let rejects = project.path + "/left.\(form.name.split(separator: ".")[1])"
        let words = ["import", "things"]
        let (told, code) = try project.run(
            words + [project.path + "/" + form.name, "--rejects", rejects])
        #expect(code == 1)
        #expect(told.last?.contains("see \(rejects), and why in \(rejects).errors") == true, "\(told)")
        #expect(try String(contentsOfFile: rejects, encoding: .utf8) == form.refused)
        let reasons = try String(contentsOfFile: rejects + ".errors", encoding: .utf8)
            .split(separator: "\n")
        #expect(reasons.count == 2)
        for (reason, line) in zip(reasons, form.lines) {
            #expect(reason.hasPrefix("{\"file\":\"\(project.path)/\(form.name)\",\"line\":\(line),"))
            #expect(reason.contains(#""code":"23514""#), "\(reason)")
        }
        // The table takes them from now on.
        try project.write(
            try project.text("Schemas/models/things.json").replacing(", \"minimum\": 0", with: ""),
            to: "Schemas/models/things.json")
        #expect(try project.run(["migrate", "new", "free"]).code == 0)
        #expect(try project.run(["migrate", "up"]).code == 0)
        let again = try project.run(words + [rejects])
        #expect(again.code == 0, "\(again.lines)")
        let rows = try project.run(["export", "things"]).lines
        #expect(rows.count == 4)
        #expect(rows[1].contains(#""name":"q\"""#) && rows[1].contains(#""more":{"x":1}"#), "\(rows)")
        #expect(rows[2].contains(#""name":"""#) && rows[2].contains(#""more":"t""#), "\(rows)")
    }

    @Test func `what has no form stands there as it was, to be mended`() throws {
        let project = try Self.project()
        try project.write("id,name,size\n1,a\n2,b,2\n3,c,3,3\n", to: "rows.csv")
        let rejects = project.path + "/left.csv"
        let (_, code) = try project.run(
            ["import", "things", project.path + "/rows.csv", "--rejects", rejects])
        #expect(code == 1)
        #expect(try project.text("left.csv") == "id,name,size\n1,a\n3,c,3,3\n")
        try project.write("{\"id\": 4,\n{\"id\": 5}\n", to: "rows.ndjson")
        _ = try project.run(
            ["import", "things", project.path + "/rows.ndjson", "--rejects", rejects])
        #expect(try project.text("left.csv") == "{\"id\": 4,\n")
    }

    @Test func `those of a folder are a folder that can be loaded`() throws {
        let project = try Self.project()
        try project.write("id,name,size\n1,a,1\n2,b,-2\n", to: "all/things.csv")
        try project.write(#"[{"id": 1, "thing": 1}, {"id": 2, "thing": 2}]"#, to: "all/parts.JSON")
        let rejects = project.path + "/left"
        let (told, code) = try project.run(
            ["import", "--all", project.path + "/all", "--rejects", rejects])
        #expect(code == 1, "\(told)")
        #expect(try project.text("left/things.csv") == "id,name,size\n2,b,-2\n")
        #expect(try project.text("left/parts.JSON") == "{\"id\":2,\"thing\":2}\n")
        #expect(try project.text("left.errors").split(separator: "\n").count == 2)
        try project.write("id,name,size\n2,b,2\n", to: "left/things.csv")
        let again = try project.run(["import", "--all", rejects])
        #expect(again.code == 0, "\(again.lines)")
        // Nothing is refused: nothing is left of what was.
        try FileManager.default.removeItem(atPath: project.path + "/all/parts.JSON")
        try project.write("id,name,size\n3,c,3\n", to: "all/things.csv")
        let clean = try project.run(
            ["import", "--all", project.path + "/all", "--rejects", rejects])
        #expect(clean.code == 0, "\(clean.lines)")
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: rejects) == ["parts.JSON"])
    }

    @Test func `rows that were there are not counted as loaded`() throws {
        let project = try Self.project()
        try project.write("id,name\n1,a\n2,b\n", to: "rows.csv")
        let words = ["import", "things", project.path + "/rows.csv"]
        #expect(try project.run(words).code == 0)
        let more = (1...700).map { "\($0),c\n" }.joined()
        try project.write("id,name\n" + more, to: "rows.csv")
        let (told, code) = try project.run(words + ["--on-conflict", "ignore"])
        #expect(code == 0)
        #expect(told.last?.hasPrefix("698 rows in ") == true, "\(told)")
        #expect(told.last?.contains("2 were there already") == true, "\(told)")
        let json = try project.run(words + ["--on-conflict", "ignore", "--json"])
        #expect(json.lines.last?.contains(#""rows":0,"ignored":700"#) == true, "\(json.lines)")
        let merged = try project.run(words + ["--on-conflict", "merge", "--json"])
        #expect(merged.lines.last?.contains(#""rows":700,"ignored":0"#) == true, "\(merged.lines)")
    }

    @Test(arguments: ["rows.jsonc", "rows.xlsx", "rows.csv.gz", "rows.txt"])
    func `a file in a form that is not taken is told before anything is done`(
        name: String
    ) throws {
        let project = try Self.project()
        try project.write("id,name\n1,a\n", to: name)
        let (told, code) = try project.run(["import", "things", project.path + "/" + name])
        #expect(code == 2)
        #expect(
            told.contains { $0.contains(name) && $0.contains(".csv, .json, .ndjson or .jsonl") },
            "\(told)")
        try project.write("id,name\n1,a\n", to: "all/\(name)")
        let all = try project.run(["import", "--all", project.path + "/all"])
        #expect(all.code == 2)
        #expect(all.lines.contains { $0.contains(".csv, .json, .ndjson or .jsonl") }, "\(all)")
    }

    @Test(arguments: ["rows.CSV", "rows.Csv", "rows", "csv"])
    func `endings may be in capitals, or missing`(name: String) throws {
        let project = try Self.project()
        try project.write("id,name\n1,a\n", to: name)
        let (told, code) = try project.run(["import", "things", project.path + "/" + name])
        #expect(code == 0, "\(told)")
    }
}
