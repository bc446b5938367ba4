import Quotas
import Testing

@Suite struct RateLimitTextTests {
    @Test(arguments: [
        ("10/s", 10, 10, 1), ("600/m burst 100", 100, 600, 60), ("150/5m burst 30", 30, 150, 300),
        ("30/h", 30, 30, 3600), ("1/d", 1, 1, 86_400), ("5/90s burst 7", 7, 5, 90),
    ])
    func `a rate is written as it is read`(text: String, burst: Int, count: Int, seconds: Int) {
        let limit = RateLimit(text)
        #expect(limit == RateLimit(burst: burst, count: count, seconds: seconds))
        #expect(limit?.description == text)
    }

    @Test(arguments: [
        "", "10", "10/", "/s", "0/s", "-1/s", "10/0s", "10/x", "10/s burst", "10/s burst 0",
        "10/s  burst 5", "10 /s", "1e3/s", "10/s burst 5 x", "99999999999/s", "10/99999s", "01/s",
    ])
    func `what is no rate is none`(text: String) {
        #expect(RateLimit(text) == nil)
    }
}
