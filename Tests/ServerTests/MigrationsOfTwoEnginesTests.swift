import Diagnostics
import Foundation
import PostgresTestSupport
import Server
import ServerTestSupport
import TestSupport
import Testing

/// A project whose `Migrations/` holds the files of both engines.
@Suite(.needsPostgres, .blocking, .timeLimit(.minutes(10))) struct MigrationsOfTwoEnginesTests {
    private let database: TestDatabase
    private let project: TestProject

    init() throws {
        database = try PostgresServer.shared.makeDatabase()
        project = try TestProject()
    }

    private func options(_ isPostgres: Bool) throws -> ServerOptions {
        try ServerOptions(
            project: project.path, listen: "127.0.0.1:0", logLevel: "error",
            database: isPostgres ? database.url : nil)
    }

    /// Writes a file by hand, as it is.
    private func write(_ sql: String, to name: String) throws {
        let folder = project.root.appending(path: "Migrations")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data(sql.utf8).write(to: folder.appending(path: name))
    }

    private func files() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: project.path + "/Migrations").sorted()
    }

    /// The project served as in production, with its pending files applied.
    private func serve(_ isPostgres: Bool) throws {
        try Backend.start(options(isPostgres), mode: .production(migrate: true)).stop()
    }

    @Test func `development applies a file that cannot run in a transaction`() throws {
        _ = try MigrationCommands.new(options(true), name: "add_notes")
        let model = TestProject.note.replacing(
            #""required""#, with: #""indexes": [{"on": ["text"]}], "required""#)
        try project.write(model, to: "Schemas/models/notes.json")
        try write(
            """
            -- apus: postgresql
            -- apus: no transaction
            CREATE INDEX CONCURRENTLY "notes_text_idx" ON "notes" ("text");
            """, to: "29990101T000000_index.sql")
        for _ in 1...2 { try Backend.start(options(true), mode: .development).stop() }
        let isValid = try database.client().value(
            "SELECT indisvalid FROM pg_index WHERE indexrelid = 'notes_text_idx'::regclass")
        #expect(isValid == "t")
    }

    @Test func `each engine applies its own files and passes over the others`() throws {
        for isPostgres in [false, true] {
            #expect(try MigrationCommands.new(options(isPostgres), name: "add_notes")?.path != nil)
        }
        #expect(try files().count == 2)
        for isPostgres in [false, true] {
            #expect(try MigrationCommands.new(options(isPostgres), name: "again")?.path == nil)
            let report = SchemaCheck.run(try options(isPostgres))
            #expect(report.faults == [])
            #expect(report.unwritten == [])
            let others = isPostgres ? "1 for SQLite" : "1 for PostgreSQL"
            #expect(
                report.summary.split(separator: "\n").first
                    == "1 model, 1 migration file (and \(others)): no faults")
            try serve(isPostgres)
            let status = try MigrationCommands.status(options(isPostgres))
            #expect(status.isClean)
            let lines = status.text.split(separator: "\n")
            #expect(
                lines.filter { $0.hasSuffix("_add_notes  applied") }.count == 1, "\(lines)")
            #expect(
                lines.filter { $0.hasSuffix(" \(others.dropFirst(2)), passed over") }.count == 1,
                "\(lines)")
        }
    }

    @Test func `a server that has files for the other engine alone says which command writes its own`(
    ) throws {
        _ = try MigrationCommands.new(options(false), name: "add_notes")
        let problem = #expect(throws: Problem.self) { try serve(true) }
        #expect(problem?.code == "migration_missing")
        #expect(
            problem?.hint == "Run 'apus migrate new NAME', with the same options, to write it. "
                + "Passed over in Migrations/: 1 for SQLite.")
    }

    @Test func `a file by hand that names no engine is never passed over`() throws {
        try write("CREATE TABLE a (x int);", to: "20261121T100000_by_hand.sql")
        let faults = SchemaCheck.run(try options(true)).faults
        #expect(
            faults == [
                "Migrations/20261121T100000_by_hand.sql:1:1: the file does not say that it is for "
                    + "PostgreSQL: write '-- apus: postgresql' on its first line if it is, "
                    + "'-- apus: sqlite' if the file is for SQLite"
            ])
    }

    @Test(arguments: [false, true])
    func `a file for an engine that there is not is told the names of those that are`(
        isPostgres: Bool
    ) throws {
        try write("-- apus: postgres\nCREATE TABLE a (x int);", to: "20261121T100000_by_hand.sql")
        let ways = [
            "'-- apus: postgresql' if the file is for PostgreSQL",
            "'-- apus: sqlite' if the file is for SQLite",
        ]
        let faults = SchemaCheck.run(try options(isPostgres)).faults
        #expect(
            faults == [
                "Migrations/20261121T100000_by_hand.sql:1:1: no engine is called \"postgres\": write "
                    + (isPostgres ? ways : ways.reversed()).joined(separator: ", ")
            ])
        let lines = try RunningCommand(
            ["migrate", "up", "--project", project.path]
                + (isPostgres ? ["--database", database.url] : [])).lines(through: "fault")
        #expect(lines.last == "apus: 1 fault in Migrations/")
    }

    @Test func `a view in the way of a file is named, and dev is not said to have made it`() throws {
        try write("-- apus: postgresql\nCREATE TABLE notes (x int);", to: "20261121T100000_a.sql")
        try database.client().execute("CREATE VIEW notes AS SELECT 1 AS x")
        let problem = #expect(throws: Problem.self) {
            try MigrationCommands.up(options(true)) { _ in }
        }
        #expect(
            problem?.message.hasSuffix("_a.sql:2:1: relation \"notes\" already exists") == true)
        #expect(
            problem?.hint == "Nothing of the file was applied. The view \"notes\" of the database is "
                + "where the file makes a table: rename it "
                + "(ALTER VIEW \"notes\" RENAME TO \"notes_before\";).")
    }

    @Test func `files of two engines may have one version, and those of one may not`() throws {
        _ = try MigrationCommands.new(options(true), name: "add_notes")
        let version = try #require(try files().first?.split(separator: "_").first)
        try write("-- apus: sqlite\nSELECT 1;", to: "\(version)_other.sql")
        #expect(SchemaCheck.run(try options(true)).faults == [])
        try write("-- apus: postgresql\nSELECT 1;", to: "\(version)_twin.sql")
        let faults = SchemaCheck.run(try options(true)).faults
        #expect(
            faults == [
                "Migrations/\(version)_twin.sql: \(version)_add_notes.sql has the same version"
            ])
    }

    @Test func `the sample's own files build it on either engine`() throws {
        for database in [nil, database.url] {
            let report = SchemaCheck.run(
                try ServerOptions(
                    project: Repository.root.path, data: project.data, database: database))
            #expect(report.faults == [])
            #expect(report.unwritten == [])
        }
    }
}
