import Diagnostics
import Testing

@testable import Network

@Suite struct LongTurnsTests {
    @Test(arguments: [
        (4_999_999, [0, 0, 0, 0]), (5_000_000, [1, 0, 0, 0]), (99_999_999, [1, 1, 0, 0]),
        (2_000_000_000, [1, 1, 1, 1]),
    ] as [(UInt64, [UInt64])])
    func `a turn counts for every bound that it reaches`(nanoseconds: UInt64, counts: [UInt64]) {
        let turns = LongTurns()
        turns.note(nanoseconds)
        #expect(turns.counts == counts)
    }

    @Test func `the longest is told once`() {
        let turns = LongTurns()
        for milliseconds: UInt64 in [6, 30, 7] { turns.note(milliseconds * 1_000_000) }
        #expect(turns.takeLongest() == 30_000_000)
        #expect(turns.takeLongest() == 0)
    }

    @Test(.timeLimit(.minutes(10))) func `a loop notes what it takes`() throws {
        try withLoop { thread in
            thread.perform { _ in
                let end = monotonicNanoseconds() + 25_000_000
                while monotonicNanoseconds() < end {}
            }
            // It is noted when that turn has ended.
            while thread.context.longTurns.counts[1] == 0 { thread.perform { _ in } }
        }
    }
}
