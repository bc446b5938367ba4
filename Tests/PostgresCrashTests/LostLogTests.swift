import CrashTestSupport
import PostgresTestSupport
import ServerTestSupport
import TestSupport
import Testing

/// A database from which something of ours was taken while nobody served from it.
@Suite(.blocking, .needsPostgres, .timeLimit(.minutes(10))) struct LostLogTests {
    static let losses = [
        "DROP TABLE _apus.log", "DROP TABLE _apus.commits", "DROP TABLE _apus.cut",
        "DROP TABLE _apus.epochs", "DROP TABLE _apus.trimmed", "DROP FUNCTION _apus.tick",
        "ALTER TABLE tallies DISABLE TRIGGER ALL", "TRUNCATE _apus.cut",
        "DELETE FROM _apus.epochs", "ALTER TABLE _apus.log DROP COLUMN new",
    ]

    /// A seed that must be planted again is what writes first.
    @Test(arguments: losses)
    func `the next start makes it again, and blames no seed file`(loss: String) throws {
        let project = try TestProject(models: ServedNode.models)
        try project.write(#"{"tallies": [{"id": 7, "version": 1}]}"#, to: "Schemas/seeds/tallies.json")
        let database = try PostgresServer.shared.makeDatabase()
        let node = try ServedNode(project, on: database.url)
        _ = node.end(try node.start("dev"))
        try database.client().execute("DELETE FROM tallies; \(loss)")
        let lines = node.end(try node.start("dev"))
        #expect(lines.filter { $0.contains("error:") } == [])
        #expect(try database.client().value("SELECT count(*) FROM tallies") == "1")
        let last = "SELECT op FROM _apus.log ORDER BY ord DESC LIMIT 1"
        #expect(try database.client().value(last) == "I")
    }
}
