import Testing

@testable import Quotas

@Suite struct TokenBucketTests {
    private let start = ContinuousClock.now

    private func taken(_ count: Int, from bucket: inout TokenBucket, after wait: Duration) -> Int {
        (0..<count).count { _ in bucket.take(at: start + wait) }
    }

    @Test func `a burst is let through, then the average`() {
        var bucket = TokenBucket(RateLimit(burst: 20, count: 10, seconds: 1), at: start)
        let counts = [
            taken(30, from: &bucket, after: .zero),
            taken(30, from: &bucket, after: .milliseconds(500)),
            taken(30, from: &bucket, after: .milliseconds(599)),
            taken(30, from: &bucket, after: .milliseconds(600)),
        ]
        #expect(counts == [20, 5, 0, 1])
    }

    @Test(arguments: [(1, 1, 1), (3, 7, 60), (1_000_000, 1_000_000, 1), (30, 150, 300)])
    func `a long silence fills the bucket and no more`(burst: Int, count: Int, seconds: Int) {
        var bucket = TokenBucket(RateLimit(burst: burst, count: count, seconds: seconds), at: start)
        let silence: Duration = .seconds(900_000_000)
        let counts = [
            taken(burst + 1, from: &bucket, after: .zero),
            taken(burst + 1, from: &bucket, after: silence),
        ]
        #expect(counts == [burst, burst])
    }

    @Test func `fractions of an interval are not lost, however often it is asked`() {
        var bucket = TokenBucket(RateLimit(burst: 1, count: 3, seconds: 1), at: start)
        let admitted = (0...3000).count { bucket.take(at: start + .milliseconds($0)) }
        #expect(admitted == 9)
    }

    @Test func `the wait ends when there is a token, and not before`() {
        var bucket = TokenBucket(RateLimit(burst: 2, count: 1, seconds: 10), at: start)
        #expect(bucket.wait(at: start) == .zero)
        _ = taken(2, from: &bucket, after: .seconds(1))
        #expect(bucket.wait(at: start + .seconds(4)) == .seconds(7))
        #expect(taken(1, from: &bucket, after: .seconds(10)) == 0)
        #expect(taken(1, from: &bucket, after: .seconds(11)) == 1)
    }

    @Test func `what is given back can be taken again, and fills no more than the bucket`() {
        var bucket = TokenBucket(RateLimit(burst: 2, count: 1, seconds: 10), at: start)
        for _ in 0..<100 {
            let isTaken = bucket.take(at: start)
            bucket.giveBack()
            #expect(isTaken)
        }
        bucket.giveBack()
        #expect(taken(3, from: &bucket, after: .zero) == 2)
    }

    @Test func `a clock that was read earlier gives nothing away`() {
        var bucket = TokenBucket(RateLimit(burst: 1, count: 1, seconds: 1), at: start)
        #expect(taken(1, from: &bucket, after: .seconds(5)) == 1)
        #expect(taken(1, from: &bucket, after: .seconds(2)) == 0)
        #expect(taken(1, from: &bucket, after: .seconds(6)) == 1)
    }
}
