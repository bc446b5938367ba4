import Synchronization
import TestSupport
import Testing

@testable import StorePostgres

@Suite struct BudgetTests {
    private final class Pool {}

    @Test func `who waits gets what is given back, in the order of waiting`() {
        let budget = ConnectionBudget(connectionsMax: 2)
        let (first, second) = (Pool(), Pool())
        let (one, two) = (ObjectIdentifier(first), ObjectIdentifier(second))
        let woken = Record<Int>()
        #expect(budget.take(one) && budget.take(one))
        #expect(!budget.take(one) && !budget.isContended)
        budget.wait(ObjectIdentifier(first)) { woken.append(1) }
        budget.wait(ObjectIdentifier(first)) { woken.append(1) }
        budget.wait(ObjectIdentifier(second)) { woken.append(2) }
        #expect(budget.isContended && woken.all.isEmpty)
        budget.release()
        // What is promised to one is not to be had by another.
        #expect(woken.all == [1] && !budget.take(two))
        #expect(budget.take(one) && budget.isContended)
        budget.release()
        #expect(woken.all == [1, 2] && !budget.isContended)
    }

    @Test func `a pool that is closed is not waited for`() {
        let budget = ConnectionBudget(connectionsMax: 1)
        let (first, second) = (Pool(), Pool())
        budget.register(ObjectIdentifier(first))
        budget.register(ObjectIdentifier(second))
        let woken = Record<Int>()
        #expect(budget.take(ObjectIdentifier(first)))
        budget.wait(ObjectIdentifier(first)) { woken.append(1) }
        budget.wait(ObjectIdentifier(second)) { woken.append(2) }
        budget.deregister(ObjectIdentifier(first))
        budget.release()
        #expect(woken.all == [2])
    }

    @Test func `shares are equal, and at least one`() {
        let budget = ConnectionBudget(connectionsMax: 5)
        let pools = (0..<8).map { _ in Pool() }
        for pool in pools.prefix(2) { budget.register(ObjectIdentifier(pool)) }
        #expect(budget.share == (2, false))
        for pool in pools { budget.register(ObjectIdentifier(pool)) }
        #expect(budget.share == (1, true))
    }

    @Test func `a server that has no more is asked for no more`() {
        let budget = ConnectionBudget(connectionsMax: 9)
        let pool = Pool()
        let one = ObjectIdentifier(pool)
        #expect(budget.take(one) && budget.take(one) && budget.take(one))
        for _ in 0..<2 { budget.opened(by: one, isNews: false) }
        budget.refused([], to: one)
        #expect(budget.refusal?.hasOthers == true && budget.refusal?.refusal.count == 2)
        #expect(!budget.take(one))
        budget.release()
        #expect(budget.take(one) && !budget.take(one))
    }

    @Test func `one pool asks a server that had no more, the others hear what it says`() {
        let budget = ConnectionBudget(connectionsMax: 9, pause: .zero)
        let (first, second) = (Pool(), Pool())
        let (one, two) = (ObjectIdentifier(first), ObjectIdentifier(second))
        let called = Record<Int>()
        budget.register(one) { if case .tryAgain = $0 { called.append(1) } }
        budget.register(two) { if case .tryAgain = $0 { called.append(2) } }
        #expect(budget.take(one))
        budget.refused([], to: one)
        #expect(budget.refusal?.hasOthers == false && called.all.isEmpty)
        #expect(budget.take(one) && !budget.take(two))
        budget.wait(two) {}
        budget.refused([], to: one)
        #expect(called.all == [2])
        #expect(budget.take(one))
        budget.opened(by: one, isNews: false)
        #expect(budget.refusal == nil && called.all == [2, 2])
        #expect(budget.take(two) && budget.take(two))
    }

    @Test func `units wait in their order, those that wait again in front`() {
        var waiting = Waiting()
        let runs = (0..<200).map { number in
            UnitRun(
                PostgresUnit(.reads, script: "") { _ in }, on: .read, deadline: UInt64(number))
        }
        for run in runs { waiting.append(.unit(run)) }
        var popped: [UInt64] = []
        for _ in 0..<100 { popped.append(waiting.popFirst { _ in true }?.deadline ?? 0) }
        #expect(popped == Array(0..<100))
        waiting.prepend(.unit(runs[7]))
        UnitToken(run: runs[100]).withdraw()
        #expect(waiting.popFirst { _ in true }?.deadline == 7)
        #expect(waiting.popFirst { _ in true }?.deadline == 101)
        #expect(waiting.remove { $0.deadline < 150 }.count == 48)
        #expect(waiting.firstDeadline == 150 && waiting.count == 50)
    }
}
