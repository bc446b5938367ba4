import PostgresTestSupport
import PostgresWire
import TestSupport
import Testing

@testable import StorePostgres

@Suite(.blocking, .needsPostgres) struct HostListTests {
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
}
