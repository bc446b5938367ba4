import Diagnostics
import Testing

@testable import Realtime

@Suite struct RateLimitTests {
    @Test func `a burst is admitted, then the average`() {
        let start = Instant(seconds: 1_000)
        var limit = RateLimit(perSecond: 10, burst: 20, now: start)
        let burst = (0..<30).filter { _ in limit.admits(at: start) }.count
        #expect(burst == 20)
        let later = start.advanced(byMicroseconds: 500_000)
        let next = (0..<30).filter { _ in limit.admits(at: later) }.count
        #expect(next == 5)
    }

    @Test func `a clock that jumps does no harm`() {
        let start = Instant(seconds: 1_000)
        var limit = RateLimit(perSecond: 1, burst: 1, now: start)
        let first = limit.admits(at: start)
        let earlier = limit.admits(at: Instant(seconds: 1))
        let later = limit.admits(at: Instant(seconds: 900_000_000))
        let again = limit.admits(at: Instant(seconds: 900_000_000))
        #expect([first, earlier, later, again] == [true, false, true, false])
    }
}
