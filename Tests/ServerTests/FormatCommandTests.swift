import Foundation
import ServerTestSupport
import TestSupport
import Testing

/// `apus fmt` on files.
@Suite(.timeLimit(.minutes(10))) struct FormatCommandTests {
    private let folder: TemporaryDirectory

    init() throws { folder = try TemporaryDirectory() }

    private func run(_ words: String...) throws -> (lines: [String], code: Int32?) {
        let command = try RunningCommand(["fmt", "--project", folder.path] + words)
        var lines: [String] = []
        while let line = command.nextLine() { lines.append(line) }
        return (lines, command.exitCode())
    }

    private func text(_ name: String) -> String {
        String(decoding: folder.read(name), as: UTF8.self)
    }

    @Test func `the repository's own files have the one form`() throws {
        let command = try RunningCommand(["fmt", "--check", "--project", Repository.root.path])
        var lines: [String] = []
        while let line = command.nextLine() { lines.append(line) }
        #expect(command.exitCode() == 0 && lines.count == 1, "\(lines)")
    }

    @Test func `files are told by check, and written without it`() throws {
        let file = try folder.write(
            #"{"access":{"all":true},"properties":{}}"#, to: "Schemas/models/a.json")
        try folder.write("{}\n", to: "Schemas/rules.json")
        let before = folder.read("Schemas/models/a.json")
        var (lines, code) = try run("--check")
        #expect(code == 1 && lines == ["\(file) has another form"])
        #expect(folder.read("Schemas/models/a.json") == before)
        (lines, code) = try run()
        #expect(code == 0 && lines == ["wrote \(file)"])
        #expect(
            text("Schemas/models/a.json")
                == "{\n  \"properties\": {},\n  \"access\": {\"all\": true}\n}\n")
        (lines, code) = try run("--check")
        #expect(code == 0 && lines == ["nothing to do: 2 files have the one form"])
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.file("Schemas/models")) == [
                "a.json"
            ])
    }

    @Test func `a file with faults is left as it is and told, the others are formed`() throws {
        let bad = try folder.write("{\"properties\": {},}", to: "Schemas/models/bad.json")
        let good = try folder.write("{ }", to: "Schemas/rules.json")
        let (lines, code) = try run()
        #expect(code == 1)
        #expect(
            lines.contains { $0.hasPrefix("\(bad):1:18: ") && $0.contains("comma") }, "\(lines)")
        #expect(lines.contains("wrote \(good)"))
        #expect(text("Schemas/models/bad.json") == "{\"properties\": {},}")
    }

    @Test func `a file keeps its permissions, and a link stays one`() throws {
        let real = try folder.write("{ }", to: "elsewhere/models/real.json")
        try FileManager.default.setAttributes([.posixPermissions: 0o664], ofItemAtPath: real)
        let models = folder.url.appending(path: "Schemas/models")
        try FileManager.default.createDirectory(at: models, withIntermediateDirectories: true)
        let link = models.appending(path: "link.json").path
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: real)
        #expect(try run().code == 0)
        #expect(text("elsewhere/models/real.json") == "{}\n")
        let facts = try FileManager.default.attributesOfItem(atPath: real)
        #expect(facts[.posixPermissions] as? Int == 0o664)
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == real)
    }

    @Test func `files that are named are formed alone`() throws {
        let one = try folder.write("{ }", to: "Schemas/models/one.json")
        try folder.write("{ }", to: "Schemas/models/two.json")
        let other = try folder.write("{ }", to: "package.json")
        let (lines, code) = try run(one, other, folder.file("gone.json"))
        #expect(code == 1)
        #expect(
            Set(lines) == [
                "wrote \(one)", "\(other): only the JSON files of Schemas/ have a form",
                "\(folder.file("gone.json")): the file cannot be read",
            ])
        #expect(text("Schemas/models/two.json") == "{ }")
    }
}
