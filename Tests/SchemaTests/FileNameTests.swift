import Diagnostics
import Foundation
import TestSupport
import Testing

@testable import Schema

/// Files whose names are nearly right: each is told of, and what it should be called.
@Suite struct FileNameTests {
    private static let model = #"{"properties": {"id": {"type": "integer"}}, "access": {}}"#

    /// What reading a project's folder tells.
    private static func faults(_ files: [(String, String)]) throws -> [String] {
        let directory = try TemporaryDirectory()
        for (path, text) in files {
            let file = directory.url.appending(path: path)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
        do throws(SchemaFailure) {
            _ = try Catalogue.load(schemas: directory.file("Schemas"))
            return []
        } catch {
            return error.diagnostics.map(\.description)
        }
    }

    @Test(arguments: [
        ("models/posts.JSON", "did you mean \"posts.json\""),
        ("models/posts.jsonc", "did you mean \"posts.json\""),
        ("models/posts.json5", "did you mean \"posts.json\""),
        ("models/totals.SQL", "did you mean \"totals.sql\""),
        ("seeds/demo.Json", "did you mean \"demo.json\""),
        ("models/posts.yaml", "a file in models/ ends with .json"),
        ("seeds/demo.csv", "a file in seeds/ ends with .json"),
        ("seeds/demo.ndjson", "a file in seeds/ ends with .json"),
        ("project.JSON", "did you mean \"project.json\""),
        ("rules.jsonc", "did you mean \"rules.json\""),
    ])
    func `a schema file with another ending is no secret`(path: String, part: String) throws {
        let right = ("Schemas/models/things.json", Self.model)
        let faults = try Self.faults([right, ("Schemas/\(path)", Self.model)])
        #expect(faults.count == 1)
        #expect(faults.first?.hasPrefix("Schemas/\(path):1:1: ") == true, "\(faults)")
        #expect(faults.first?.contains(part) == true, "\(faults)")
    }

    @Test(arguments: [
        "README.md", "notes.txt", "models/.posts.JSON", "models/posts.json~", "models/posts.json.bak",
        "models/posts", "seeds/photo.png",
    ])
    func `notes and what editors leave may lie about`(path: String) throws {
        let right = ("Schemas/models/things.json", Self.model)
        #expect(try Self.faults([right, ("Schemas/\(path)", "x")]).isEmpty)
    }

    @Test func `nothing else is told of a model whose file is called wrongly`() throws {
        let reference = #"""
            {"properties": {"id": {"type": "integer"},
               "post": {"type": "integer", "references": {"model": "posts"}}}, "access": {}}
            """#
        let faults = try Self.faults([
            ("Schemas/models/things.json", reference), ("Schemas/models/posts.JSON", Self.model),
        ])
        #expect(faults.count == 1, "\(faults)")
    }

    @Test(arguments: [
        ("20261121T101500_a.SQL", "did you mean \"20261121T101500_a.sql\""),
        ("20261121T101500_Add_Rooms.sql", "did you mean \"20261121T101500_add_rooms.sql\""),
        ("20261321T101500_a.sql", "there is no moment 20261321T101500"),
        ("20260229T101500_a.sql", "there is no moment 20260229T101500"),
        ("20261100T101500_a.sql", "there is no moment 20261100T101500"),
        ("20261121T251500_a.sql", "there is no moment 20261121T251500"),
        ("2026-11-21_a.sql", "a migration file is called YYYYMMDDTHHMMSS_name.sql"),
    ])
    func `a migration file with a wrong name is no secret`(name: String, part: String) throws {
        let directory = try TemporaryDirectory()
        try "CREATE TABLE a (b INTEGER) STRICT;".write(
            toFile: directory.file(name), atomically: false, encoding: .utf8)
        do throws(SchemaFailure) {
            _ = try migrations(in: directory.path)
            Issue.record("\(name) was taken")
        } catch {
            let told = error.diagnostics.map(\.description)
            #expect(told.count == 1 && told[0].contains(part) && told[0].contains(name), "\(told)")
        }
    }

    @Test(arguments: ["20240229T000000_a.sql", "20261231T235959_a.sql"])
    func `every moment names a file`(name: String) {
        #expect(MigrationFile(fileName: name, text: []) != nil)
    }

    @Test(arguments: [
        ("20261121T100000", "20261121T100001"), ("20261121T235959", "20261122T000000"),
        ("20240228T235959", "20240229T000000"), ("20261231T235959", "20270101T000000"),
        // As files were called that were written in one second, before there were carries.
        ("20261121T100059", "20261121T100100"), ("20261121T100060", "20261121T100061"),
    ])
    func `the next file is called by the next moment`(previous: String, next: String) throws {
        let difference = try MigrationTests.difference(MigrationSet([]), [MigrationTests.rooms])
        let file = MigrationFile(
            overcoming: difference, in: MigrationSet([]).form, name: "a", after: previous,
            now: Instant(seconds: 0))
        #expect(file.version == next)
        #expect(MigrationFile(fileName: file.fileName, text: []) != nil)
    }

    @Test(arguments: [
        ("\u{FEFF}\(ViewTests.select)", "byte order mark"),
        (ViewTests.select + String(repeating: " ", count: 16 << 20), "larger than 16 MiB"),
    ])
    func `a view's file is judged as a model's is`(text: String, part: String) throws {
        do throws(SchemaFailure) {
            _ = try Catalogue(parsing: ViewTests.files(["totals.sql": text]))
            Issue.record("it was taken")
        } catch {
            #expect(error.diagnostics.count == 1)
            #expect(error.diagnostics.first?.message.contains(part) == true)
        }
    }
}
