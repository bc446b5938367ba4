import PostgresTestSupport
import ServerTestSupport
import Testing

/// What has the name of a model's table in the database, and is none.
@Suite(.timeLimit(.minutes(10))) struct ObstacleTests {
    @Test(arguments: ["dev", "serve"])
    func `a view where a table should be is named with what makes way`(command: String) throws {
        let files = try FilesOnDisk(models: ["notes": TestProject.note])
        try files.execute("CREATE VIEW notes AS SELECT 1 AS id;")
        if command == "serve" { try files.record() }
        let migrate = command == "serve" ? ["--migrate"] : []
        let lines = try files.lines([command] + migrate)
        let way =
            TestEngine.isPostgres
            ? #"rename it (ALTER VIEW "notes" RENAME TO "notes_before";)"#
            : #"drop it (DROP VIEW "notes";)"#
        #expect(
            lines.filter { $0.contains(#"The view "notes" of the database is where"#)
                || $0.contains(#"the view "notes" of the database is where"#) }.count == 1,
            "\(lines)")
        #expect(lines.contains { $0.contains(way) }, "\(lines)")
        #expect(!lines.contains { $0.contains("apus dev") }, "\(lines)")
        try files.execute(
            TestEngine.isPostgres
                ? #"ALTER VIEW "notes" RENAME TO "notes_before";"# : #"DROP VIEW "notes";"#)
        #expect(try files.lines([command] + migrate).last?.contains("listening on") == true)
    }
}
