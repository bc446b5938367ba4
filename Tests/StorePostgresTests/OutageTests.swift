import Foundation
import Glibc
import PostgresTestSupport
import PostgresWire
import TestSupport
import Testing

@testable import StorePostgres

@Suite(.blocking, .needsPostgres, .serialized) struct OutageTests {
    /// One that may be stopped and killed: tests take turns.
    static let own = Result { try PostgresServer.makeOwn() }

    @Test func `a server that restarts is found again, and fails fast meanwhile`() async throws {
        let server = try Self.own.get()
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
        #expect(
            unavailability.description.hasPrefix(
                "The database cannot be reached. There is no socket \(server.directory)"))
        #expect(unavailability.remedy == nil)
        #expect(user.run("select 1").failure != .timedOut)
        try server.start()
        #expect(await user.runWhenBack("select 2")?.value == "2")
        #expect(await user.runWhenBack("select 3", on: .write)?.value == "3")
        user.hear("the end of it") { if case .available = $0 { true } else { false } }
    }

    @Test func `a read whose process is ended is run again, a write is not`() async throws {
        let database = try PostgresServer.shared.makeDatabase()
        let user = try PoolUser(database.url) { configuration in
            for lane in [Lane.read, .write] {
                configuration.lanes[lane]?.connectionsMax = 1
                configuration.lanes[lane]?.lockTimeout = nil
            }
        }
        let client = try database.client()
        try client.execute("select pg_advisory_lock(1)")
        let blocked = """
            from pg_stat_activity where datname = '\(database.name)' and wait_event = 'advisory'
            """
        let reads = user.submit([("select 7, pg_advisory_xact_lock(1)", .reads)], on: .read)
        let writes = user.submit([("select 8, pg_advisory_xact_lock(1)", .writes)], on: .write)
        #expect(try await eventually { try client.value("select count(*) \(blocked)") == "2" })
        try client.execute("select pg_terminate_backend(pid) \(blocked)")
        #expect(writes.wait(for: 1).first?.1.failure == .lost(mayHaveRun: true))
        try client.execute("select pg_advisory_unlock(1)")
        let answer = reads.wait(for: 1).first?.1
        #expect(answer?.rows == [["7", ""]] && answer?.succeeded == true)
    }

    @Test func `a process that is killed takes all with it, and all comes back`() async throws {
        let server = try Self.own.get()
        let user = try PoolUser(server.url())
        let backend = try #require(user.run("select pg_backend_pid()").value.flatMap { Int32($0) })
        user.run("select 1", on: .write)
        kill(backend, SIGKILL)
        #expect(await user.runWhenBack("select 2", on: .write)?.value == "2")
        #expect(await user.runWhenBack("select 3")?.value == "3")
    }

    @Test func `an idle connection that is ended is not met by the next unit`() throws {
        let database = try PostgresServer.shared.makeDatabase()
        let user = try PoolUser(database.url)
        user.run("select 1", on: .write)
        try PostgresServer.shared.client().execute(
            """
            select pg_terminate_backend(pid, 5000) from pg_stat_activity
            where datname = '\(database.name)'
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

    @Test func `what two ways to a host came to is told once`() {
        let refused = HostFailure(host: "a", cause: .timedOut)
        let failures = [refused, HostFailure(host: "b", cause: .timedOut), refused]
        let told = Unavailability(
            failures: failures, role: "r", database: "d", retryAfterSeconds: 1)
        #expect(
            told.description == "The database cannot be reached. "
                + "The database server a did not let us in in time. "
                + "The database server b did not let us in in time.")
    }

    @Test func `a server without room is asked for less`() throws {
        let server = try PostgresServer.shared
        let client = try server.client()
        try client.execute("create role crowded login connection limit 3")
        defer { try? client.execute("drop role crowded") }
        let user = try PoolUser("postgres://crowded@/postgres?host=\(server.directory)") {
            $0.connectionsMax = 20
            $0.lanes[.write]?.connectionsMax = 8
        }
        user.run("select 1", on: .write)
        let units = (0..<40).map { _ in
            (sql: "select pg_sleep(0.01)", effect: PostgresUnit.Effect.writes)
        }
        let ended = user.submit(units, on: .write).wait(for: 40)
        #expect(ended.allSatisfy { $0.1.succeeded })
        #expect(user.open(.write) == 3 && user.counts.connectFailures == 1)
        // Reads get what writes do not need any more.
        #expect(user.run("select 2").value == "2")
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

    @Test func `a server that takes no writes any more is left, and found again`() async throws {
        let server = try Self.own.get()
        let user = try PoolUser(server.url())
        let client = try server.client()
        #expect(user.run("create table if not exists t (a int)", on: .write).succeeded)
        try client.execute("alter system set default_transaction_read_only = on")
        try client.execute("select pg_reload_conf()")
        let insert = "insert into t values (1)"
        #expect(await eventually { user.run(insert, on: .write).code == "25006" })
        #expect(
            await eventually {
                guard
                    case .unavailable(let unavailability) =
                        user.run("insert into t values (1)", on: .write).failure
                else { return false }
                return unavailability.failures.first?.cause == .readOnlyByDefault
            })
        #expect(user.run("select count(*) from t").succeeded)
        try client.execute("set default_transaction_read_only = off")
        try client.execute("alter system reset default_transaction_read_only")
        try client.execute("select pg_reload_conf()")
        #expect(await user.runWhenBack("insert into t values (1)", on: .write)?.succeeded == true)
    }
}
