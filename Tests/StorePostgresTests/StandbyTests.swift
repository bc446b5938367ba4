import Quotas
import Diagnostics
import Network
import PostgresTestSupport
import PostgresWire
import Quotas
import Store
import StorePostgresTestSupport
import StoreTestSupport
import TestSupport
import Testing

@testable import StorePostgres

/// Commits that wait for a standby, which does not come. A request to cancel would make the server
/// commit without it.
@Suite(.blocking, .needsPostgres, .serialized, .timeLimit(.minutes(5))) struct StandbyTests {
    /// Only what asks for it waits.
    static let own = Result {
        try PostgresServer.makeOwn(settings: ["synchronous_commit = local"])
    }

    /// Has the commits of new sessions of a database wait for a standby.
    private static func waitForStandby(_ database: TestDatabase) throws {
        let client = try own.get().client()
        try client.execute("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
        try client.execute("SELECT pg_reload_conf()")
        try client.execute("ALTER DATABASE \(database.name) SET synchronous_commit = on")
    }

    private static func waitNoMore() throws {
        let client = try own.get().client()
        try client.execute("ALTER SYSTEM RESET synchronous_standby_names")
        try client.execute("SELECT pg_reload_conf()")
    }

    @Test func `a write whose time is over while it commits may have been made`() async throws {
        let stage = try PostgresStage(Self.own.get())
        try Self.waitForStandby(stage.database)
        let writes = stage.user.thread.perform { [user = stage.user] _ in
            PostgresWrites(user.pool.value, PostgresDialect(), timeout: .milliseconds(500))
        }
        let told = Record<String>()
        let insert = writes.prepare(InsertCases.insert())
        let row = NewRows([InsertCases.row(3, "c", 3, "bob")])
        _ = insert.run(row, Operands(), .none, for: .server) { told.append(summary($0)) }
        #expect(told.wait(for: 1) == ["failed 08007"])
        // It goes on waiting: nobody sees it.
        #expect(try stage.contents() == ProgramStage.before)
        try Self.waitNoMore()
        #expect(try await eventually { try stage.contents() != ProgramStage.before })
        #expect(await eventually { stage.user.run("select 1", on: .write).succeeded })
        #expect(stage.user.counts.cancels == 0)
    }

    @Test func `a transaction whose time is over while it commits may have been made`()
        async throws
    {
        let place = try Self.own.get().makeDatabase()
        try place.open().close()
        try place.client().execute("CREATE TABLE t (a int8)")
        try Self.waitForStandby(place)
        var cluster = ClusterConfiguration(try ConnectionTarget(place.url, systemUser: "apus"))
        cluster.connectionsMax = 4
        let configuration = PostgresConfiguration(
            cluster, statementTimeout: .milliseconds(500))
        let database = try PostgresDatabase.open(configuration) { _ in }
        defer { database.close() }
        let problem = await #expect(throws: Problem.self) {
            _ = try await database.write(.first, for: .server) { transaction throws(Problem) in
                _ = try worded { () throws(DatabaseError) in
                    try transaction.run("INSERT INTO t VALUES (1)")
                }
            }
        }
        #expect(problem?.code == "08007" && problem?.status == 503)
        let client = try place.client()
        #expect(try client.value("SELECT count(*) FROM t") == "0")
        try Self.waitNoMore()
        #expect(try await eventually { try client.value("SELECT count(*) FROM t") == "1" })
    }

    @Test func `a write whose time is over before it commits has not been made`() async throws {
        let stage = try PostgresStage(Self.own.get())
        let writes = stage.user.thread.perform { [user = stage.user] _ in
            PostgresWrites(user.pool.value, PostgresDialect(), timeout: .milliseconds(500))
        }
        let holder = try stage.client()
        try holder.execute("BEGIN; LOCK TABLE notes")
        let told = Record<String>()
        let insert = writes.prepare(InsertCases.insert())
        let row = NewRows([InsertCases.row(3, "c", 3, "bob")])
        _ = insert.run(row, Operands(), .none, for: .server) { told.append(summary($0)) }
        #expect(told.wait(for: 1) == ["failed 57014"])
        try holder.execute("COMMIT")
        #expect(try stage.contents() == ProgramStage.before)
        #expect(stage.user.counts.losses == 0)
    }
}
