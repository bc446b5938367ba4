import Quotas
import TestSupport
import Testing

@Suite struct FairQueueTests {
    private func callers(_ queue: inout FairQueue<Int>, _ count: Int, cost: UInt64) -> [Caller] {
        (0..<count).compactMap { _ in
            guard let next = queue.popFirst() else { return nil }
            queue.charge(cost, to: next.caller)
            return next.caller
        }
    }

    private let greedy = Caller.user("greedy")
    private let modest = Caller.user("modest")

    @Test func `elements of one caller stay in their order`() {
        var queue = FairQueue<Int>()
        for number in 0..<5 { queue.append(number, of: greedy) }
        var taken: [Int] = []
        while let next = queue.popFirst() { taken.append(next.element) }
        #expect(taken == [0, 1, 2, 3, 4] && queue.isEmpty)
    }

    @Test func `who comes with one does not wait for all of another's`() {
        var queue = FairQueue<Int>()
        for number in 0..<1000 { queue.append(number, of: greedy) }
        let alone = callers(&queue, 10, cost: 100)
        queue.append(0, of: modest)
        let together = callers(&queue, 2, cost: 100)
        #expect(alone == Array(repeating: greedy, count: 10) && together.contains(modest))
    }

    @Test func `turns go by what has been charged, not by how many there were`() {
        var queue = FairQueue<Int>()
        for number in 0..<100 {
            queue.append(number, of: greedy)
            queue.append(number, of: modest)
        }
        var served: [Caller: Int] = [:]
        for _ in 0..<44 {
            guard let next = queue.popFirst() else { break }
            served[next.caller, default: 0] += 1
            queue.charge(next.caller == greedy ? 1000 : 100, to: next.caller)
        }
        #expect(served == [greedy: 4, modest: 40])
    }

    @Test func `who was idle has saved nothing up`() {
        var queue = FairQueue<Int>()
        for number in 0..<200 { queue.append(number, of: greedy) }
        _ = callers(&queue, 100, cost: 100)
        for number in 0..<50 { queue.append(number, of: modest) }
        let next = callers(&queue, 20, cost: 100)
        #expect(next.count { $0 == greedy } >= 9)
    }

    @Test func `who was served while nobody waited owes nothing for it`() {
        var queue = FairQueue<Int>()
        queue.charge(1_000_000, to: modest)
        for number in 0..<3 { queue.append(number, of: .user("\(number)")) }
        queue.append(3, of: modest)
        for number in 4..<7 { queue.append(number, of: .user("\(number - 4)")) }
        let next = callers(&queue, 4, cost: 100)
        #expect(next.contains(modest))
    }

    @Test func `a charge that comes late holds its caller back all the same`() {
        var queue = FairQueue<Int>()
        for number in 0..<10 {
            queue.append(number, of: greedy)
            queue.append(number, of: modest)
        }
        let first = queue.popFirst()?.caller
        #expect(first == greedy)
        queue.charge(1_000_000, to: greedy)
        let next = callers(&queue, 10, cost: 1)
        let last = callers(&queue, 10, cost: 1)
        #expect(next == Array(repeating: modest, count: 10))
        #expect(last == Array(repeating: greedy, count: 9))
    }

    @Test func `who no longer waits is taken out`() {
        var queue = FairQueue<Int>()
        for number in 0..<6 { queue.append(number, of: number < 3 ? greedy : modest) }
        queue.removeAll { $0 < 4 }
        #expect(queue.count == 2 && queue.count(of: greedy) == 0 && queue.count(of: modest) == 2)
        let first = queue.popFirst()?.element
        queue.append(9, of: greedy)
        let others = [queue.popFirst()?.element, queue.popFirst()?.element]
        #expect(first == 4 && Set(others) == [5, 9])
        let none = queue.popFirst()
        #expect(queue.isEmpty && none == nil)
    }

    /// Each time he comes he has a turn, which is nobody's when he goes.
    @Test(arguments: [1, 10_000]) func `who comes and goes has one turn`(times: Int) {
        var queue = FairQueue<Int>()
        for _ in 0..<times {
            queue.append(0, of: greedy)
            queue.removeAll(of: greedy) { _ in true }
        }
        for number in 1...4 {
            queue.append(number, of: greedy)
            queue.append(-number, of: modest)
        }
        let next = (0..<8).compactMap { _ in queue.popFirst()?.element }
        #expect(next == [1, -1, 2, -2, 3, -3, 4, -4])
    }

