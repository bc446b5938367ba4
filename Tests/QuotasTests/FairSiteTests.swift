import Quotas
import TestSupport
import Testing

/// Sites take turns, and the callers of each among themselves.
@Suite struct FairSiteTests {
    private let other = Caller.user("other", at: "198.51.100.7")

    /// Whose turns come next, each of which costs what its caller's do.
    private func turns(
        _ queue: inout FairQueue<Int>, _ count: Int, costs: (Caller) -> UInt64 = { _ in 100 }
    ) -> [Caller: Int] {
        var turns: [Caller: Int] = [:]
        for _ in 0..<count {
            guard let next = queue.popFirst() else { break }
            queue.charge(costs(next.caller), to: next.caller)
            turns[next.caller, default: 0] += 1
        }
        return turns
    }

    private func queue(_ callers: [Caller], each count: Int) -> FairQueue<Int> {
        var queue = FairQueue<Int>()
        for number in 0..<count {
            for caller in callers { queue.append(number, of: caller) }
        }
        return queue
    }

    /// What one turn of the other one costs, and how many he has of sixty.
    static let costs: [(cost: UInt64, turns: ClosedRange<Int>)] = [
        (100, 29...31), (300, 14...16), (50, 39...41),
    ]

    @Test(arguments: Caller.CrowdKind.allCases, costs)
    func `all of one site have as much as one of another`(
        kind: Caller.CrowdKind, other: (cost: UInt64, turns: ClosedRange<Int>)
    ) {
        let crowd = Caller.crowd(26, kind)
        var queue = queue(crowd + [self.other], each: 60)
        let turns = turns(&queue, 60) { $0 == self.other ? other.cost : 100 }
        #expect(other.turns.contains(turns[self.other] ?? 0), "\(turns)")
        // Among themselves they are alike.
        let ofCrowd = crowd.map { turns[$0] ?? 0 }
        #expect((ofCrowd.max() ?? 0) - (ofCrowd.min() ?? 0) <= 1, "\(ofCrowd)")
    }

    /// Where all come through one door, or nobody knows from where, each is as ever.
    @Test(arguments: [
        Caller.crowd(27, .usersOfAddress), Caller.crowd(27, .usersInNetworks),
        (0..<27).map { Caller.user("\($0)") },
    ])
    func `those of one site alone have each the same`(callers: [Caller]) {
        var queue = queue(callers, each: 10)
        #expect(turns(&queue, 54) == Dictionary(uniqueKeysWithValues: callers.map { ($0, 2) }))
    }

    @Test func `a site that was idle has saved nothing up`() {
        let crowd = Caller.crowd(5, .usersOfAddress)
        var queue = queue(crowd, each: 60)
        _ = turns(&queue, 200)
        for number in 0..<50 { queue.append(number, of: other) }
        #expect((9...11).contains(turns(&queue, 20)[other] ?? 0))
    }

    @Test func `a charge that comes late holds the whole site back`() {
        let crowd = Caller.crowd(3, .usersOfAddress)
        var queue = queue(crowd + [other], each: 10)
        queue.charge(1_000_000, to: crowd[0])
        #expect(turns(&queue, 10, costs: { _ in 1 }) == [other: 10])
        // The two who have had nothing go before the one who has.
        #expect(turns(&queue, 20, costs: { _ in 1 }) == [crowd[1]: 10, crowd[2]: 10])
    }

    @Test func `a site of which none may have anything now is passed over, and keeps its turn`() {
        let crowd = Caller.crowd(2, .usersOfAddress)
        var queue = queue(crowd + [other], each: 2)
        let taken = (0..<3).map { _ in queue.popFirst(where: { $0 == other })?.caller }
        #expect(taken == [other, other, nil] && queue.count == 4)
        queue.append(9, of: other)
        #expect(queue.popFirst()?.caller == crowd[0] && queue.popFirst()?.caller == crowd[1])
    }

    @Test(arguments: Caller.CrowdKind.allCases)
    func `where the queue is full the site with most gives way`(kind: Caller.CrowdKind) {
        let crowd = Caller.crowd(3, kind)
        let modest = Caller.user("modest", at: "198.51.100.8")
        var queue = queue(crowd, each: 1)
        for number in 0..<2 { queue.append(number, of: other) }
        queue.append(7, of: crowd[1])
        // The site has four, and of it this one has two.
        #expect(queue.displace(for: modest)?.caller == crowd[1])
        queue.append(0, of: modest)
        // Now it has three, the other two: nobody gives way to one more of his.
        #expect(queue.displace(for: other) == nil)
        // Nor to one more of the crowd, of whom each has one.
        #expect(queue.displace(for: crowd[0]) == nil)
        #expect(queue.displace(for: modest) != nil && queue.count == 5)
    }

    @Test func `within the site that has most it is as ever`() {
        let crowd = Caller.crowd(3, .usersOfAddress)
        var queue = queue([crowd[0], crowd[0], crowd[0], crowd[1], other], each: 1)
        #expect(queue.displace(for: crowd[2])?.caller == crowd[0])
        #expect(queue.displace(for: crowd[1]) == nil)
    }
}
