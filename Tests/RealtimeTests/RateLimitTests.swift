import Testing

@testable import Realtime

@Suite struct RateLimitTests {
    @Test func `a burst is admitted, then the average`() {
        let start = ContinuousClock.now
        var limit = RateLimit(perSecond: 10, burst: 20, now: start)
        let burst = (0..<30).filter { _ in limit.admits(at: start) }.count
        #expect(burst == 20)
        let later = start.advanced(by: .milliseconds(500))
        let next = (0..<30).filter { _ in limit.admits(at: later) }.count
        #expect(next == 5)
    }

    @Test func `a long silence fills the bucket and no more`() {
        let start = ContinuousClock.now
        var limit = RateLimit(perSecond: 1, burst: 1, now: start)
        let first = limit.admits(at: start)
        let second = limit.admits(at: start)
        let later = limit.admits(at: start.advanced(by: .seconds(900_000_000)))
        let again = limit.admits(at: start.advanced(by: .seconds(900_000_000)))
        #expect([first, second, later, again] == [true, false, true, false])
    }
}
