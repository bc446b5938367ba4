import Foundation
import Glibc
import PostgresTestSupport
import PostgresWire
import TestSupport
import Testing

@testable import StorePostgres

@Suite(.blocking, .needsPostgres) struct CancelTests {
    static let waitForLock = "select pg_advisory_xact_lock(1)"

    /// A pool with one open connection a lane, and a session that has a lock until it is told.
    static func userBehindLock() throws -> (PoolUser, PostgresClient) {
        let database = try PostgresServer.shared.makeDatabase()
        let user = try PoolUser(database.url) { configuration in
            for lane in [Lane.read, .write] {
                configuration.lanes[lane]?.connectionsMax = 1
                configuration.lanes[lane]?.lockTimeout = nil
            }
        }
        user.run("select 1")
        user.run("select 1", on: .write)
        let holder = try database.client()
        try holder.execute("select pg_advisory_lock(1)")
        return (user, holder)
    }

    @Test(arguments: [Lane.read, .write])
    func `what takes too long is cancelled, and the connection used again`(lane: Lane) throws {
        let user = try PoolUser(try PostgresServer.shared.url()) {
            $0.lanes[lane]?.connectionsMax = 1
        }
        let backend = user.run("select pg_backend_pid()", on: lane).value
        let answer = user.run("select pg_sleep(20)", on: lane, within: .milliseconds(100))
        #expect(answer.failure == .timedOut)
        #expect(user.run("select pg_backend_pid()", on: lane).value == backend)
        #expect(user.counts.cancels == 1 && user.counts.losses == 0)
    }

    @Test func `reads behind one that is cancelled are not hit`() throws {
        let user = try PoolUser(try PostgresServer.shared.url()) {
            $0.lanes[.read]?.connectionsMax = 1
        }
        user.run("select 1")
        let record = user.submit(
            [("select pg_sleep(20)", .reads)], on: .read, within: .milliseconds(100))
        let behind = user.submit(
            (0..<5).map { ("select \($0), pg_sleep(0.02)", .reads) }, on: .read)
        #expect(record.wait(for: 1).first?.1.failure == .timedOut)
        // One that the request meets all the same is run again, behind the others.
        let values = behind.wait(for: 5).compactMap { $0.1.value }
        #expect(values.sorted() == ["0", "1", "2", "3", "4"])
    }

    @Test func `a read whose time is over behind another ends by itself`() throws {
        let (user, holder) = try Self.userBehindLock()
        let first = user.submit([(Self.waitForLock, .reads)], on: .read)
        let second = user.submit([("select 2", .reads)], on: .read, within: .milliseconds(50))
        #expect(second.wait(for: 1).first?.1.failure == .timedOut)
        #expect(first.all.isEmpty)
        try holder.execute("select pg_advisory_unlock(1)")
        #expect(first.wait(for: 1).first?.1.succeeded == true)
        #expect(user.counts.cancels == 0)
    }

    @Test func `who waits for a connection waits no longer than his time`() throws {
        let (user, holder) = try Self.userBehindLock()
        let first = user.submit([(Self.waitForLock, .writes)], on: .write)
        let answer = user.run("select 2", on: .write, within: .milliseconds(50))
        #expect(answer.failure == .timedOut && first.all.isEmpty)
        try holder.execute("select pg_advisory_unlock(1)")
        #expect(first.wait(for: 1).first?.1.succeeded == true)
    }

    @Test func `a unit that is withdrawn is dropped while it waits, cancelled while it runs`()
        async throws
    {
        let database = try PostgresServer.shared.makeDatabase()
        let user = try PoolUser(database.url) { $0.lanes[.write]?.connectionsMax = 1 }
        user.run("create table t (a int)", on: .write)
        let record = user.submit(
            [
                ("with s as (select pg_sleep(20)) insert into t select 1 from s", .writes),
                ("insert into t values (2)", .writes), ("insert into t values (3)", .writes),
            ], on: .write
        ) { tokens in
            tokens[0].withdraw()
            tokens[1].withdraw()
        }
        #expect(record.wait(for: 1).map(\.0) == [2])
        #expect(user.run("select string_agg(a::text, ',') from t").value == "3")
        // The request may have overtaken the statement; then it is repeated.
        #expect(user.counts.cancels >= 1 && user.counts.losses == 0)
    }

