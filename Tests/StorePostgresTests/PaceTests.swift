import Quotas
import TestSupport
import Testing

@testable import StorePostgres

@Suite struct PaceTests {
    private let pace = Pace()

    private let ann = Caller.user("ann")

    private func note(slowRuns: Int) {
        for _ in 0..<slowRuns { pace.note(.slow, for: ann, at: 1_000) }
    }

    @Test func `one run that is late says nothing, several in a row do`() {
        note(slowRuns: ConnectionLimits.slowRunsMin - 1)
        #expect(!pace.isSlow(for: .user("ann"), at: 1_000) && pace.isMarked(at: 1_000))
        note(slowRuns: 1)
        #expect(pace.isSlow(for: .user("ann"), at: 1_000))
    }

    @Test func `a quick run between them makes the others count for nothing`() {
        note(slowRuns: ConnectionLimits.slowRunsMin - 1)
        pace.noteQuick(for: .user("ann"))
        note(slowRuns: 1)
        #expect(!pace.isSlow(for: .user("ann"), at: 1_000))
    }

    @Test func `runs of one caller say nothing of another one's`() {
        note(slowRuns: ConnectionLimits.slowRunsMin)
        #expect(!pace.isSlow(for: .user("bob"), at: 1_000))
    }

    @Test func `one long answer says enough, until one is short`() {
        pace.note(.long, for: .user("ann"), at: 1_000)
        #expect(pace.isSlow(for: .user("ann"), at: 1_000) && !pace.isSlow(for: .user("bob"), at: 1_000))
        pace.noteQuick(for: .user("ann"))
        #expect(pace.isSlow(for: .user("ann"), at: 1_000))
        pace.noteShort(for: .user("ann"))
        #expect(!pace.isSlow(for: .user("ann"), at: 1_000))
    }

    @Test func `a short answer says nothing of how long a run takes`() {
        note(slowRuns: ConnectionLimits.slowRunsMin)
        pace.noteShort(for: .user("ann"))
        #expect(pace.isSlow(for: .user("ann"), at: 1_000))
    }

    @Test func `they count for a while`() {
        note(slowRuns: ConnectionLimits.slowRunsMin)
        let end = 1_000 + ConnectionLimits.slowMilliseconds
        #expect(pace.isSlow(for: .user("ann"), at: end - 1) && !pace.isSlow(for: .user("ann"), at: end))
    }

    @Test func `of many callers the last ones are known`() {
        for caller in 0..<2_000 { pace.note(.slow, for: .user("\(caller)"), at: 0) }
        note(slowRuns: ConnectionLimits.slowRunsMin)
        #expect(pace.isSlow(for: .user("ann"), at: 1_000))
    }
}
