import PostgresTestSupport
import PostgresWire
import TestSupport
import Testing

@testable import StorePostgres

@Suite(.needsPostgres) struct HostListTests {
    @Test func `the next host is taken when one is not there`() throws {
        let server = try PostgresServer.shared
        let user = try PoolUser(
            "postgres://apus@/postgres?host=/nowhere,\(server.directory)&port=5432")
        #expect(user.run("select 1").value == "1")
        #expect(user.counts.connectFailures == 0)
    }

    @Test func `writes need a server that takes them, whatever the user says of reads`()
        async throws
    {
        let reading = try PostgresServer.makeOwn(settings: ["default_transaction_read_only = on"])
        let writing = try PostgresServer.shared
        let user = try PoolUser(
            "postgres://apus@/postgres?host=\(reading.directory),\(writing.directory)")
        let place = "show unix_socket_directories"
        #expect(user.run(place).value == reading.directory)
        #expect(user.run(place, on: .write).value == writing.directory)
    }

    @Test func `a server that takes no writes any more is left, and found again`() async throws {
        let server = try PostgresServer.makeOwn()
        let user = try PoolUser(server.url())
        let client = try server.client()
        #expect(user.run("create table t (a int)", on: .write).succeeded)
        try client.execute("alter system set default_transaction_read_only = on")
        try client.execute("select pg_reload_conf()")
        #expect(await eventually { user.run("insert into t values (1)", on: .write).code == "25006" })
        #expect(
            await eventually {
                guard
                    case .unavailable(let unavailability) =
                        user.run("insert into t values (1)", on: .write).failure
                else { return false }
                return unavailability.failures.first?.cause == .unsuitable(.readWrite)
            })
        #expect(user.run("select count(*) from t").succeeded)
        try client.execute("set default_transaction_read_only = off")
        try client.execute("alter system reset default_transaction_read_only")
        try client.execute("select pg_reload_conf()")
        #expect(await user.runWhenBack("insert into t values (1)", on: .write)?.succeeded == true)
    }
}
