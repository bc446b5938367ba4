import Foundation
import Server
import ServerTestSupport
import Testing

/// Migration files that wait: saves are judged by what they will have made, and a start takes them
/// together with its judgement or not at all.
@Suite(.timeLimit(.minutes(10))) struct PendingMigrationTests {
    private static let file = "20991231T000000_u.sql"
    private static let model =
        #"""
        {"properties": {"id": {"type": "integer", "identity": true}, "text": {"type": "string"}, \#
        "n": {"type": "integer"}}, "required": ["text"], "indexes": [{"on": ["n"]}], "access": {"all": true}}
        """#

    /// A change of the model, and the file by hand that goes with it.
    struct Step: CustomTestStringConvertible {
        let testDescription: String
        let model: String?
        let sql: String
        /// What reads a value of before.
        let kept: String?
    }

    static let steps = [
        Step(
            testDescription: "an index goes",
            model: model.replacing(#"{"on": ["n"]}"#, with: ""),
            sql: #"DROP INDEX IF EXISTS "notes_n_idx";"#, kept: "SELECT text FROM notes"),
        Step(
            testDescription: "a column has another name",
            model: model.replacing(
                #""text": {"type""#, with: #""title": {"renamedFrom": "text", "type""#
            )
            .replacing(#"["text"]"#, with: #"["title"]"#),
            sql: #"ALTER TABLE "notes" RENAME COLUMN "text" TO "title";"#,
            kept: "SELECT title FROM notes"),
        Step(
            testDescription: "a column goes",
            model: model.replacing(#", "n": {"type": "integer"}"#, with: "")
                .replacing(#"{"on": ["n"]}"#, with: ""),
            sql: #"DROP INDEX "notes_n_idx"; ALTER TABLE "notes" DROP COLUMN "n";"#,
            kept: "SELECT text FROM notes"),
        Step(
            testDescription: "a model goes", model: nil,
            sql: "-- apus: destructive\nDROP TABLE \"notes\";", kept: nil),
    ]

    private func recorded() throws -> FilesOnDisk {
        let project = try FilesOnDisk(models: ["notes": Self.model, "tags": TestProject.note])
        try project.record()
        #expect(try project.develops())
        try project.execute("INSERT INTO notes (id, text) VALUES (1, 'precious');")
        return project
    }

    /// What `apus dev` has done is taken down, and what it would not do is done by the file.
    @Test(arguments: steps)
    func `a file by hand is taken at its save, with the model or after it`(step: Step) throws {
        for isFirst in [true, false] {
            let project = try recorded()
            let command = try RunningCommand(
                ["dev", "--project", project.root.path, "--listen", "127.0.0.1:0"])
            #expect(command.lines(through: "listening on").last?.contains("listening on") == true)
            if isFirst { try project.migration(Self.file, step.sql) }
            try project.model("notes", step.model)
            if !isFirst {
                // Whatever became of it.
                while let line = command.nextLine(), !line.contains("models/notes.json") {}
                try project.migration(Self.file, step.sql)
            }
            while let line = command.nextLine(), !line.contains("took"), !line.contains("gone, ") {}
            command.terminate()
            _ = command.exitCode()
            #expect(try MigrationCommands.status(project.options).isClean, "\(isFirst)")
            if let kept = step.kept { #expect(try project.value(kept) == "precious") }
        }
    }

    @Test func `a file with no model to it is refused at the save and applied by no start`() throws
    {
        let project = try recorded()
        try project.migration(Self.file, #"ALTER TABLE "notes" RENAME COLUMN "text" TO "title";"#)
        try project.model(
            "tags", TestProject.note.replacing(#""type": "string""#, with: #""type": "number""#))
        for command in [["dev"], ["serve", "--migrate"]] {
            let running = try RunningCommand(
                command + ["--project", project.root.path, "--listen", "127.0.0.1:0"])
            let lines = running.lines(through: "listening on")
            running.terminate()
            #expect(running.exitCode() == (command == ["dev"] ? 0 : 1))
            #expect(lines.allSatisfy { !$0.contains("applied \(Self.file)") }, "\(lines)")
            #expect(lines.allSatisfy { !$0.contains("\"migrated\"") }, "\(lines)")
            #expect(try project.value("SELECT text FROM notes") == "precious")
        }
        // What was refused can still be mended.
        try FileManager.default.removeItem(
            at: project.root.appending(path: "Migrations/\(Self.file)"))
        try project.model("tags", TestProject.note)
        #expect(try project.develops())
    }

    @Test func `production applies no file of a set that does not build the models`() throws {
        let project = try recorded()
        try project.migration(Self.file, "ALTER TABLE notes ADD COLUMN more TEXT;")
        let lines = try project.lines("serve", "--migrate")
        #expect(lines.allSatisfy { !$0.contains("\"migrated\"") }, "\(lines)")
        #expect(lines.contains { $0.contains("notes.more") }, "\(lines)")
        #expect(try project.value("SELECT more FROM notes") == nil)
    }

    @Test func `files before one that fails are not applied either`() throws {
        let project = try recorded()
        try project.migration(
            "20991231T000000_a.sql", "INSERT INTO tags (id, text) VALUES (1, 'x'), (2, 'x');")
        try project.migration(
            Self.file.replacing("00_u", with: "01_b"),
            """
            UPDATE notes SET n = 1;
            CREATE UNIQUE INDEX "tags_text" ON "tags" ("text");
            """)
        #expect(try !project.develops())
        #expect(try project.value("SELECT count(*) FROM tags") == "0")
        #expect(try project.value("SELECT n FROM notes") == "NULL")
    }
}
