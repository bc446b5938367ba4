import PostgresTestSupport
import Quotas
import TestSupport
import Testing

@testable import StorePostgres

/// Writes that are known to take long, of which each rests after the one before it.
@Suite(.blocking, .needsPostgres, .timeLimit(.minutes(5))) struct LongRestTests {
    /// A pool that leaves long writes a hundredth of the time.
    private static func user(of database: TestDatabase) throws -> PoolUser {
        try PoolUser(database.url) { $0.longWriteShare = 1 }
    }

    private static func longWrites(
        _ count: Int, of caller: String, by user: PoolUser, within time: Duration
    ) -> Record<(Int, Answer)> {
        user.submit(
            Array(repeating: ("select pg_sleep(0.05)", .writes), count: count), on: .slowWrite,
            for: .user(caller), within: time, isLong: true)
    }

    private static func read(of caller: String, by user: PoolUser, _ sql: String = "select 1") {
        _ = user.submit([(sql, .reads)], on: .read, for: .user(caller)).wait(for: 1)
    }

    @Test func `one caller's long writes rest while another is served`() throws {
        let database = try PostgresServer.shared.makeDatabase()
        let user = try Self.user(of: database)
        let greedy = Self.longWrites(3, of: "greedy", by: user, within: .seconds(8))
        _ = greedy.wait(for: 1)
        Self.read(of: "other", by: user)
        _ = greedy.wait(for: 2)
        Self.read(of: "other", by: user, "select pg_sleep(0.3)")
        #expect(greedy.all.count == 2)
        #expect(greedy.wait(for: 3).allSatisfy { $0.1.succeeded })
    }

    @Test func `nobody rests for his own sake`() throws {
        let database = try PostgresServer.shared.makeDatabase()
        let user = try Self.user(of: database)
        let greedy = Self.longWrites(6, of: "greedy", by: user, within: .milliseconds(1_500))
        for count in 1...6 {
            _ = greedy.wait(for: count)
            Self.read(of: "greedy", by: user)
        }
        #expect(greedy.all.allSatisfy { $0.1.succeeded })
    }

    @Test func `what is short on the slow lane does not rest`() throws {
        let database = try PostgresServer.shared.makeDatabase()
        let user = try Self.user(of: database)
        let greedy = Self.longWrites(2, of: "greedy", by: user, within: .seconds(8))
        _ = greedy.wait(for: 1)
        Self.read(of: "other", by: user)
        _ = greedy.wait(for: 2)
        let short = user.submit(
            [("select 1", .writes)], on: .slowWrite, for: .user("other"), within: .seconds(1))
        #expect(short.wait(for: 1).first?.1.succeeded == true)
    }
}
