import Foundation
import Glibc
import PostgresTestSupport
import PostgresWire
import TestSupport
import Testing

@testable import StorePostgres

@Suite(.needsPostgres) struct OutageTests {
    @Test func `a server that restarts is found again, and fails fast meanwhile`() async throws {
        let server = try PostgresServer.makeOwn()
        let user = try PoolUser(server.url())
        #expect(user.run("select 1").succeeded && user.run("select 1", on: .write).succeeded)
        try server.stop()
        _ = await eventually { user.counts.losses == 2 }
        let failure = user.run("select 1").failure
        guard case .unavailable(let unavailability) = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
        #expect(unavailability.retryAfterSeconds == 1)
        #expect(unavailability.description.hasPrefix("There is no socket \(server.directory)"))
        let start = ContinuousClock.now
        #expect(user.run("select 1").failure != nil)
        #expect(ContinuousClock.now - start < .milliseconds(500))
        try server.start()
        #expect(await user.runWhenBack("select 2")?.value == "2")
        #expect(await user.runWhenBack("select 3", on: .write)?.value == "3")
        user.hear("the end of it") { if case .available = $0 { true } else { false } }
    }

    @Test func `a read whose process is ended is run again, a write is not`() throws {
        let server = try PostgresServer.makeOwn()
        let user = try PoolUser(server.url()) { $0.lanes[.read]?.connectionsMax = 1 }
        user.run("select 1")
        user.run("select 1", on: .write)
        let client = try server.client()
        let ended = """
            select pg_terminate_backend(pid) from pg_stat_activity
            where application_name = 'apus' and query like '%sleep%' and pid <> pg_backend_pid()
            """
        let reads = user.submit([("select 7, pg_sleep(0.3)", .reads)], on: .read)
        let writes = user.submit([("select 8, pg_sleep(0.3)", .writes)], on: .write)
        while try client.query(ended).count < 2 {}
        #expect(writes.wait(for: 1).first?.1.failure == .lost(mayHaveRun: true))
        let answer = reads.wait(for: 1).first?.1
        #expect(answer?.rows == [["7", ""]] && answer?.succeeded == true)
    }

    @Test func `a process that is killed takes all with it, and all comes back`() async throws {
        let server = try PostgresServer.makeOwn()
        let user = try PoolUser(server.url())
        let backend = try #require(user.run("select pg_backend_pid()").value.flatMap { Int32($0) })
        user.run("select 1", on: .write)
        kill(backend, SIGKILL)
        #expect(await user.runWhenBack("select 2", on: .write)?.value == "2")
        #expect(await user.runWhenBack("select 3")?.value == "3")
    }

    @Test func `an idle connection that is ended is not met by the next unit`() async throws {
        let server = try PostgresServer.makeOwn()
        let user = try PoolUser(server.url())
        user.run("select 1", on: .write)
        try server.client().execute(
            """
            select pg_terminate_backend(pid, 5000) from pg_stat_activity
            where application_name = 'apus'
            """)
        #expect(user.run("select 2", on: .write).value == "2")
    }

    @Test func `a wrong database is told by name, and not asked for in haste`() throws {
        let user = try PoolUser(try PostgresServer.shared.url(database: "nowhere"))
        let failure = user.run("select 1").failure
        guard case .unavailable(let unavailability) = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
        #expect(unavailability.failures.first?.serverError?.sqlState == .invalidCatalogName)
        #expect(unavailability.retryAfterSeconds >= 3)
        #expect(unavailability.description.contains("database \"nowhere\" does not exist"))
    }

    @Test func `a server without room is asked for less`() async throws {
        let server = try PostgresServer.makeOwn(
            settings: ["max_connections = 5", "superuser_reserved_connections = 0"])
        let client = try server.client()
        try client.execute("create role plain login")
        let url = "postgres://plain@/postgres?host=\(server.directory)"
        let user = try PoolUser(url) {
            $0.connectionsMax = 20
            $0.lanes[.write]?.connectionsMax = 8
        }
        user.run("select 1", on: .write)
        let units = (0..<40).map { _ in (sql: "select pg_sleep(0.02)", effect: PostgresUnit.Effect.writes) }
        let ended = user.submit(units, on: .write).wait(for: 40)
        #expect(ended.allSatisfy { $0.1.succeeded })
        // Reads get what writes do not need any more.
        #expect(await user.runWhenBack("select 2")?.value == "2")
    }

    @Test func `a lost answer is asked for again by a read only`() throws {
        let database = try PostgresServer.shared.makeDatabase()
        try database.client().execute("create table t (a int)")
        let server = try PostgresServer.shared
        let relay = try Relay(to: "\(server.directory)/.s.PGSQL.5432")
        let user = try PoolUser("postgres://apus@/\(database.name)?host=\(relay.directory.path)")
        user.run("select 1")
        user.run("select 1", on: .write)
        relay.set(.swallow)
        let write = user.run("insert into t values (1)", on: .write)
        #expect(write.failure == .lost(mayHaveRun: true))
        #expect(try database.client().value("select count(*) from t") == "1")
        relay.set(.swallow)
        #expect(user.run("select count(*) from t").value == "1")
        #expect(user.counts.unitsRepeated == 1)
    }

    @Test func `answers that come byte by byte are read all the same`() throws {
        let server = try PostgresServer.shared
        let relay = try Relay(to: "\(server.directory)/.s.PGSQL.5432", .bytewise)
        let user = try PoolUser("postgres://apus@/postgres?host=\(relay.directory.path)")
        let units = (0..<50).map {
            (sql: "select \($0), repeat('ü', \($0))", effect: PostgresUnit.Effect.reads)
        }
        let ended = user.submit(units, on: .read).wait(for: 50).sorted { $0.0 < $1.0 }
        for (index, answer) in ended {
            #expect(answer.rows == [["\(index)", String(repeating: "ü", count: index)]])
        }
    }
}
