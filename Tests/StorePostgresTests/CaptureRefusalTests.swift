import Diagnostics
import PostgresTestSupport
import TestSupport
import Testing
import Values

@testable import StorePostgres

/// Why a database's changes cannot be captured, in words for whoever starts the server.
@Suite(.blocking, .needsPostgres) struct CaptureRefusalTests {
    private func refusal(
        _ database: TestDatabase, as role: String = "apus", _ models: [CapturedModel]
    ) throws
        -> Problem?
    {
        let user = try PoolUser(database.url.replacing("//apus@", with: "//\(role)@"))
        do throws(Problem) {
            try user.access.setUpCapture(models)
            return nil
        } catch {
            return error
        }
    }

    static let faults: [(script: String, reason: String, hint: String?)] = [
        ("DROP TABLE parts", "it has no table 'parts'.", "Apply the migrations first."),
        (
            "ALTER TABLE parts DROP item", "its table 'parts' has no column 'item'.",
            "Apply the migrations first."
        ),
        (
            "UPDATE _apus.meta SET value = '9' WHERE key = 'version'",
            "its log is of version 9, which is later than this program.",
            "Start the program that has made it, or a later one."
        ),
    ]

    @Test(arguments: faults)
    func `what is wrong is named`(script: String, reason: String, hint: String?) throws {
        let captured = try CapturedDatabase()
        try captured.client.query(script)
        let models = [CapturedDatabase.items, CapturedDatabase.parts]
        let problem = try refusal(captured.database, models)
        #expect(problem?.code == "capture_failed")
        #expect(
            problem?.message == "The changes of this database cannot be captured: \(reason)")
        #expect(problem?.hint == hint)
    }

    @Test func `the right that is missing is named`() throws {
        let server = try PostgresServer.makeOwn()
        let database = try server.makeDatabase()
        let client = try LogClient(database.url)
        try client.query(
            "CREATE ROLE app LOGIN; CREATE TABLE items (id bigint PRIMARY KEY, name text)")
        let models = [CapturedDatabase.items]
        let first = try refusal(database, as: "app", models)
        #expect(first?.message.contains("permission denied for database") == true)
        #expect(first?.hint == "Grant the role CREATE on the database, or make it the schema.")
        try client.query("GRANT CREATE ON DATABASE \(database.name) TO app")
        let second = try refusal(database, as: "app", models)
        #expect(second?.message.contains("items (42501)") == true)
        #expect(second?.hint?.hasPrefix("Make the role the owner of the table") == true)
        try client.query("ALTER TABLE items OWNER TO app")
        #expect(try refusal(database, as: "app", models) == nil)
        #expect(try refusal(database, as: "app", models) == nil)
    }
}
