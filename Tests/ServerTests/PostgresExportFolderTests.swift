import Foundation
import ServerTestSupport
import TestSupport
import Testing

/// `apus export postgres --to DIR`: what it writes, and where it writes nothing.
@Suite(.timeLimit(.minutes(5))) struct PostgresExportFolderTests {
    private static func server() throws -> TestBackend {
        let server = try TestBackend(models: [
            "notes": TestProject.note,
            "odd 'names'": #"{"properties": {"id": {"type": "integer"}}, "access": {}}"#,
        ])
        let client = try server.serviceClient()
        #expect(try client.send("POST", "/rest/v1/notes", #"{"text": "a\tb"}"#).status == 201)
        return server
    }

    private static func contents(_ folder: String) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: folder).sorted()
    }

    @Test(arguments: [false, true])
    func `a folder has a script that reads the others`(isThere: Bool) throws {
        let server = try Self.server()
        let folder = server.project.path + "/out"
        if isThere {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: false)
        }
        let (lines, code) = try server.project.run(["export", "postgres", "--to", folder + "/"])
        #expect(code == 0, "\(lines)")
        #expect(
            lines.first == "wrote \(folder)/: 2 tables, 1 row; to load it: psql -f \(folder)/load.sql DATABASE")
        #expect(
            try Self.contents(folder) == [
                "access.sql", "load.sql", "rows", "rows/notes.sql", "rows/odd%20%27names%27.sql",
                "tables.sql",
            ])
        let load = try server.project.text("out/load.sql")
        for part in [
            "\\set ON_ERROR_STOP on", "BEGIN;", "\\ir 'tables.sql'", "\\ir 'rows/notes.sql'",
            "\\ir 'access.sql'", "COMMIT;", "-- Not translated:",
        ] { #expect(load.contains(part + "\n"), "\(part) in \(load)") }
        #expect(
            try server.project.text("out/rows/notes.sql").hasSuffix(
                ") FROM stdin;\n1\ta\\tb\n\\.\n\n"))
    }

    @Test func `nothing is written where something is, nor a part of it`() throws {
        let server = try Self.server()
        let project = server.project
        try project.write("mine", to: "full/note.txt")
        let full = try project.run(["export", "postgres", "--to", project.path + "/full"])
        #expect(full.code == 1)
        #expect(full.lines.contains { $0.contains("full") && $0.contains("something at") }, "\(full)")
        #expect(try Self.contents(project.path + "/full") == ["note.txt"])
        let file = try project.run(["export", "postgres", "--to", project.path + "/full/note.txt"])
        #expect(file.code == 1, "\(file)")
        let both = try project.run(["export", "postgres", "a.sql", "--to", project.path + "/b"])
        #expect(both.code == 2)
        let other = try project.run(["export", "notes", "--to", project.path + "/b"])
        #expect(other.code == 2, "\(other)")
        // The folder beside it cannot be made.
        let lost = try project.run(["export", "postgres", "--to", project.path + "/full/note.txt/b"])
        #expect(lost.code == 1)
        let names = try FileManager.default.contentsOfDirectory(atPath: project.path)
        #expect(!names.contains { $0.contains(".part-") }, "\(names)")
    }
}
