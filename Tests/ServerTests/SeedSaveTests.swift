import Server
import ServerTestSupport
import TestSupport
import Testing

/// Seed rows that were edited after they were planted.
@Suite(.timeLimit(.minutes(10))) struct SeedSaveTests {
    @Test func `an edited row that is there already is told, and a removed one comes back`() throws
    {
        let project = try FilesOnDisk(models: ["notes": TestProject.note])
        func seed(_ text: String) throws {
            try project.seeds(
                #"{"notes": [{"id": 1, "text": "a"}, {"id": 2, "text": "\#(text)"}]}"#)
        }
        func told() throws -> [String] {
            try project.lines("dev").filter { $0.contains("seed") }.map { String($0.dropFirst(10)) }
        }
        try seed("b")
        #expect(try told() == [])
        #expect(try told() == [])
        try seed("c")
        #expect(
            try told() == [
                "1 seed row is in the database with other values and stays as it is there: "
                    + "Schemas/seeds/more.json:1:36"
            ])
        #expect(try project.value("SELECT text FROM notes WHERE id = 2") == "b")
        try project.execute("DELETE FROM notes WHERE id = 2;")
        #expect(try told() == [])
        #expect(try project.value("SELECT text FROM notes WHERE id = 2") == "c")
    }

    /// A model whose type changes takes its seeds with it: what is wrong with either is told at
    /// once.
    private static let changed = TestProject.note.replacing(
        #""text": {"type": "string"}"#, with: #""text": {"type": "integer"}"#)
    private static let rows = #"{"notes": [{"id": 1, "text": "a"}]}"#

    @Test func `a check tells faults of seeds and what the models change`() throws {
        let project = try FilesOnDisk(models: ["notes": TestProject.note])
        try project.record()
        try project.model("notes", Self.changed)
        try project.seeds(Self.rows)
        let check = SchemaCheck.run(try project.options)
        #expect(check.faults.count == 2, "\(check.faults)")
        #expect(check.faults.first?.hasPrefix("Schemas/seeds/more.json:1:30: ") == true)
        #expect(check.faults.last?.contains("notes.text") == true, "\(check.faults)")
        #expect(check.summary.hasPrefix("2 faults"), "\(check.summary)")
        // Where nothing else is wrong, the seeds alone are told.
        try project.model("notes", TestProject.note)
        try project.seeds(#"{"notes": [{"text": "no key"}]}"#)
        #expect(SchemaCheck.run(try project.options).faults.count == 1)
    }

    @Test func `a save tells faults of seeds and what the models change`() throws {
        let project = try DevelopedProject()
        let client = try HTTPClient(
            port: project.port, key: try APIKeys.load(project.options).service)
        #expect(try client.send("POST", "/rest/v1/notes", #"{"text":"a"}"#).status == 201)
        try project.save("seeds/more.json", Self.rows)
        #expect(project.nextLine() == "took seeds/more.json")
        try project.save("models/notes.json", Self.changed)
        #expect(
            project.nextLine()
                == "warning: not taken: models/notes.json; \(DevelopedProject.goesOn)")
        #expect(project.command.nextLine()?.contains("seeds/more.json:1:30: ") == true)
        #expect(project.command.nextLine()?.contains("notes.text") == true)
    }
}
