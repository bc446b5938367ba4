import PostgresTestSupport
import Server
import ServerTestSupport
import TestSupport
import Testing

/// The commands that only ask what files build leave nothing in a PostgreSQL database.
@Suite(.needsPostgres, .blocking, .timeLimit(.minutes(10))) struct UntouchedDatabaseTests {
    private let database: TestDatabase
    private let project: TestProject

    /// A model with a check that calls a function of ours, which is not there yet.
    init() throws {
        database = try PostgresServer.shared.makeDatabase()
        project = try TestProject(models: [
            "notes": TestProject.note.replacing(
                "\"access\"", with: "\"checks\": {\"small\": \"lower(text) = text\"}, \"access\"")
        ])
    }

    private var options: ServerOptions {
        get throws {
            try ServerOptions(
                project: project.path, listen: "127.0.0.1:0", logLevel: "error",
                database: database.url)
        }
    }

    private func schemas() throws -> [String] {
        let rows = try database.client().query(
            "SELECT nspname FROM pg_namespace WHERE nspname LIKE '\\_apus%' ORDER BY 1")
        return rows.map { $0[0] ?? "" }
    }

    @Test func `a check of an empty database leaves it empty`() throws {
        let report = SchemaCheck.run(try options)
        #expect(report.faults == ["No migration file builds what Schemas/ declares: table notes."])
        #expect(report.unwritten == ["table notes"])
        #expect(try schemas() == [])
    }

    @Test func `a migration file is written without a trace in the database`() throws {
        #expect(try MigrationCommands.new(options, name: "add_notes")?.path != nil)
        #expect(try MigrationCommands.new(options, name: "add_notes")?.path == nil)
        #expect(try schemas() == [])
    }

    @Test func `functions of another version stay as they are`() throws {
        _ = try MigrationCommands.new(options, name: "add_notes")
        try Backend.start(options, mode: .development).stop()
        let client = try database.client()
        try client.execute("COMMENT ON FUNCTION _apus.lower(text) IS 'another'")
        #expect(SchemaCheck.run(try options).faults == [])
        let version = try client.value("SELECT obj_description('_apus.lower(text)'::regprocedure)")
        #expect(version == "another")
    }

    @Test func `checks side by side do not disturb one another`() async throws {
        let options = try options
        _ = try MigrationCommands.new(options, name: "add_notes")
        let faults = await withTaskGroup(of: [String].self) { group in
            for _ in 0..<4 { group.addTask { SchemaCheck.run(options).faults } }
            return await group.reduce(into: []) { $0 += $1 }
        }
        #expect(faults == [])
        #expect(try schemas() == [])
    }
}
