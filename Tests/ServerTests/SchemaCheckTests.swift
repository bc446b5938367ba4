import Server
import ServerTestSupport
import Testing

/// `apus check` reads files: what it finds is in those, not in a database.
@Suite struct SchemaCheckTests {
    static let changes: [(model: String?, reason: String)] = [
        (nil, "drop of table tags"),
        (
            TestProject.note.replacing(
                #""text": {"type": "string"}"#, with: #""t": {"type": "string"}"#
            )
            .replacing(#"["text"]"#, with: "[]"),
            "drop of column tags.text"
        ),
    ]

    @Test(arguments: changes)
    func `what no model declares is told as what a file would drop`(_ model: String?, _ reason: String) throws {
        let project = try FilesOnDisk(models: ["notes": TestProject.note, "tags": TestProject.note])
        try project.record()
        try project.model("tags", model)
        let faults = SchemaCheck.run(try project.options).faults
        #expect(faults.contains { $0.contains(reason) }, "\(faults)")
        #expect(faults.allSatisfy { !$0.contains("database") }, "\(faults)")
    }

    /// What is in `Migrations/` when the models are these.
    static let unbuilt: [(recorded: [String: String], declared: [String: String?])] = [
        ([:], ["notes": TestProject.note]),
        (["notes": TestProject.note], ["tags": TestProject.note]),
        (
            ["notes": TestProject.note],
            [
                "notes": TestProject.note.replacing(
                    "\"text\": {", with: "\"n\": {\"type\": \"integer\"}, \"text\": {")
            ]
        ),
        (["notes": TestProject.note, "tags": TestProject.note], ["tags": nil]),
    ]

    @Test(arguments: unbuilt)
    func `what production refuses is a fault, in the same words`(
        _ recorded: [String: String], _ declared: [String: String?]
    ) throws {
        let project = try FilesOnDisk(models: recorded)
        if !recorded.isEmpty { try project.record() }
        for (name, model) in declared { try project.model(name, model) }
        let check = SchemaCheck.run(try project.options)
        let refusal = #expect(throws: (any Error).self) {
            try Backend.start(project.options, mode: .production(migrate: true)).stop()
        }
        let report = FaultReport(try #require(refusal))
        #expect(check.faults == report.faults)
        #expect(report.hint.map { check.summary.hasSuffix("\n" + $0) } != false)
    }
}
