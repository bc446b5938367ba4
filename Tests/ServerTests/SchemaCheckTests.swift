import Server
import ServerTestSupport
import Testing

/// `apus check` reads files: what it finds is in those, not in a database.
@Suite struct SchemaCheckTests {
    static let changes: [(model: String?, reason: String)] = [
        (nil, #"the table "tags" is in Migrations/ but no model declares it"#),
        (
            TestProject.note.replacing(
                #""text": {"type": "string"}"#, with: #""t": {"type": "string"}"#
            )
            .replacing(#"["text"]"#, with: "[]"),
            #"the column "tags.text" is in Migrations/ but not declared"#
        ),
    ]

    @Test(arguments: changes)
    func `a leftover is said to be where it is`(_ model: String?, _ reason: String) throws {
        let project = try FilesOnDisk(models: ["notes": TestProject.note, "tags": TestProject.note])
        try project.record()
        try project.model("tags", model)
        let faults = SchemaCheck.run(try project.options).faults
        #expect(faults.contains { $0.contains(reason) }, "\(faults)")
        #expect(faults.allSatisfy { !$0.contains("database") }, "\(faults)")
    }
}
