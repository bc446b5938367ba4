import Quotas
import Testing

@Suite struct MemoryPoolTests {
    private static let step = MemoryLease.step
    private let ann = AddressBlock("192.0.2.1")
    private let bob = AddressBlock("192.0.2.2")

    private func pool(steps: Int, perBlock: Int) -> MemoryPool {
        MemoryPool(bytesMax: steps * Self.step, perBlockMax: perBlock * Self.step)
    }

    @Test(arguments: [(0, 0), (1, 0), (step, 0), (step + 1, 1), (3 * step, 2), (3 * step + 1, 3)])
    func `what is beyond the first step is taken in steps`(bytes: Int, steps: Int) {
        let pool = pool(steps: 10, perBlock: 10)
        var lease = MemoryLease(pool, for: ann)
        let isCovered = lease.cover(bytes)
        #expect(isCovered && pool.taken == steps * Self.step)
    }

    @Test func `nobody takes more than his share, and all no more than there is`() {
        let pool = pool(steps: 4, perBlock: 3)
        var one = MemoryLease(pool, for: ann)
        var other = MemoryLease(pool, for: ann)
        var third = MemoryLease(pool, for: bob)
        let answers = [
            one.cover(3 * Self.step), other.cover(3 * Self.step), other.cover(2 * Self.step),
            third.cover(3 * Self.step), third.cover(2 * Self.step),
        ]
        #expect(answers == [true, false, true, false, true])
        #expect(pool.taken == pool.bytesMax && pool.refusals == 2)
    }

    @Test func `a refusal changes nothing, and less can be had`() {
        let pool = pool(steps: 4, perBlock: 4)
        var lease = MemoryLease(pool, for: ann)
        let answers = [
            lease.cover(3 * Self.step), lease.cover(9 * Self.step), lease.cover(2 * Self.step),
        ]
        #expect(answers == [true, false, true] && pool.taken == Self.step)
        #expect(pool.peak == 2 * Self.step)
    }

    @Test func `where there is no address no share holds`() {
        let pool = pool(steps: 4, perBlock: 1)
        var lease = MemoryLease(pool, for: .none)
        let isCovered = lease.cover(5 * Self.step)
        #expect(isCovered)
    }

    @Test func `a lease that ends gives all back`() {
        let pool = pool(steps: 4, perBlock: 4)
        do {
            var lease = MemoryLease(pool, for: ann)
            _ = lease.cover(4 * Self.step)
            #expect(pool.taken == 3 * Self.step)
        }
        #expect(pool.taken == 0)
    }
}
