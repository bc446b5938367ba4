import Bytes
import Foundation
import ServerTestSupport
import TestSupport
import Testing

@testable import Server

/// From nothing to a project that runs.
@Suite(.timeLimit(.minutes(10))) struct InitCommandTests {
    static let templates = ProjectTemplate.all.map(\.name)
    private let folder: TemporaryDirectory

    init() throws { folder = try TemporaryDirectory() }

    private static func run(_ words: String...) throws -> (lines: [String], code: Int32?) {
        let command = try RunningCommand(words)
        var lines: [String] = []
        while let line = command.nextLine() { lines.append(line) }
        return (lines, command.exitCode())
    }

    private func names(in path: String = "") throws -> [String] {
        let root = folder.url.appending(path: path)
        return try FileManager.default.subpathsOfDirectory(atPath: root.path).sorted()
    }

    private func mode(of name: String) throws -> Int {
        let facts = try FileManager.default.attributesOfItem(atPath: folder.file(name))
        return try #require(facts[.posixPermissions] as? Int)
    }

    @Test func `the templates are those of the folder, file by file`() throws {
        let root = Repository.root.appending(path: "Sources/CTemplates/templates")
        func files(of name: String) throws -> [String: [UInt8]] {
            let folder = root.appending(path: name)
            var found: [String: [UInt8]] = [:]
            for path in try FileManager.default.subpathsOfDirectory(atPath: folder.path) {
                let file = folder.appending(path: path)
                if !file.hasDirectoryPath, let data = try? Data(contentsOf: file) {
                    found[path == "gitignore" ? ".gitignore" : path] = Array(data)
                }
            }
            return found
        }
        let shared = try files(of: "shared")
        let folders = try FileManager.default.contentsOfDirectory(atPath: root.path)
        #expect(Set(folders) == Set(Self.templates + ["shared"]))
        #expect(Self.templates == ["todo", "chat", "blog", "kanban"])
        for template in ProjectTemplate.all {
            let own = try files(of: template.name)
            let all = own.merging(shared) { $1 }
            #expect(all.count == own.count + shared.count)
            #expect(template.files.map(\.path) == all.keys.sorted())
            for (path, bytes) in template.files { #expect(all[path] == bytes, "\(path)") }
        }
    }

    @Test(arguments: templates)
    func `a template runs at once, and as it goes to production`(name: String) throws {
        let path = folder.file("new/\(name)")
        let (lines, code) = try Self.run("init", "--template", name, path)
        #expect(code == 0 && lines.first == "made \(path)/", "\(lines)")
        let template = try #require(ProjectTemplate.all.first { $0.name == name })
        for (file, _) in template.files {
            let shown = file.split(separator: "/").last.map(String.init) ?? ""
            #expect(lines.contains { $0.hasPrefix("  ") && $0.hasSuffix(shown) }, "\(file)")
        }
        let next = try #require(lines.firstIndex(of: "Next:"))
        #expect(
            lines[(next + 1)...].map { $0.split(separator: "#")[0].trimmed } == [
                "cd \(path) && apus dev", "apus migrate new first", "apus serve --migrate",
            ])
        let server = try RunningCommand(["dev", "--project", path, "--listen", "127.0.0.1:0"])
        let told = server.lines(through: "listening on")
        let expected = template.files.compactMap { file -> String? in
            guard file.path.hasPrefix("Schemas/models/") else { return nil }
            return String(file.path.dropFirst("Schemas/models/".count).dropLast(".json".count))
        }
        #expect(
            told.contains { $0.hasSuffix("/models: " + expected.joined(separator: ", ")) },
            "\(told)")
        #expect(!told.contains { $0.contains("warning") }, "\(told)")
        #expect(told.contains { $0.contains("page ") && $0.hasSuffix("/app/") })
        server.terminate()
        _ = server.exitCode()
        #expect(try Self.run("migrate", "new", "first", "--project", path).code == 0)
        #expect(try Self.run("check", "--project", path).code == 0)
        #expect(try Self.run("fmt", "--check", "--project", path).code == 0)
    }

    @Test func `no secret is in what is committed, and nobody else enters the data`() throws {
        #expect(try Self.run("init", folder.path).code == 0)
        #expect(try mode(of: ".apus") == 0o700)
        #expect(try mode(of: "index.html") & 0o077 == 0o044 & ~Int(Self.mask))
        let ignored = String(decoding: folder.read(".gitignore"), as: UTF8.self)
        #expect(ignored.split(separator: "\n").contains(".apus/"))
        let keys = try Self.run("keys", "--json", "--project", folder.path).lines
        let json = JSON(try JSONDocument(parsing: Array(try #require(keys.last).utf8)).root)
        for name in try names() where !name.hasPrefix(".apus") {
            let text = String(decoding: folder.read(name), as: UTF8.self)
            for key in ["anon", "service_role"] {
                #expect(!text.contains(try #require(json[key]?.string)), "\(name)")
            }
        }
        #expect(
            String(decoding: folder.read("README.md"), as: UTF8.self).split(separator: "\n").count
                == 5)
    }

    private static let mask: mode_t = {
        let mask = umask(0)
        umask(mask)
        return mask
    }()

    @Test(arguments: ["README.md", ".gitignore", "index.html", "public/app.js", "public"])
    func `what is there is named, and nothing is written`(name: String) throws {
        try folder.write("mine", to: name)
        try folder.write("mine", to: "other.txt")
        let before = try names()
        let (lines, code) = try Self.run("init", folder.path)
        #expect(
            code == 1 && lines[0].contains("has already: \(name). Nothing was written."), "\(lines)"
        )
        #expect(try names() == before)
        #expect(folder.read(name) == Array("mine".utf8))
    }

    @Test func `a link that leads nowhere is in the way`() throws {
        try FileManager.default.createSymbolicLink(
            atPath: folder.file("README.md"), withDestinationPath: "nowhere")
        let (lines, code) = try Self.run("init", folder.path)
        #expect(code == 1 && lines[0].contains("has already: README.md."))
    }

    @Test func `other things in the folder are left alone`() throws {
        try folder.write("mine", to: "notes.txt")
        try folder.write("mine", to: "public/mine.css")
        #expect(try Self.run("init", folder.path).code == 0)
        #expect(folder.read("notes.txt") == Array("mine".utf8))
        #expect(folder.read("public/mine.css") == Array("mine".utf8))
        #expect(!folder.read("public/app.js").isEmpty)
        // A second one would write over the first.
        let (lines, code) = try Self.run("init", folder.path)
        #expect(code == 1 && lines[0].contains("Schemas/"))
    }

    @Test func `an empty Schemas is taken when that is said`() throws {
        let models = folder.url.appending(path: "Schemas/models")
        try FileManager.default.createDirectory(at: models, withIntermediateDirectories: true)
        let (lines, code) = try Self.run("init", folder.path)
        #expect(
            code == 1 && lines[0].contains("Schemas/, which is empty (--force uses it)"), "\(lines)"
        )
        #expect(try names() == ["Schemas", "Schemas/models"])
        #expect(try Self.run("init", "--force", folder.path).code == 0)
        #expect(!folder.read("Schemas/models/todos.json").isEmpty)
        #expect(try names().allSatisfy { !$0.contains(".new-") })
    }

    @Test func `force takes no Schemas with a file in it`() throws {
        try folder.write("{}", to: "Schemas/rules.json")
        let (lines, code) = try Self.run("init", "--force", folder.path)
        #expect(code == 1 && lines[0].contains("has already: Schemas/."))
        #expect(try names() == ["Schemas", "Schemas/rules.json"])
    }

    @Test func `what cannot be made is not left by halves`() throws {
        guard geteuid() != 0 else { return }
        try FileManager.default.setAttributes([.posixPermissions: 0o500], ofItemAtPath: folder.path)
        defer {
            try? FileManager.default.setAttributes(
                [.posixPermissions: 0o700], ofItemAtPath: folder.path)
        }
        #expect(try Self.run("init", folder.path).code == 1)
        #expect(try names() == [])
    }

    @Test func `an unknown template is told`() throws {
        let (lines, code) = try Self.run("init", "--template", "tod", folder.path)
        #expect(code == 2)
        #expect(
            lines[0].contains("one of todo, chat, blog, kanban, not 'tod'; did you mean 'todo'?"))
        #expect(try names() == [])
    }
}

extension Substring {
    fileprivate var trimmed: String { trimmingCharacters(in: .whitespaces) }
}
