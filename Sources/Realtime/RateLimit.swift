/// A token bucket: so many a second on average, and some at once.
struct RateLimit {
    private let perSecond: Int64
    private let capacity: Int64
    /// In millionths, so that a microsecond adds `perSecond`.
    private var allowance: Int64
    private var updated: ContinuousClock.Instant

    /// A full bucket that holds `burst`, at least one second's worth.
    init(perSecond: Int, burst: Int, now: ContinuousClock.Instant) {
        self.perSecond = Int64(perSecond)
        capacity = Int64(max(burst, perSecond)) * 1_000_000
        allowance = capacity
        updated = now
    }

    /// Whether one more is within the rate. A refused one costs nothing.
    mutating func admits(at now: ContinuousClock.Instant) -> Bool {
        // Capped at an hour: the product stays within 64 bits and the bucket is full by then.
        let elapsed = min(now - updated, .seconds(3600)) / .microseconds(1)
        updated = now
        allowance = min(capacity, allowance + Int64(elapsed) * perSecond)
        guard allowance >= 1_000_000 else { return false }
        allowance -= 1_000_000
        return true
    }
}