    @Test(arguments: 1...20) func `nothing is lost, doubled or starved`(seed: UInt64) {
        var state = seed
        func roll(_ sides: UInt64) -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state >> 33) % sides
        }
        var queue = FairQueue<Int>()
        var waiting: Set<Int> = []
        for number in 0..<5000 {
            if roll(2) == 0 {
                queue.append(number, of: .user("\(roll(200))"))
                waiting.insert(number)
            } else if roll(4) == 0, let gone = waiting.min() {
                queue.removeAll { $0 == gone }
                waiting.remove(gone)
            } else if let next = queue.popFirst() {
                let wasWaiting = waiting.remove(next.element) != nil
                #expect(wasWaiting)
                queue.charge(roll(10_000), to: next.caller)
            } else {
                #expect(waiting.isEmpty)
            }
            #expect(queue.count == waiting.count)
        }
        while let next = queue.popFirst() {
            let wasWaiting = waiting.remove(next.element) != nil
            #expect(wasWaiting)
        }
        #expect(waiting.isEmpty)
    }

    @Test func `who may have nothing now is passed over, and keeps his turn`() {
        var queue = FairQueue<Int>()
        queue.append(1, of: greedy)
        queue.append(2, of: modest)
        queue.append(3, of: greedy)
        #expect(queue.popFirst(where: { $0 != greedy })?.element == 2)
        #expect(queue.popFirst(where: { $0 != greedy }) == nil)
        #expect(queue.count == 2)
        #expect([queue.popFirst()?.element, queue.popFirst()?.element] == [1, 3])
    }

    @Test func `who takes a turn that was passed over lets nobody in before those who wait`() {
        let late = Caller.user("late")
        var queue = FairQueue<Int>()
        queue.append(1, of: greedy)
        for number in 2...4 { queue.append(number, of: modest) }
        for _ in 2...3 {
            #expect(queue.popFirst(where: { $0 == modest }) != nil)
            queue.charge(1_000, to: modest)
        }
        #expect(queue.popFirst()?.element == 1)
        for number in 5...6 { queue.append(number, of: late) }
        queue.charge(1_500, to: late)
        #expect(queue.popFirst()?.element == 4)
    }

    @Test func `what cannot be had now is passed over, and what is behind it of its caller is not`()
    {
        var queue = FairQueue<Int>()
        for number in 1...3 { queue.append(number, of: greedy) }
        queue.append(4, of: modest)
        #expect(queue.popFirst(ofWhich: { $0 != 1 })?.element == 2)
        #expect(queue.popFirst(ofWhich: { $0 == 1 || $0 == 3 })?.element == 1)
        #expect(queue.popFirst(ofWhich: { $0 > 4 }) == nil)
        #expect([queue.popFirst()?.element, queue.popFirst()?.element] == [4, 3])
    }

    @Test func `an element that was taken is let go of`() {
        final class Row {}
        var queue = FairQueue<Row>()
        for _ in 0..<3 { queue.append(Row(), of: greedy) }
        weak let taken = queue.popFirst()?.element
        #expect(taken == nil && queue.count == 2)
    }

    @Test func `one who has less takes the last place of who has most`() {
        var queue = FairQueue<Int>()
        for number in 0..<3 { queue.append(number, of: greedy) }
        queue.append(10, of: modest)
        let third = Caller.user("third")
        #expect(queue.displace(for: greedy) == nil)
        let first = queue.displace(for: third)
        #expect(first?.element == 2 && first?.caller == greedy)
        queue.append(20, of: third)
        #expect(queue.count == 4)
        // Now two have nearly as much, and nobody so much more.
        #expect(queue.displace(for: modest) == nil)
        var taken: [Int] = []
        while let next = queue.popFirst() { taken.append(next.element) }
        #expect(taken == [0, 10, 20, 1])
    }

    @Test func `what goes first has half of the places, and no more`() {
        var queue = FairQueue<Int>()
        func fill(_ numbers: ClosedRange<Int>) -> [Int] {
            numbers.compactMap { number in
                let caller = Caller.user("\(number)")
                // Odd ones go first.
                let displaced = queue.displace(
                    for: caller, isFirst: number % 2 == 1, goesFirst: { $0 % 2 == 1 })
                if displaced == nil { return number }
                queue.append(number, of: caller)
                return displaced?.element
            }
        }
        for number in [2, 4, 6, 8] { queue.append(number, of: .user("\(number)")) }
        #expect(Set(fill(11...11).map { $0 % 2 }) == [0])
        #expect(Set(fill(13...13).map { $0 % 2 }) == [0])
        // Of each there are two by now, who have had nothing.
        #expect(fill(15...16) == [15, 16])
        var left: [Int] = []
        queue.forEach { left.append($0 % 2) }
        #expect(left.sorted() == [0, 0, 1, 1])
    }

    @Test func `where all have one, who has been served gives way to who has not`() {
        var queue = FairQueue<Int>()
        queue.append(0, of: greedy)
        queue.append(9, of: .user("third"))
        #expect(queue.popFirst()?.caller == greedy)
        queue.charge(100, to: greedy)
        queue.append(1, of: greedy)
        #expect(queue.displace(for: modest)?.element == 1)
        #expect(queue.popFirst()?.element == 9 && queue.popFirst() == nil)
        queue.append(2, of: greedy)
        #expect(queue.popFirst()?.element == 2 && queue.popFirst() == nil)
    }
}
