import Foundation
import Server
import ServerTestSupport
import TestSupport
import Testing

/// `apus dev` where nobody has begun yet.
@Suite(.timeLimit(.minutes(10))) struct EmptyProjectTests {
    private let folder: TemporaryDirectory

    init() throws { folder = try TemporaryDirectory() }

    private func dev() throws -> (command: RunningCommand, port: Int, told: [String]) {
        let command = try RunningCommand([
            "dev", "--project", folder.path, "--listen", "127.0.0.1:0",
        ])
        let told = command.lines(through: "listening on")
        return (command, try #require(Int(told.last?.split(separator: ":").last ?? "")), told)
    }

    private func key(_ told: [String]) throws -> String {
        let line = try #require(told.first { $0.contains(" anon ") })
        return String(try #require(line.split(separator: " ").last))
    }

    /// The next line of the log that is not about a request, without its time.
    private func next(_ command: RunningCommand) -> String? {
        while let line = command.nextLine() {
            let text = String(line.dropFirst(10))
            if !text.contains(" GET /") { return text }
        }
        return nil
    }

    private static let ways = ["nothing", "Schemas", "Schemas/models", "Migrations"]

    @Test(arguments: ways)
    func `it starts, says so, and serves the first model when that is saved`(there: String) throws {
        if there != "nothing" {
            let path = folder.url.appending(path: there)
            try FileManager.default.createDirectory(at: path, withIntermediateDirectories: true)
        }
        let (command, port, told) = try dev()
        let said =
            "no models yet: save one as \(folder.path)/Schemas/models/NAME.json, or run "
            + "'apus init \(folder.path)'"
        #expect(told.contains { $0.hasSuffix(said) }, "\(told)")
        let client = try HTTPClient(port: port, key: try key(told))
        #expect(try client.send("GET", "/rest/v1/notes").status == 404)
        #expect(try client.send("GET", "/").text.contains("No models yet"))
        // What is not a schema file is no reason to say anything.
        try folder.write("mine", to: "README.md")
        try folder.write(TestProject.note, to: "Schemas/models/notes.json")
        #expect(next(command) == "applied table notes")
        #expect(next(command) == "took models/notes.json")
        #expect(try client.send("GET", "/rest/v1/notes").status == 200)
        #expect(try client.send("GET", "/").text.contains("/rest/v1/notes"))
    }

    @Test func `folders that come one by one are seen`() throws {
        let (command, _, _) = try dev()
        for path in ["Schemas", "Schemas/models"] {
            try FileManager.default.createDirectory(
                at: folder.url.appending(path: path), withIntermediateDirectories: false)
            Thread.sleep(forTimeInterval: 0.2)
        }
        try folder.write(TestProject.note, to: "Schemas/models/notes.json")
        #expect(next(command) == "applied table notes")
        #expect(next(command) == "took models/notes.json")
    }

    @Test func `a project made beside it is served whole`() throws {
        let (command, port, told) = try dev()
        let made = try RunningCommand(["init", "--template", "chat", folder.path])
        #expect(made.exitCode() == 0)
        var lines: [String] = []
        while let line = next(command) {
            lines.append(line)
            if line.hasPrefix("took ") { break }
        }
        #expect(
            lines.contains(
                "took models/messages.json, models/profiles.json, rules.json, seeds/demo.json, "
                    + "name of project.json"),
            "\(lines)")
        #expect(!lines.contains { $0.contains("not taken") }, "\(lines)")
        let client = try HTTPClient(port: port, key: try key(told))
        #expect(try client.send("GET", "/rest/v1/messages").status == 200)
        #expect(try client.send("GET", "/app/").status == 200)
    }

    @Test func `a folder that is not there is no place to begin`() throws {
        let path = folder.file("mistyped")
        let command = try RunningCommand(["dev", "--project", path, "--listen", "127.0.0.1:0"])
        #expect(command.exitCode() == 1)
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test func `production does not begin without files`() throws {
        let command = try RunningCommand([
            "serve", "--project", folder.path, "--listen", "127.0.0.1:0",
        ])
        #expect(command.nextLine()?.contains("there is no such folder") == true)
        #expect(command.exitCode() == 1)
    }

    @Test func `editors have the JSON Schemas while the first file has faults`() throws {
        try folder.write("{", to: "Schemas/models/notes.json")
        let command = try RunningCommand([
            "dev", "--project", folder.path, "--listen", "127.0.0.1:0",
        ])
        #expect(command.lines(through: "listening on").contains { $0.contains("notes.json:1:") })
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.file(".apus"))
        #expect(Set(names).isSuperset(of: ["model.schema.json", "project.schema.json"]))
    }
}
