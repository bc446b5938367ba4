/// How often something may be done: some times at once, and so many in a period on average.
public struct RateLimit: Hashable, Sendable {
    /// The time in which one more becomes possible.
    let interval: Duration
    /// The time in which an empty bucket fills.
    let fillTime: Duration

    /// All three must be positive.
    ///
    /// - Parameters:
    ///   - burst: what may come at once.
    ///   - count: what becomes possible again in each period.
    ///   - seconds: the length of the period.
    public init(burst: Int, count: Int, seconds: Int) {
        precondition(burst > 0 && count > 0 && seconds > 0, "a rate limit allows something")
        interval = .seconds(seconds) / count
        fillTime = interval * burst
    }
}

/// A token bucket, kept as the moment at which it will be full again (the "virtual scheduling" of
/// ITU-T I.371): nothing has to be added up while time passes, and nothing is rounded.
public struct TokenBucket: Sendable {
    private let limit: RateLimit
    private var fullAt: ContinuousClock.Instant

    /// A full bucket.
    public init(_ limit: RateLimit, at now: ContinuousClock.Instant) {
        self.limit = limit
        fullAt = now
    }

    /// Takes one token; false when there is none, which costs nothing. The clock may have been read
    /// before that of an earlier call, by another thread.
    public mutating func take(at now: ContinuousClock.Instant) -> Bool {
        guard wait(at: now) == .zero else { return false }
        fullAt = max(fullAt, now) + limit.interval
        return true
    }

    /// Puts one token back.
    public mutating func giveBack() { fullAt -= limit.interval }

    /// How long it takes until there is a token; zero when there is one.
    public func wait(at now: ContinuousClock.Instant) -> Duration {
        max(.zero, fullAt + limit.interval - limit.fillTime - now)
    }
}
