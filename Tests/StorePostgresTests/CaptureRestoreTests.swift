import Diagnostics
import PostgresTestSupport
import PostgresWire
import Store
import StorePostgresTestSupport
import Synchronization
import TestSupport
import Testing
import Values

@testable import StorePostgres

/// What a start says of a database that `pg_dump` has brought from elsewhere: there every function
/// and trigger is written anew, which is no alarm.
@Suite(.blocking, .needsPostgres) struct CaptureRestoreTests {
    private static let tables = ["items", "parts"].map { name in
        CapturedTable(name: name, columns: [("id", .integer)], key: [0], retain: .seconds(60))
    }

    /// What a start says of the capture.
    private func start(_ url: String) throws -> [FeedEvent] {
        let told = Mutex<[FeedEvent]>([])
        let configuration = PostgresConfiguration(
            ClusterConfiguration(try ConnectionTarget(url, systemUser: "apus")))
        let database = try PostgresDatabase.open(configuration) { event in
            if case .feed(let event) = event { told.withLock { $0.append(event) } }
        }
        defer { database.close(within: .seconds(1)) }
        try database.setCaptured(Self.tables)
        return told.withLock { $0 }
    }

    private func served() throws -> CapturedDatabase {
        let captured = try CapturedDatabase()
        #expect(try start(captured.database.url).isEmpty)
        try captured.client.query("INSERT INTO items VALUES (1, 'a')")
        return captured
    }

    /// What happened to the database before it was dumped.
    static let pasts = [
        "", "ALTER TABLE items DISABLE TRIGGER ALL", "DROP FUNCTION _apus.tick",
        "DROP TABLE _apus.log",
    ]

    @Test(arguments: pasts)
    func `one calm line says that all is set up again`(past: String) throws {
        let captured = try served()
        try captured.client.query(past)
        let restored = try captured.database.dumpedAndRestored()
        let before = try captured.client.history().epoch
        let events = try start(restored.url)
        #expect(events.map(\.level) == [.info], "\(events)")
        #expect(try start(restored.url).isEmpty)
        let client = try LogClient(restored.url)
        #expect(try client.history().epoch != before)
        try client.query("INSERT INTO items VALUES (2, 'b')")
        try client.tick()
        #expect(try client.changes().last?.line.hasPrefix("insert items [2]") == true)
    }

    @Test func `what goes in it later is an alarm as anywhere`() throws {
        let restored = try served().database.dumpedAndRestored()
        _ = try start(restored.url)
        try restored.client().execute(
            "ALTER TABLE items DISABLE TRIGGER ALL; DROP FUNCTION _apus.tick")
        let events = try start(restored.url)
        #expect(events.map(\.level) == [.warning, .warning], "\(events)")
    }

    /// One that is restored over itself is known by its tables, which are others then.
    @Test func `a database that is restored in its own place is set up again, too`() throws {
        let captured = try served()
        let restored = try captured.database.dumpedAndRestored { database in
            try database.client().execute(
                "DROP SCHEMA _apus CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public")
            return database
        }
        #expect(try start(restored.url).map(\.level) == [.info])
    }
}
