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
    private static let told = "(empty)"

    @Test func `an empty table is changed, and goes with its model`() throws {
        let project = try DevelopedProject()
        try project.save("models/tags.json", Self.note)
        #expect(project.nextLine() == "applied table tags")
        #expect(project.nextLine() == "took models/tags.json")
        let client = try HTTPClient(
            port: project.port, key: try APIKeys.load(project.options).service)
        try project.save("models/tags.json", Self.number)
        #expect(
            project.nextLine() == "applied change of tags.text from string to number")
        while let line = project.nextLine(), line != "took models/tags.json" {}
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
            lines.contains("took back column notes.more (without values)"))
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
                "took back column notes.more (nothing but its default)"),
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
        // Another default is for the rows to come.
        try files.model("notes", Self.defaulted(#""type": "integer", "default": 7"#))
        #expect(try files.develops())
        #expect(try files.value("SELECT sum(more) FROM notes") == "5")
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

    /// A change of what holds something, and what is said of that.
    static let kept: [(model: String?, said: String)] = [
        (nil, "drop of table tags loses its 2 rows"),
        (
            note.replacing(#""text": {"type": "string"}"#, with: #""more": {"type": "string"}"#)
                .replacing(#"["text"]"#, with: "[]"),
            "drop of column tags.text loses its 2 values"
        ),
        (number, "tags.text becomes float8, and these values are none (id, text): (1, 'a'), (2, 'b')"),
    ]

    @Test(arguments: kept)
    func `what holds something stays, and its refusal says what it is`(
        _ model: String?, _ said: String
    ) throws {
        let files = try FilesOnDisk(models: ["notes": Self.note, "tags": Self.note])
        #expect(try files.develops())
        try files.execute("INSERT INTO tags (id, text) VALUES (1, 'a'), (2, 'b');")
        try files.model("tags", model)
        let lines = try files.lines("dev")
        #expect(lines.contains { $0.contains(said) }, "\(lines)")
        #expect(try files.value("SELECT count(text) FROM tags") == "2")
    }

    @Test(arguments: kept.filter { !$0.said.contains("none") })
    func `what holds something goes where that is allowed`(
        _ model: String?, _ said: String
    ) throws {
        let files = try FilesOnDisk(models: ["notes": Self.note, "tags": Self.note])
        try files.record()
        #expect(try files.develops())
        try files.execute("INSERT INTO tags (id, text) VALUES (1, 'a'), (2, 'b');")
        try files.model("tags", model)
        let lines = try files.lines("dev", "--allow-destructive")
        #expect(lines.last?.contains("://") == true)
        #expect(lines.contains { $0.contains("backup in") && $0.contains("before-migrate") })
        #expect(try files.value("SELECT count(text) FROM tags") == nil)
        #expect(try files.value("SELECT count(*) FROM tags") == (model == nil ? nil : "2"))
    }

    @Test(arguments: kept.filter { !$0.said.contains("none") })
    func `a file by hand that drops what holds something must say so`(
        _ model: String?, _ said: String
    ) throws {
        let files = try FilesOnDisk(models: ["notes": Self.note, "tags": Self.note])
        try files.record()
        #expect(try files.develops())
        try files.execute("INSERT INTO tags (id, text) VALUES (1, 'a'), (2, 'b');")
        try files.model("tags", model)
        let sql = model == nil
            ? "DROP TABLE tags;" : "ALTER TABLE tags ADD more TEXT; ALTER TABLE tags DROP text;"
        try files.migration("20991231T000000_u.sql", sql)
        let refused = try files.lines("migrate", "up")
        #expect(refused.contains { $0.contains(said) }, "\(refused)")
        #expect(refused.contains { $0.contains("-- apus: destructive") }, "\(refused)")
        #expect(try files.value("SELECT count(text) FROM tags") == "2")
        try files.migration("20991231T000000_u.sql", "-- apus: destructive\n\(sql)")
        let applied = try files.lines("migrate", "up")
        #expect(applied.contains { $0.hasPrefix("applied") })
        #expect(applied.contains { $0.contains("before-migrate") }, "\(applied)")
        #expect(try files.value("SELECT count(text) FROM tags") == nil)
    }

    @Test func `what a migration file builds goes as well, if it is empty`() throws {
        let files = try FilesOnDisk(models: ["notes": Self.note, "tags": Self.more])
        try files.record()
        #expect(try files.develops())
        for (model, column) in [(Self.note, nil), (Self.more, "0"), (nil, nil)] as [(String?, String?)] {
            try files.model("tags", model)
            #expect(try files.develops())
            #expect(try files.value("SELECT count(more) FROM tags") == column)
        }
    }

    @Test func `a table to which rows refer is changed under them`() throws {
        let rooms = #"{"properties": {"name": {"type": "string"}}}"#
        let members = #"""
            {"properties": {"id": {"type": "integer", "identity": true}, "room_id": {"type": "string", \#
            "format": "uuid", "references": {"model": "rooms", "onDelete": "cascade"}}}}
            """#
        let files = try FilesOnDisk(models: ["rooms": rooms, "members": members])
        #expect(try files.develops())
        let changed = rooms.replacing("}}}", with: "}}, \"required\": [\"name\"]}")
        let id = "00000000-0000-4000-8000-000000000001"
        try files.execute(
            "INSERT INTO rooms (id, name) VALUES ('\(id)', 'a'); "
                + "INSERT INTO members (id, room_id) VALUES (1, '\(id)');")
        try files.model("rooms", changed)
        #expect(try files.develops())
        #expect(try files.value("SELECT count(*) FROM members") == "1")
        try files.model("rooms", nil)
        #expect(try !files.develops())
    }
}
