import Foundation
import Server
import ServerTestSupport
import Testing

/// `apus migrate up --dry-run` and `apus migrate verify`: what becomes of real rows, on a copy, and
/// whether everything fits together.
@Suite(.timeLimit(.minutes(10))) struct MigrationTrialTests {
    private static let enumerated = TestProject.note.replacing(
        #""text": {"type": "string"}"#, with: #""text": {"type": "string", "enum": ["a", "b"]}"#)

    private func recorded() throws -> FilesOnDisk {
        let project = try FilesOnDisk(models: ["notes": TestProject.note, "tags": TestProject.note])
        try project.record()
        #expect(try project.develops())
        try project.execute("INSERT INTO notes (id, text) VALUES (1, 'a'), (2, 'b');")
        return project
    }

    @Test func `files are tried on a copy of the rows, and nothing is changed`() throws {
        let project = try recorded()
        try project.model("notes", Self.enumerated)
        try project.model("tags", nil)
        var options = try project.options
        options.allowsLosses = true
        _ = try MigrationCommands.new(options, name: "closed")
        try project.execute("INSERT INTO tags (id, text) VALUES (1, 'x');")
        let lines = try project.lines("migrate", "up", "--dry-run")
        #expect(lines.contains { $0.contains("_closed.sql  ") && $0.hasSuffix(" ms") }, "\(lines)")
        #expect(lines.contains { $0.contains("the enum, lengths or bounds of notes.text") })
        #expect(lines.contains { $0.contains("drop of table tags loses its 1 row, after a backup") })
        #expect(lines.last == "1 file tried on a copy; nothing was changed")
        #expect(try project.value("SELECT count(*) FROM tags") == "1")
        #expect(try MigrationCommands.status(options).isClean == false)
        #expect(try project.lines("migrate", "up").last == "1 applied")
        #expect(try project.value("SELECT count(*) FROM notes") == "2")
        #expect(
            try project.lines("migrate", "verify").last == "files, models and database fit together")
    }

    @Test func `rows in the way are listed before anything is done`() throws {
        let project = try recorded()
        try project.execute("INSERT INTO notes (id, text) VALUES (3, 'q');")
        try project.model("notes", Self.enumerated)
        _ = try MigrationCommands.new(project.options, name: "closed")
        for words in [["migrate", "up", "--dry-run"], ["migrate", "up"]] {
            let lines = try project.lines(words)
            #expect(lines.contains { $0.contains("(3, 'q')") }, "\(lines)")
        }
        #expect(try project.value("SELECT count(*) FROM notes") == "3")
        let faults = try project.lines("migrate", "verify")
        // Outside of a transaction, it has begun.
        let states = ["_closed: pending", "_closed: begun, "]
        #expect(faults.contains { fault in states.contains { fault.contains($0) } }, "\(faults)")
    }

    @Test func `rows that a new pattern would refuse are told, and stay`() throws {
        let project = try recorded()
        let notes = TestProject.note.replacing(
            #""text": {"type": "string"}"#,
            with: #""text": {"type": "string", "pattern": "^b$"}"#)
        try project.model("notes", notes)
        let told = try project.lines("migrate", "verify")
        #expect(told.count == 1)
        #expect(
            told[0].hasPrefix("notes.text: 1 row has a value that it takes no more, the first of id 1"),
            "\(told)")
        try project.execute("UPDATE notes SET text = 'b';")
        #expect(try MigrationCommands.verify(project.options) == [])
    }

    @Test func `a database that somebody has changed is found out`() throws {
        let project = try recorded()
        #expect(try MigrationCommands.verify(project.options) == [])
        try project.execute("CREATE INDEX more ON notes (text);")
        let faults = try MigrationCommands.verify(project.options)
        #expect(faults.contains { $0.contains("drop of index more") }, "\(faults)")
    }
}
