import Foundation
import Server
import ServerTestSupport
import TestSupport
import Testing

/// `apus dev` where files have faults, and what it asks at a terminal.
@Suite(.timeLimit(.minutes(10))) struct FaultyStartTests {
    private let project: FilesOnDisk

    init() throws { project = try FilesOnDisk(models: ["notes": TestProject.note]) }

    private var words: [String] {
        ["dev", "--project", project.root.path, "--listen", "127.0.0.1:0"]
    }

    private func client(_ told: [String]) throws -> HTTPClient {
        let port = try #require(Int(told.last?.split(separator: ":").last ?? ""))
        return try HTTPClient(port: port, key: try APIKeys.load(project.options).service)
    }

    /// The next line of the log that is not about a request, without its time.
    private func next(_ command: RunningCommand) -> String? {
        while let line = command.nextLine() {
            let text = String(line.dropFirst(10))
            if !text.contains(" /rest/") { return text }
        }
        return nil
    }

    /// A file with a fault, what is told of it, and the status of its model meanwhile.
    private static let faults = [
        ("models/notes.json", #"{"properties": {"n": {"type": "integr"}}}"#, "notes.json:1:31:", 404),
        ("rules.json", #"{"r()": "auth.uidd() = 1"}"#, "rules.json:1:10:", 404),
        ("seeds/more.json", #"{"notes": [{"id": 1, "txt": "a"}]}"#, "more.json:1:22:", 200),
    ]

    @Test(arguments: faults)
    func `it starts, tells the faults once, and takes the mended files`(
        file: String, text: String, told: String, status: Int
    ) throws {
        let path = project.root.appending(path: "Schemas/\(file)")
        let before = try? Data(contentsOf: path)
        try FileManager.default.createDirectory(
            at: path.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: path)
        let command = try RunningCommand(words)
        let lines = command.lines(through: "listening on")
        #expect(lines.filter { $0.contains(told) }.count == 1, "\(lines)")
        let client = try client(lines)
        #expect(try client.send("GET", "/rest/v1/notes").status == status)
        #expect(try client.send("GET", "/").text.contains(told))
        try before.map { try $0.write(to: path) } ?? FileManager.default.removeItem(at: path)
        while let line = next(command), !line.hasPrefix("took "), !line.contains("faults are gone") {}
        #expect(try client.send("GET", "/rest/v1/notes").status == 200)
        #expect(try !client.send("GET", "/").text.contains(told))
    }

    @Test func `it starts where rows stand in the way, and serves once they do not`() throws {
        try project.develops()
        try project.execute("INSERT INTO notes (id, text) VALUES (1, 'many');")
        let short = TestProject.note.replacing(
            #""text": {"type": "string"}"#, with: #""text": {"type": "string", "maxLength": 2}"#)
        try project.model("notes", short)
        let command = try RunningCommand(words)
        let lines = command.lines(through: "listening on")
        #expect(lines.contains { $0.contains("(1, 'many')") }, "\(lines)")
        let client = try client(lines)
        #expect(try client.send("GET", "/rest/v1/notes").status == 404)
        try project.model("notes", TestProject.note)
        while let line = next(command), !line.hasPrefix("took ") {}
        #expect(try client.send("GET", "/rest/v1/notes").text.contains("many"))
    }

    @Test func `seeds that refer to nothing are told until they are mended`() throws {
        let tags = #"""
            {"properties": {"id": {"type": "integer"}, "note": {"type": "integer", \#
            "references": {"model": "notes"}}}, "access": {"all": true}}
            """#
        try project.model("tags", tags)
        try project.seeds(#"{"tags": [{"id": 1, "note": 7}]}"#)
        let command = try RunningCommand(words)
        let lines = command.lines(through: "listening on")
        #expect(lines.contains { $0.contains("refer to rows of") }, "\(lines)")
        let client = try client(lines)
        #expect(try client.send("GET", "/").text.contains("refer to rows of"))
        try project.seeds(#"{"notes": [{"id": 7, "text": "a"}], "tags": [{"id": 1, "note": 7}]}"#)
        while let line = next(command), !line.hasPrefix("took ") {
            #expect(!line.contains("the faults are gone"), "\(line)")
        }
        #expect(try client.send("GET", "/rest/v1/tags").text.contains("7"))
    }

    @Test func `it waits for settings that can be read`() throws {
        let path = project.root.appending(path: "Schemas/project.json")
        try Data(#"{"rest": {"max_row": 1}}"#.utf8).write(to: path)
        let command = try RunningCommand(words)
        #expect(command.lines(through: "project.json:1:11:").count == 2)
        try Data(#"{"rest": {"max_rows": 1}}"#.utf8).write(to: path)
        #expect(command.lines(through: "listening on").last?.contains("listening on") == true)
    }

    private static let bare =
        #"{"properties": {"id": {"type": "integer", "identity": true}}, "access": {}}"#

    @Test func `what was typed before a question is no answer to it`() throws {
        try project.develops()
        try project.execute("INSERT INTO notes (id, text) VALUES (1, 'kept');")
        let command = try RunningCommand(atTerminal: words)
        let client = try client(command.lines(through: "listening on"))
        command.type("y\ny\n")
        // What is typed is shown: it has come.
        _ = command.lines(through: "y")
        try project.model("notes", Self.bare)
        while let line = next(command), !line.contains("'y' and Enter") {}
        command.type("n\n")
        while let line = next(command), !line.hasPrefix("nothing was dropped") {
            #expect(!line.hasPrefix("took back"), "\(line)")
        }
        #expect(try client.send("GET", "/rest/v1/notes").text.contains("kept"))
    }

    /// What is typed, and how many values there are then.
    private static let answers = [("y\n", "gone"), ("n\n", "there"), ("\n", "there")]

    @Test(arguments: answers)
    func `what would be lost is asked about at a terminal`(typed: String, then: String) throws {
        try project.develops()
        try project.execute("INSERT INTO notes (id, text) VALUES (1, 'kept');")
        let command = try RunningCommand(atTerminal: words)
        let lines = command.lines(through: "listening on")
        let client = try client(lines)
        try project.model("notes", Self.bare)
        while let line = next(command), !line.contains("'y' and Enter") {}
        command.type(typed)
        let isGone = then == "gone"
        let end = isGone ? "took " : "nothing was dropped"
        var told: [String] = []
        while let line = next(command) {
            told.append(line)
            if line.hasPrefix(end) { break }
        }
        #expect(told.contains { $0.hasPrefix("backup in ") } == isGone, "\(told)")
        #expect(try client.send("GET", "/rest/v1/notes").text.contains("kept") == !isGone)
        // An edit is judged anew.
        try project.model("notes", TestProject.note)
        while let line = next(command), !line.hasPrefix("took "), !line.contains("faults are gone") {}
        #expect(try client.send("GET", "/rest/v1/notes").status == 200)
    }
}