    @Test func `a statement behind one that was cancelled has the time that it was given`() throws {
        let user = try PoolUser(try PostgresServer.shared.url()) {
            $0.lanes[.read]?.connectionsMax = 1
            $0.cancelTime = .milliseconds(300)
        }
        user.run("select 1")
        let first = user.submit(
            [("select pg_sleep(20)", .reads)], on: .read, within: .milliseconds(50))
        let second = user.submit([("select 2, pg_sleep(0.5)", .reads)], on: .read)
        #expect(first.wait(for: 1).first?.1.failure == .timedOut)
        #expect(second.wait(for: 1).first?.1.value == "2")
        #expect(user.counts.losses == 0)
    }

    @Test func `a unit that is withdrawn behind another is cancelled when it is its turn`() throws {
        let user = try PoolUser(try PostgresServer.shared.url()) {
            $0.lanes[.read]?.connectionsMax = 1
        }
        user.run("select 1")
        let record = user.submit(
            [
                ("select pg_sleep(0.1)", .reads), ("select pg_sleep(20)", .reads),
                ("select 3", .reads),
            ], on: .read
        ) { tokens in tokens[1].withdraw() }
        #expect(record.wait(for: 2).map(\.0) == [0, 2])
        #expect(user.counts.cancels == 1 && user.counts.losses == 0)
    }

    @Test func `a server process that hangs costs its connection`() throws {
        let user = try PoolUser(try PostgresServer.shared.url()) {
            $0.cancelTime = .milliseconds(300)
        }
        let backend = try #require(
            user.run("select pg_backend_pid()", on: .write).value.flatMap { Int32($0) })
        kill(backend, SIGSTOP)
        defer { kill(backend, SIGCONT) }
        let start = ContinuousClock.now
        let answer = user.run("select 1", on: .write, within: .milliseconds(200))
        #expect(answer.failure == .lost(mayHaveRun: true))
        #expect(ContinuousClock.now - start > .milliseconds(490))
        let read = user.run("select 1")
        #expect(read.succeeded)
        #expect(user.run("select 2", on: .write).value == "2")
    }

    @Test(arguments: [Lane.read, .slow])
    func `no more statements outlive their cancel than there are connections`(
        lane: Lane
    ) async throws {
        let user = try PoolUser(try PostgresServer.shared.url()) {
            $0.cancelTime = .milliseconds(100)
            $0.lanes[lane]?.connectionsMax = 1
        }
        let most = lane == .read ? 2 : 1
        var stopped: [Int32] = []
        defer { for backend in stopped { kill(backend, SIGCONT) } }
        for _ in 0..<most {
            let backend = try #require(
                user.run("select pg_backend_pid()", on: lane).value.flatMap { Int32($0) })
            kill(backend, SIGSTOP)
            stopped.append(backend)
            #expect(user.run("select 1", on: lane, within: .milliseconds(100)).failure == .timedOut)
        }
        #expect(user.run("select 1", on: lane, within: .milliseconds(300)).failure == .timedOut)
        #expect(user.open(lane) == most && user.counts.connects == most)
        while let backend = stopped.popLast() { kill(backend, SIGCONT) }
        #expect(await eventually { user.run("select 2", on: lane).value == "2" })
        #expect(await eventually { user.open(lane) <= 1 })
    }

    @Test func `reads behind one that outlives its cancel are answered`() throws {
        let user = try PoolUser(try PostgresServer.shared.url()) {
            $0.cancelTime = .milliseconds(100)
            $0.lanes[.read]?.connectionsMax = 1
        }
        let backend = try #require(
            user.run("select pg_backend_pid()").value.flatMap { Int32($0) })
        kill(backend, SIGSTOP)
        defer { kill(backend, SIGCONT) }
        let first = user.submit([("select 1", .reads)], on: .read, within: .milliseconds(50))
        let behind = user.submit((2..<5).map { ("select \($0)", .reads) }, on: .read)
        #expect(first.wait(for: 1).first?.1.failure == .timedOut)
        #expect(behind.wait(for: 3).compactMap { $0.1.value }.sorted() == ["2", "3", "4"])
    }
}
