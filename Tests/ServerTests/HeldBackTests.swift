import Foundation
import Server
import ServerTestSupport
import TestSupport
import Testing

/// What `apus dev` says of saves that it does not take, and what becomes of them.
@Suite(.timeLimit(.minutes(10))) struct HeldBackTests {
    private static let faulty = #"{"properties": {"a": {"type": "strin"}}}"#

    @Test func `each save beside a fault is told, and taken when the fault is mended`() throws {
        let project = try DevelopedProject()
        try project.save("models/bad.json", Self.faulty)
        #expect(
            project.nextLine() == "warning: not taken: models/bad.json; \(DevelopedProject.goesOn)")
        let fault = try #require(project.command.nextLine()).dropFirst(2)
        #expect(fault.hasPrefix("Schemas/models/bad.json:1:31: "))
        for name in ["models/tags.json", "models/rooms.json"] {
            try project.save(name, TestProject.note)
            #expect(project.nextLine() == "warning: not taken: \(name); 1 fault stands: \(fault)")
        }
        try project.save("models/bad.json", TestProject.note)
        for table in ["bad", "rooms", "tags"] {
            #expect(project.nextLine() == "applied table \(table)")
        }
        #expect(project.nextLine() == "took models/bad.json, models/rooms.json, models/tags.json")
    }

    @Test func `of several faults the number and the first are told`() throws {
        let project = try DevelopedProject()
        let client = try HTTPClient(
            port: project.port, key: try APIKeys.load(project.options).service)
        #expect(try client.send("POST", "/rest/v1/notes", #"{"text":"a"}"#).status == 201)
        let number = TestProject.note.replacing(#""type": "string"}"#, with: #""type": "number"}"#)
        let more = number.replacing("\"text\": {", with: "\"more\": {\"type\": \"boolean\"}, \"text\": {")
        try project.save("models/notes.json", more.replacing(#""text"]"#, with: #""text", "more"]"#))
        #expect(
            project.nextLine()
                == "warning: not taken: models/notes.json; \(DevelopedProject.goesOn)")
        let fault = try #require(project.command.nextLine()).dropFirst(2)
        #expect(fault.contains("notes.more is new and required, and there are rows"))
        #expect(project.command.nextLine()?.contains("notes.text becomes float8") == true)
        #expect(project.command.nextLine()?.contains("None of it was applied.") == true)
        try project.save("models/tags.json", TestProject.note)
        #expect(
            project.nextLine()
                == "warning: not taken: models/tags.json; 2 faults stand, the first: \(fault)")
        try project.save("models/notes.json", TestProject.note)
        #expect(project.nextLine() == "applied table tags")
        #expect(project.nextLine() == "took models/tags.json")
    }

    @Test func `a seed that cannot be read holds back a model, and both are said at the end`()
        throws
    {
        let project = try DevelopedProject()
        try project.save("seeds/more.json", #"{"notes": [{"text": "no key"}]}"#)
        #expect(
            project.nextLine() == "warning: not taken: seeds/more.json; \(DevelopedProject.goesOn)")
        let fault = try #require(project.command.nextLine()).dropFirst(2)
        try project.save("models/tags.json", TestProject.note)
        #expect(
            project.nextLine() == "warning: not taken: models/tags.json; 1 fault stands: \(fault)")
        try project.save("seeds/more.json", #"{"notes": [{"id": 1, "text": "seeded"}]}"#)
        #expect(project.nextLine() == "applied table tags")
        #expect(project.nextLine() == "took models/tags.json, seeds/more.json")
    }

    @Test func `a migration file is applied at its save`() throws {
        let project = try DevelopedProject { project in
            try project.write(
                "CREATE TABLE notes (\(TestProject.noteColumns)) STRICT;",
                to: "Migrations/20250101T000000_notes.sql")
        }
        let (first, second) = ("20260101T000000_first.sql", "20260102T000000_second.sql")
        try project.write("CREATE INDEX \"first\" ON \"notes\" (length(\"text\"));", to: first)
        #expect(project.nextLine() == "applied \(first)")
        #expect(project.nextLine() == "took Migrations/\(first)")
        try project.save("models/tags.json", TestProject.note)
        #expect(project.nextLine() == "applied table tags")
        #expect(project.nextLine() == "took models/tags.json")
        try project.write("UPDATE notes SET txt = 'a';", to: second)
        #expect(
            project.nextLine()
                == "warning: not taken: Migrations/\(second); \(DevelopedProject.goesOn)")
        #expect(project.command.nextLine()?.contains("txt") == true)
        try project.write("UPDATE notes SET text = 'a';", to: second)
        #expect(project.nextLine() == "applied \(second)")
        #expect(project.nextLine() == "took Migrations/\(second)")
    }

    @Test func `an applied migration file that is edited is told with what to do`() throws {
        let (name, sql) = ("20260101T000000_first.sql", "SELECT 1;")
        let project = try DevelopedProject { try $0.write(sql, to: "Migrations/\(name)") }
        try project.write("SELECT 2;", to: name)
        #expect(
            project.nextLine()
                == "warning: not taken: Migrations/\(name); \(DevelopedProject.goesOn)")
        let fault = try #require(project.command.nextLine()).dropFirst(2)
        #expect(fault.contains("20260101T000000_first: changed since it was applied"))
        let hint = try #require(project.command.nextLine())
        #expect(hint.contains("version control") && hint.contains("'apus migrate new NAME'"))
        try project.save("models/tags.json", TestProject.note)
        #expect(
            project.nextLine() == "warning: not taken: models/tags.json; 1 fault stands: \(fault)")
        try project.write(sql, to: name)
        #expect(project.nextLine() == "applied table tags")
        #expect(project.nextLine() == "took models/tags.json")
    }
}
