import Foundation
import Server
import ServerTestSupport
import Testing

/// Migration files that drop what the models still declare: the rows would go before anybody asks.
@Suite(.timeLimit(.minutes(10))) struct DroppedDeclarationTests {
    private static let file = "20991231T000000_oops.sql"

    /// What a file says, and what is said of it.
    struct Drop: CustomTestStringConvertible {
        let sql: String
        let line: Int
        let fault: String

        var testDescription: String { sql }
    }

    static let drops = [
        Drop(
            sql: "DROP TABLE \"notes\";",
            line: 1, fault: "drops the table \"notes\", which Schemas/models/notes.json declares"),
        Drop(
            sql: "-- tidy\nALTER TABLE notes\n  DROP COLUMN text;",
            line: 2, fault: "drops the column \"notes.text\", which Schemas/models/notes.json:1:"),
        Drop(
            sql: """
                CREATE TABLE fresh (id INTEGER NOT NULL PRIMARY KEY) STRICT;
                INSERT INTO fresh SELECT id FROM notes;
                DROP TABLE notes;
                ALTER TABLE fresh RENAME TO notes;
                """,
            line: 3, fault: "drops the column \"notes.text\", which Schemas/models/notes.json:1:"),
    ]

    static let commands = [
        ["check"], ["migrate", "new", "again"], ["migrate", "up"], ["serve", "--migrate"], ["dev"],
    ]

    @Test(arguments: drops, commands)
    func `what is declared is dropped by no command`(
        drop: Drop, command: [String]
    ) throws {
        let project = try FilesOnDisk(models: ["notes": TestProject.note])
        try project.record()
        try Backend.start(project.options, mode: .production(migrate: true)).stop()
        try project.execute("INSERT INTO notes (id, text) VALUES (1, 'precious');")
        try project.migration(Self.file, drop.sql)
        let serving = ["dev", "serve"].contains(command[0]) ? ["--listen", "127.0.0.1:0"] : []
        let running = try RunningCommand(command + ["--project", project.root.path] + serving)
        let lines = running.lines(through: "listening on")
        // Who develops is served what there is without it.
        if command == ["dev"] { running.terminate() }
        #expect(running.exitCode() == (command == ["dev"] ? 0 : 1))
        let line = TestProject.migrationLine(drop.line)
        let fault = "Migrations/\(Self.file):\(line):1: \(drop.fault)"
        #expect(lines.contains { $0.contains(fault) }, "\(lines)")
        #expect(lines.allSatisfy { !$0.contains("applied 2099") }, "\(lines)")
        #expect(try project.value("SELECT text FROM notes") == "precious")
    }

    @Test func `what is no longer declared may be dropped`() throws {
        let project = try FilesOnDisk(models: [
            "notes": TestProject.note,
            "tags": TestProject.note.replacing(
                "\"text\": {", with: "\"n\": {\"type\": \"integer\"}, \"text\": {"),
        ])
        try project.record()
        #expect(try project.develops())
        try project.model("notes", nil)
        try project.model("tags", TestProject.note)
        try project.migration(Self.file, "DROP TABLE notes;\nALTER TABLE tags DROP COLUMN n;")
        #expect(try SchemaCheck.run(project.options).faults == [])
        #expect(try project.develops())
    }

    @Test func `what is rebuilt whole, or made again by a later file, is dropped by none`() throws {
        let project = try FilesOnDisk(models: ["notes": TestProject.note])
        try project.record()
        #expect(try project.develops())
        try project.migration(
            Self.file,
            """
            CREATE TABLE fresh (\(TestProject.noteColumns)) STRICT;
            INSERT INTO fresh SELECT id, text FROM notes;
            DROP TABLE notes;
            ALTER TABLE fresh RENAME TO notes;
            """)
        #expect(try SchemaCheck.run(project.options).faults == [])
        #expect(try project.develops())
    }

    @Test func `what dev alone has built is kept, too, while it is declared as it was`() throws {
        let project = try FilesOnDisk(models: ["notes": TestProject.note])
        #expect(try project.develops())
        try project.execute("INSERT INTO notes (id, text) VALUES (1, 'precious');")
        try project.migration(Self.file, "DROP TABLE IF EXISTS \"notes\";")
        let line = TestProject.migrationLine(1)
        let fault = "Migrations/\(Self.file):\(line):1: drops the table \"notes\""
        let lines = try project.lines("dev")
        #expect(lines.contains { $0.contains(fault) }, "\(lines)")
        #expect(try project.value("SELECT text FROM notes") == "precious")
    }

    @Test func `what was dropped long ago may be declared anew`() throws {
        let more = TestProject.note.replacing(
            "\"text\": {", with: "\"n\": {\"type\": \"integer\"}, \"text\": {")
        let project = try FilesOnDisk(models: ["notes": more])
        try project.record()
        #expect(try project.develops())
        try project.model("notes", TestProject.note)
        try project.migration(Self.file, "ALTER TABLE notes DROP COLUMN n;")
        #expect(try project.develops())
        try project.model("notes", more)
        #expect(try project.develops())
        // Nor is there anything to lose where no database is yet.
        let empty = try FilesOnDisk(models: ["notes": more])
        try empty.record()
        try empty.migration(Self.file, "ALTER TABLE notes DROP COLUMN n;")
        #expect(try empty.develops())
    }
}
