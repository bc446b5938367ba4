import Foundation
import Server
import ServerTestSupport
import TestSupport
import Testing

/// What dev alone has built and nobody has filled: it goes as easily as it came.
@Suite(.timeLimit(.minutes(10))) struct TakenBackTests {
    private static let note = TestProject.note
    private static let number = note.replacing(#""type": "string""#, with: #""type": "number""#)
    private static let more = note.replacing(
        "\"text\": {", with: "\"more\": {\"type\": \"string\"}, \"text\": {")
    private static let told = "(empty, in no migration file)"

    @Test func `an empty table is made anew in its new shape, and goes with its model`() throws {
        let project = try DevelopedProject()
        try project.save("models/tags.json", Self.note)
        #expect(project.nextLine() == "applied table tags")
        #expect(project.nextLine() == "took models/tags.json")
        let client = try HTTPClient(
            port: project.port, key: try APIKeys.load(project.options).service)
        try project.save("models/tags.json", Self.number)
        #expect(project.nextLine() == "took back table tags \(Self.told)")
        #expect(project.nextLine() == "applied table tags")
        #expect(project.nextLine() == "took models/tags.json")
        while try client.send("POST", "/rest/v1/tags", #"{"text":1.5}"#).status != 201 {}
        #expect(try client.send("DELETE", "/rest/v1/tags?id=gt.0").status == 204)
        try project.remove("models/tags.json")
        #expect(project.nextLine() == "took back table tags \(Self.told)")
        #expect(project.nextLine() == "gone, and served no more: models/tags.json")
        while try client.send("GET", "/rest/v1/tags").status != 404 {}
    }

    @Test func `a column without values goes, and what was tried stops no start`() throws {
        let files = try FilesOnDisk(models: ["notes": Self.note])
        try files.record()
        #expect(try files.develops())
        try files.execute("INSERT INTO notes (id, text) VALUES (1, 'precious');")
        try files.model("notes", Self.more)
        try files.model("tags", Self.note)
        #expect(try files.develops())
        try files.model("notes", Self.note)
        try files.model("tags", nil)
        let lines = try files.lines("dev").map { String($0.dropFirst(10)) }
        #expect(
            lines.contains("took back column notes.more (without values, in no migration file)"))
        #expect(lines.contains("took back table tags \(Self.told)"))
        #expect(try files.value("SELECT text FROM notes") == "precious")
        #expect(try files.value("SELECT more FROM notes") == nil)
    }

    /// What a column may be that rows have nothing of but its default.
    static let defaults = [
        #""type": "integer", "default": 0"#, #""type": "boolean", "default": false"#,
        #""type": "number", "default": 1.5"#, #""type": "string", "default": "it's new""#,
        #""type": "object", "default": {"a": [1]}"#,
        #""type": "string", "format": "date", "default": "2026-11-26""#,
    ]

    private static func defaulted(_ words: String) -> String {
        note.replacing("\"text\": {", with: "\"more\": {\(words)}, \"text\": {")
    }

    @Test(arguments: defaults)
    func `a column that holds nothing but its default goes`(words: String) throws {
        let files = try FilesOnDisk(models: ["notes": Self.note])
        #expect(try files.develops())
        try files.execute("INSERT INTO notes (id, text) VALUES (1, 'precious'), (2, 'b');")
        try files.model("notes", Self.defaulted(words))
        #expect(try files.develops())
        try files.execute("INSERT INTO notes (id, text) VALUES (3, 'c');")
        try files.model("notes", Self.note)
        let lines = try files.lines("dev").map { String($0.dropFirst(10)) }
        #expect(
            lines.contains(
                "took back column notes.more (nothing but its default, in no migration file)"),
            "\(lines)")
        #expect(try files.value("SELECT text FROM notes WHERE id = 1") == "precious")
        #expect(try files.value("SELECT more FROM notes") == nil)
    }

    @Test func `values beside a default are counted, and stay`() throws {
        let files = try FilesOnDisk(models: ["notes": Self.defaulted(Self.defaults[0])])
        #expect(try files.develops())
        try files.execute(
            "INSERT INTO notes (id, text, more) VALUES (1, 'a', 0), (2, 'b', 5), (3, 'c', NULL);")
        try files.model("notes", Self.note)
        let lines = try files.lines("dev")
        #expect(lines.contains { $0.hasSuffix("loses its 1 value") }, "\(lines)")
        #expect(try files.value("SELECT sum(more) FROM notes") == "5")
        // The rows would say something else then.
        try files.model("notes", Self.defaulted(#""type": "integer", "default": 7"#))
        #expect(try !files.develops())
        try files.execute("UPDATE notes SET more = 0;")
        #expect(try !files.develops())
        #expect(try files.value("SELECT sum(more) FROM notes") == "0")
    }

    @Test func `a column that is indexed goes with its index`() throws {
        let files = try FilesOnDisk(models: ["notes": Self.note])
        try files.record()
        #expect(try files.develops())
        try files.model(
            "notes",
            Self.more.replacing(
                "\"required\"", with: "\"indexes\": [{\"on\": [\"more\"]}], \"required\""))
        #expect(try files.develops())
        try files.model("notes", Self.note)
        #expect(try files.develops())
        #expect(try files.value("SELECT more FROM notes") == nil)
    }

    /// A change of what dev has built, with rows, and what is said of it.
    static let kept: [(model: String?, said: [String])] = [
        (
            nil,
            [
                #"the table "tags" is in the database but no model declares it; no migration file "#
                    + "builds it: declare it; a migration file by hand that drops it (IF EXISTS) "
                    + "loses its 2 rows"
            ]
        ),
        (
            number,
            [
                #"the type of "tags.text" has changed from string to number"#,
                #"No migration file builds "tags": after one by hand that drops it (IF EXISTS) "#
                    + "'apus dev' makes it anew at its start; that loses its 2 rows.",
            ]
        ),
    ]

    @Test(arguments: kept)
    func `what has rows stays, and its refusal says what they cost`(
        _ model: String?, _ said: [String]
    ) throws {
        let files = try FilesOnDisk(models: ["notes": Self.note, "tags": Self.note])
        #expect(try files.develops())
        try files.execute("INSERT INTO tags (id, text) VALUES (1, 'a'), (2, 'b');")
        try files.model("tags", model)
        let lines = try files.lines("dev")
        for text in said { #expect(lines.contains { $0.contains(text) }, "\(lines)") }
        #expect(lines.allSatisfy { !$0.contains("delete ") }, "\(lines)")
        #expect(try files.value("SELECT count(*) FROM tags") == "2")
        try files.migration("20991231T000000_u.sql", #"DROP TABLE IF EXISTS "tags";"#)
        #expect(try files.develops())
        #expect(try files.value("SELECT count(*) FROM tags") == (model == nil ? nil : "0"))
    }

    @Test func `a column with values stays`() throws {
        let files = try FilesOnDisk(models: ["notes": Self.more])
        #expect(try files.develops())
        try files.execute("INSERT INTO notes (id, text, more) VALUES (1, 'a', 'b');")
        try files.model("notes", Self.note)
        let lines = try files.lines("dev")
        #expect(
            lines.contains {
                $0.contains(#"the column "notes.more" is in the database but not declared"#)
                    && $0.contains("; no migration file builds it: ") && $0.hasSuffix("loses its 1 value")
            }, "\(lines)")
        #expect(try files.value("SELECT more FROM notes") == "b")
    }

    @Test func `what a migration file builds stays, empty as it is`() throws {
        let files = try FilesOnDisk(models: ["notes": Self.note, "tags": Self.more])
        try files.record()
        #expect(try files.develops())
        for model in [nil, Self.number, Self.note] {
            try files.model("tags", Self.more)
            try files.model("tags", model)
            #expect(try !files.develops())
            #expect(try files.value("SELECT count(more) FROM tags") == "0")
        }
    }

    @Test func `an empty table to which a table with rows refers stays`() throws {
        let rooms = #"{"properties": {"name": {"type": "string"}}}"#
        let members = #"""
            {"properties": {"id": {"type": "integer", "identity": true}, "room_id": {"type": "string", \#
            "format": "uuid", "references": {"model": "rooms"}}}}
            """#
        let files = try FilesOnDisk(models: ["rooms": rooms, "members": members])
        #expect(try files.develops())
        let changed = rooms.replacing("}}}", with: "}}, \"required\": [\"name\"]}")
        try files.execute("INSERT INTO members (id) VALUES (1);")
        try files.model("rooms", changed)
        #expect(try !files.develops())
        #expect(try files.value("SELECT count(*) FROM members") == "1")
        try files.execute("DELETE FROM members;")
        let lines = try files.lines("dev").map { String($0.dropFirst(10)) }
        #expect(lines.contains("took back table rooms \(Self.told)"), "\(lines)")
        #expect(lines.contains("took back table members \(Self.told)"), "\(lines)")
        #expect(lines.last?.contains("://") == true)
    }
}
