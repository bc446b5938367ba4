import Addresses
import Quotas
import TestSupport
import Testing

@Suite struct MemoryPoolTests {
    private static let step = MemoryLease.step
    private let ann = Caller.anonymous(AddressBlock("192.0.2.1"))
    private let bob = Caller.user("bob")

    private func pool(steps: Int, perCaller: Int) -> MemoryPool {
        MemoryPool(bytesMax: steps * Self.step, perCallerMax: perCaller * Self.step)
    }

    @Test(arguments: [
        (0, 0), (1, 0), (MemoryLease.freeBytes, 0), (MemoryLease.freeBytes + 1, 1), (step, 1),
        (step + 1, 2), (3 * step, 3),
    ])
    func `what is beyond a little is taken in steps`(bytes: Int, steps: Int) {
        let pool = pool(steps: 10, perCaller: 10)
        var lease = MemoryLease(pool, for: ann)
        let isCovered = lease.cover(bytes)
        #expect(isCovered && pool.taken == steps * Self.step)
    }

    @Test func `nobody takes more than his share, and all no more than there is`() {
        let pool = pool(steps: 4, perCaller: 3)
        var one = MemoryLease(pool, for: ann)
        var other = MemoryLease(pool, for: ann)
        var third = MemoryLease(pool, for: bob)
        let answers = [
            one.cover(2 * Self.step), other.cover(2 * Self.step), other.cover(Self.step),
            third.cover(2 * Self.step), third.cover(Self.step),
        ]
        #expect(answers == [true, false, true, false, true])
        #expect(pool.taken == pool.bytesMax)
        #expect(pool.refused == RefusalCounts(inAll: 1, ofCaller: 1))
    }

    @Test func `a refusal changes nothing, and less can be had`() {
        let pool = pool(steps: 4, perCaller: 4)
        var lease = MemoryLease(pool, for: ann)
        let answers = [
            lease.cover(2 * Self.step), lease.cover(9 * Self.step), lease.cover(3 * Self.step),
        ]
        #expect(answers == [true, false, true] && pool.taken == 3 * Self.step)
        #expect(pool.peak == 3 * Self.step)
    }

    @Test func `a little too much is kept until it is asked for, much is given back`() {
        let pool = pool(steps: 20, perCaller: 20)
        var lease = MemoryLease(pool, for: ann)
        _ = lease.cover(3 * Self.step)
        _ = lease.cover(1)
        #expect(pool.taken == 3 * Self.step)
        lease.trim(to: 1)
        #expect(pool.taken == 0)
        _ = lease.cover(20 * Self.step)
        _ = lease.cover(2 * Self.step)
        #expect(pool.taken == 2 * Self.step)
    }

    @Test(arguments: [Caller.anonymous(.none), .service(.none), .server])
    func `where nobody knows who it is no share holds`(caller: Caller) {
        let pool = pool(steps: 4, perCaller: 1)
        var lease = MemoryLease(pool, for: caller)
        let isCovered = lease.cover(4 * Self.step)
        #expect(isCovered)
    }

    @Test func `a lease that ends gives all back`() {
        let pool = pool(steps: 4, perCaller: 4)
        do {
            var lease = MemoryLease(pool, for: ann)
            _ = lease.cover(4 * Self.step)
            #expect(pool.taken == 4 * Self.step)
        }
        #expect(pool.taken == 0)
    }

    @Test func `what an answer holds says why there is no more`() {
        let pool = pool(steps: 4, perCaller: 3)
        let one = HeldMemory(pool, for: ann)
        let other = HeldMemory(pool, for: bob)
        #expect(one.cover(3 * Self.step) == nil)
        #expect(other.cover(2 * Self.step) == .byOthers)
        #expect(other.cover(4 * Self.step) == .beyondShare)
        #expect(other.cover(Self.step) == nil)
        let third = HeldMemory(pool, for: ann)
        #expect(third.cover(Self.step) == .byCaller)
    }

    @Test(arguments: [Caller.anonymous(.none), .service(.none), .server])
    func `where no share holds it is others who have the memory`(caller: Caller) {
        let pool = pool(steps: 4, perCaller: 1)
        let one = HeldMemory(pool, for: ann)
        let other = HeldMemory(pool, for: caller)
        #expect(one.cover(Self.step) == nil)
        #expect(other.cover(4 * Self.step) == .byOthers)
        #expect(other.cover(5 * Self.step) == .beyondShare)
    }

    /// Four shares, and of a smaller pool what leaves one share to others.
    @Test(arguments: Caller.CrowdKind.allCases, [(40, 2, 8), (10, 4, 6), (10, 8, 8)])
    func `all of one site take no more than some shares`(
        kind: Caller.CrowdKind, pool: (steps: Int, perCaller: Int, perSite: Int)
    ) {
        let pool = (made: self.pool(steps: pool.steps, perCaller: pool.perCaller), of: pool)
        let crowd = Caller.crowd(40, kind).map { HeldMemory(pool.made, for: $0) }
        let taken = crowd.count { $0.cover(Self.step) == nil }
        #expect(taken == pool.of.perSite)
        let other = HeldMemory(pool.made, for: bob)
        let left = min(pool.of.perCaller, pool.of.steps - pool.of.perSite)
        #expect(other.cover(left * Self.step) == nil)
    }

    @Test func `where nobody knows the site no bound of it holds`() {
        let pool = pool(steps: 40, perCaller: 2)
        let users = (0..<40).map { HeldMemory(pool, for: .user("\($0)")) }
        #expect(users.allSatisfy { $0.cover(Self.step) == nil })
    }
}
