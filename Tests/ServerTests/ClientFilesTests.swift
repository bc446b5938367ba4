import Foundation
import ServerTestSupport
import TestSupport
import Testing

@testable import Server

/// What `apus types` and `apus docs` print and write.
@Suite(.timeLimit(.minutes(10))) struct ClientFilesTests {
    private static let changed = TestProject.note.replacing(
        "\"text\": {", with: "\"n\": {\"type\": \"integer\"}, \"text\": {")

    private static func run(_ words: String...) throws -> (lines: [String], code: Int32?) {
        let command = try RunningCommand(words)
        var lines: [String] = []
        while let line = command.nextLine() { lines.append(line) }
        return (lines, command.exitCode())
    }

    private static func text(_ path: String) -> String {
        (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    }

    private static func inode(_ path: String) throws -> Int {
        try #require(FileManager.default.attributesOfItem(atPath: path)[.systemFileNumber] as? Int)
    }

    @Test(arguments: [("typescript", "export type Database = {"), ("swift", "public enum Database {")])
    func `types are printed, or written where they differ`(language: String, line: String) throws {
        let project = try TestProject()
        let printed = try Self.run("types", language, "--project", project.path)
        #expect(printed.code == 0 && printed.lines.contains(line))
        let path = project.path + "/types.out"
        let first = try Self.run("types", language, "--out", path, "--project", project.path)
        #expect(first.code == 0 && first.lines == ["wrote \(path)"])
        #expect(Self.text(path) == printed.lines.joined(separator: "\n") + "\n")
        let inode = try Self.inode(path)
        let second = try Self.run("types", language, "--out", path, "--project", project.path)
        #expect(second.code == 0 && second.lines == ["\(path) is as it was"])
        #expect(try Self.inode(path) == inode)
        // Nothing but the model files was asked for.
        #expect(!FileManager.default.fileExists(atPath: project.data))
    }

    @Test func `faults are listed, and nothing is written`() throws {
        let project = try TestProject()
        try project.write("{\"properties\": {\"a\": {\"type\": \"text\"}}}", to: "Schemas/models/notes.json")
        let path = project.path + "/types.ts"
        let (lines, code) = try Self.run("types", "typescript", "--out", path, "--project", project.path)
        #expect(code == 1 && lines.contains { $0.hasPrefix("Schemas/models/notes.json:1:") }, "\(lines)")
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test func `a watched file follows each save, and keeps what it has while there are faults`() throws {
        let project = try TestProject()
        let path = project.path + "/types.ts"
        let command = try RunningCommand(
            ["types", "typescript", "--watch", "--out", path, "--project", project.path])
        #expect(command.lines(through: "wrote").last == "wrote \(path)")
        try project.write(Self.changed, to: "Schemas/models/notes.json")
        #expect(command.lines(through: "wrote").last == "wrote \(path)")
        let good = Self.text(path)
        #expect(good.contains("n: number | null"))
        try project.write("{", to: "Schemas/models/notes.json")
        let told = command.lines(through: "stays as it is")
        #expect(told.contains { $0.hasPrefix("Schemas/models/notes.json:1:") }, "\(told)")
        #expect(Self.text(path) == good)
        try project.write(TestProject.note, to: "Schemas/models/notes.json")
        #expect(command.lines(through: "wrote").last == "wrote \(path)")
        #expect(!Self.text(path).contains("n: number"))
        command.terminate()
        _ = command.exitCode()
    }

    static let misuses: [(words: [String], reason: String)] = [
        (["types"], "takes one of typescript and swift"),
        (["types", "swif"], "not 'swif'; did you mean 'swift'?"),
        (["types", "swift", "--watch"], "--watch needs --out FILE"),
        (["docs", "--url", "example.org"], "--url takes http://HOST:PORT"),
    ]

    @Test(arguments: misuses)
    func `wrong words are told`(words: [String], reason: String) throws {
        let command = try RunningCommand(words)
        #expect(command.nextLine()?.contains(reason) == true)
        #expect(command.exitCode() == 2)
    }

    @Test func `the page has the key of anybody once there is one, and never the other`() throws {
        let project = try TestProject()
        let path = project.path + "/api.html"
        func write() throws -> [String] {
            let (lines, code) = try Self.run(
                "docs", "--out", path, "--url", "https://api.example.org", "--project", project.path)
            #expect(code == 0)
            return lines
        }
        #expect(try write().contains { $0.contains("there are no keys yet") })
        #expect(Self.text(path).contains("ANON_KEY"))
        #expect(!FileManager.default.fileExists(atPath: project.data))
        let keys = try APIKeys.load(try project.options())
        #expect(try write() == ["wrote \(path)"])
        let page = Self.text(path)
        #expect(page.contains(keys.anonymous) && !page.contains(keys.service))
        #expect(page.contains("createClient(&quot;https://api.example.org&quot;"))
    }

    @Test func `a development server shows the page of what it serves, at the name that was asked for`() throws {
        let backend = try TestBackend(models: ["notes": TestProject.note])
        let client = try HTTPClient(port: backend.port)
        func page() throws -> HTTPAnswer {
            try client.send(raw: "GET /docs HTTP/1.1\r\nHost: notes.localhost:\(backend.port)\r\n\r\n")
        }
        let answer = try page()
        #expect(answer.status == 200 && answer.field("Content-Type") == "text/html; charset=utf-8")
        #expect(answer.text.contains("http://notes.localhost:\(backend.port)"))
        #expect(answer.text.contains(backend.anonymous) && !answer.text.contains(backend.service))
        #expect(answer.field("Content-Security-Policy")?.contains("default-src 'none'") == true)
        #expect(!answer.text.contains("<code>n</code>"))
    }
}
