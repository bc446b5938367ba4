import Quotas
import Testing

@Suite struct RateLimiterTests {
    static let limit = RateLimit(burst: 3, count: 6, seconds: 60)
    private let start = ContinuousClock.now

    @Test func `a burst passes, then one call each ten seconds`() {
        let limiter = RateLimiter<String>(bucketsMax: 100)
        func waits(_ calls: Int, of caller: String = "a", after seconds: Int) -> [Duration?] {
            (0..<calls).map { _ in
                limiter.take(caller, Self.limit, now: start + .seconds(seconds))
            }
        }
        #expect(waits(4, after: 0) == [nil, nil, nil, .seconds(10)])
        #expect(waits(1, of: "b", after: 0) == [nil])
        #expect(waits(1, after: 9) == [.seconds(1)])
        #expect(waits(2, after: 10) == [nil, .seconds(10)])
        #expect(waits(4, after: 86_400) == [nil, nil, nil, .seconds(10)])
    }

    @Test func `what is given back can be taken again, and no more`() {
        let limiter = RateLimiter<String>(bucketsMax: 100)
        for _ in 0..<100 {
            #expect(limiter.take("a", Self.limit, now: start) == nil)
            limiter.giveBack("a", Self.limit, now: start)
        }
        limiter.giveBack("a", Self.limit, now: start)
        let taken = (0..<4).map { _ in limiter.take("a", Self.limit, now: start) == nil }
        #expect(taken == [true, true, true, false])
    }

    @Test func `memory is bounded however many call, and who called last is remembered`() {
        let limiter = RateLimiter<Int>(bucketsMax: 100)
        for number in 0..<10_000 { _ = limiter.take(number, Self.limit, now: start) }
        #expect(limiter.count <= 200)
        let taken = (0..<3).map { _ in limiter.take(9999, Self.limit, now: start) == nil }
        #expect(taken == [true, true, false])
    }

    @Test func `who has used up a bucket is remembered, however many others call once`() {
        let limiter = RateLimiter<Int>(bucketsMax: 100)
        for _ in 0..<3 { _ = limiter.take(-1, Self.limit, now: start) }
        for number in 0..<10_000 { _ = limiter.take(number, Self.limit, now: start) }
        #expect(limiter.take(-1, Self.limit, now: start) == .seconds(10))
    }

    @Test func `nor is it forgotten for buckets of slower limits of which little was taken`() {
        let slow = RateLimit(burst: 30, count: 30, seconds: 3_600)
        let limiter = RateLimiter<Int>(bucketsMax: 100)
        for _ in 0..<3 { _ = limiter.take(-1, Self.limit, now: start) }
        for number in 0..<10_000 { _ = limiter.take(number, slow, now: start) }
        #expect(limiter.take(-1, Self.limit, now: start) == .seconds(10))
    }

    @Test func `buckets that are full again make room first`() {
        let limiter = RateLimiter<Int>(bucketsMax: 100)
        for number in 0..<99 {
            for _ in 0..<2 { _ = limiter.take(number, Self.limit, now: start) }
        }
        let later = start + .seconds(20)
        for number in 100..<149 { _ = limiter.take(number, Self.limit, now: later) }
        let taken = (100..<149).map { number in
            (0..<3).count { _ in limiter.take(number, Self.limit, now: later) == nil }
        }
        #expect(taken.allSatisfy { $0 == 2 })
    }
}
