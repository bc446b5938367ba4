import Network
import PostgresTestSupport
import TestSupport
import Testing

@testable import StorePostgres

@Suite(.blocking, .needsPostgres) struct ContentionTests {
    @Test func `loops that have fewer connections than they want all get their turn`() throws {
        let url = try PostgresServer.shared.url()
        let first = try PoolUser(url) { $0.connectionsMax = 2 }
        let second = try PoolUser(url, cluster: first.cluster)
        let third = try PoolUser(url, cluster: first.cluster)
        let records = [first, second, third].flatMap { user in
            [Lane.read, .write].map { lane in
                let effect: PostgresUnit.Effect = lane == .read ? .reads : .writes
                return user.submit((0..<50).map { ("select \($0)", effect) }, on: lane)
            }
        }
        for record in records {
            #expect(record.wait(for: 50).allSatisfy { $0.1.succeeded })
        }
    }

    @Test func `an idle lane gives its connection to one that needs it`() throws {
        let user = try PoolUser(try PostgresServer.shared.url()) { $0.connectionsMax = 1 }
        for number in 0..<6 {
            let lane: Lane = number % 2 == 0 ? .read : .write
            #expect(user.run("select \(number)", on: lane).value == "\(number)")
        }
        #expect(user.counts.losses == 0)
    }

    @Test(arguments: [false, true])
    func `who never stops holds nobody up for ever`(isOtherLoop: Bool) throws {
        let url = try PostgresServer.shared.url()
        let busy = try PoolUser(url) { $0.connectionsMax = 1 }
        let other = isOtherLoop ? try PoolUser(url, cluster: busy.cluster) : busy
        let reads = busy.submit(
            (0..<100).map { _ in ("select pg_sleep(0.005)", .reads) }, on: .read,
            within: .seconds(30))
        #expect(other.run("select 1", on: .write).succeeded)
        #expect(reads.all.count < 90)
        #expect(reads.wait(for: 100).allSatisfy { $0.1.succeeded })
    }

    @Test func `all that is open counts`() throws {
        let url = try PostgresServer.shared.url()
        let first = try PoolUser(url)
        let second = try PoolUser(url, cluster: first.cluster)
        first.run("select 1")
        second.run("select 1", on: .write)
        let sum = first.counts + second.counts
        #expect(sum.lanes[.read]?.open == 1 && sum.lanes[.write]?.open == 1)
        #expect(sum.unitsBegun == 2 && sum.connects == 2)
    }
}
