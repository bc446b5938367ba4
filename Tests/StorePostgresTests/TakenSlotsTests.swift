import PostgresTestSupport
import PostgresWire
import TestSupport
import Testing

@testable import StorePostgres

/// A server whose connections others have taken.
@Suite(.blocking, .needsPostgres, .serialized, .timeLimit(.minutes(5))) struct TakenSlotsTests {
    static let own = Result { try PostgresServer.makeOwn(settings: ["max_connections = 20"]) }

    private static let lanes: [Lane] = [.read, .write, .slow, .slowWrite]

    /// Sessions of others on all connections that are left.
    private static func others() throws -> [PostgresClient] {
        let server = try own.get()
        var clients: [PostgresClient] = []
        while clients.count < 100 {
            do { clients.append(try server.client()) } catch { break }
        }
        return clients
    }

    /// What one unit on each of some lanes comes to, submitted at once.
    private static func answers(
        of user: PoolUser, on lanes: [Lane] = lanes, within time: Duration = .seconds(8)
    ) -> [UnitFailure?] {
        let record = Record<(Int, Answer)>()
        for lane in lanes {
            _ = user.submit([("select 1", .reads)], on: lane, within: time, to: record)
        }
        return record.wait(for: lanes.count).map(\.1.failure)
    }

    private static func isRefusal(_ failure: UnitFailure?) -> Bool {
        guard case .unavailable(let why) = failure else { return false }
        return why.retryAfterSeconds == 1
            && why.failures.first?.serverError?.sqlState == .tooManyConnections
    }

    private static func told(_ user: PoolUser) -> (away: Int, back: Int) {
        let events = user.events.all
        return (
            events.count { if case .unavailable = $0 { true } else { false } },
            events.count { if case .available = $0 { true } else { false } }
        )
    }

    @Test func `all lanes fail fast, are told once, and come back by themselves`() async throws {
        let user = try PoolUser(try Self.own.get().url())
        var others = try Self.others()
        for _ in 0..<3 {
            let start = ContinuousClock.now
            #expect(Self.answers(of: user).allSatisfy(Self.isRefusal))
            #expect(ContinuousClock.now - start < .seconds(3))
        }
        // However long that lasts.
        try await Task.sleep(for: .seconds(6))
        #expect(Self.answers(of: user).allSatisfy(Self.isRefusal))
        #expect(Self.told(user) == (1, 0))
        others.removeAll()
        let start = ContinuousClock.now
        user.hear("the end of it") { if case .available = $0 { true } else { false } }
        #expect(ContinuousClock.now - start < .seconds(2))
        #expect(Self.answers(of: user).allSatisfy { $0 == nil })
        #expect(Self.told(user) == (1, 1))
    }

    @Test func `a loop without a connection fails fast though another one has some`() throws {
        let user = try PoolUser(try Self.own.get().url())
        let lent = try user.access.borrow(within: .seconds(5))
        let other = try PoolUser(try Self.own.get().url(), cluster: user.cluster)
        var others = try Self.others()
        for _ in 0..<2 {
            let failures = Self.answers(of: other, on: [.read, .write], within: .seconds(5))
            #expect(failures.allSatisfy(Self.isRefusal), "\(failures)")
        }
        let before = Self.told(user)
        #expect(before == (1, 0))
        others.removeAll()
        user.hear("the end of it") { if case .available = $0 { true } else { false } }
        #expect(Self.answers(of: other).allSatisfy { $0 == nil })
        lent.giveBack()
    }

    @Test func `a connection that one loop does not use is another one's`() throws {
        let user = try PoolUser(try Self.own.get().url()) { $0.refusalPause = .seconds(4) }
        #expect(user.run("select 1").succeeded)
        let other = try PoolUser(try Self.own.get().url(), cluster: user.cluster)
        let others = try Self.others()
        #expect(Self.answers(of: other, on: [.read], within: .seconds(5)) == [nil])
        #expect(Self.answers(of: user, on: [.write], within: .seconds(5)) == [nil])
        #expect(Self.told(user).away == 0)
        #expect(others.count > 10)
    }

    @Test func `connections taken in the middle of a load fail what comes, and no longer`()
        async throws
    {
        let server = try Self.own.get()
        let user = try PoolUser(server.url())
        #expect(Self.answers(of: user).allSatisfy { $0 == nil })
        let ours = """
            select pg_terminate_backend(pid, 5000) from pg_stat_activity
            where application_name = 'apus'
            """
        var others = try Self.others()
        // Who comes back finds nothing left.
        try others[0].execute(ours)
        others += try Self.others()
        #expect(Self.answers(of: user, within: .seconds(5)).allSatisfy(Self.isRefusal))
        #expect(Self.told(user).away == 1)
        others.removeAll()
        user.hear("the end of it") { if case .available = $0 { true } else { false } }
        #expect(Self.answers(of: user).allSatisfy { $0 == nil })
    }
}
