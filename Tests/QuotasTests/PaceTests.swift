import Quotas
import TestSupport
import Testing

@Suite struct PaceTests {
    private let ann = Caller.user("ann")
    private let bob = Caller.user("bob")

    @Test func `a caller's slow run counts for a while, and not for others`() {
        let pace = Pace(time: 100)
        #expect(!pace.isMarked(at: 0) && !pace.isSlow(for: ann, at: 0))
        pace.note(.slow, for: ann, at: 10)
        #expect(pace.isSlow(for: ann, at: 109) && !pace.isSlow(for: bob, at: 109))
        #expect(!pace.isSlow(for: ann, at: 110) && !pace.isMarked(at: 110))
    }

    @Test func `what is slow whoever asks is slow for all, until one run is quick`() {
        let pace = Pace(time: 100)
        pace.note(.slow, for: nil, at: 0)
        #expect(pace.isSlow(for: ann, at: 1) && pace.isSlow(for: bob, at: 1))
        pace.noteQuick(for: bob)
        #expect(!pace.isSlow(for: ann, at: 1))
    }

    @Test func `a quick run ends what is said of its caller alone`() {
        let pace = Pace(time: 100)
        pace.note(.slow, for: ann, at: 0)
        pace.note(.slow, for: bob, at: 0)
        pace.noteQuick(for: ann)
        #expect(!pace.isSlow(for: ann, at: 1) && pace.isSlow(for: bob, at: 1))
    }

    @Test func `where one slow run says little, several in a row are asked for`() {
        let pace = Pace(time: 100, runsMin: 2)
        pace.note(.slow, for: ann, at: 0)
        #expect(!pace.isSlow(for: ann, at: 1))
        pace.note(.slow, for: ann, at: 1)
        #expect(pace.isSlow(for: ann, at: 2))
    }

    @Test func `no more callers are kept than have a bound`() {
        let pace = Pace(time: 1000)
        for number in 0..<5000 { pace.note(.slow, for: .user("\(number)"), at: 0) }
        #expect(!pace.isSlow(for: .user("0"), at: 1) && pace.isSlow(for: .user("4999"), at: 1))
    }
}
