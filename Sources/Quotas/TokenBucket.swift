/// How often something may be done: some times at once, and so many in a period on average.
public struct RateLimit: Hashable, Sendable {
    /// What may come at once.
    public let burst: Int
    /// What becomes possible again in each period.
    public let count: Int
    /// The length of the period.
    public let seconds: Int
    /// The time in which one more becomes possible.
    let interval: Duration
    /// The time in which an empty bucket fills.
    public let fillTime: Duration

    /// All three must be positive.
    ///
    /// - Parameters:
    ///   - burst: what may come at once.
    ///   - count: what becomes possible again in each period.
    ///   - seconds: the length of the period.
    public init(burst: Int, count: Int, seconds: Int) {
        precondition(burst > 0 && count > 0 && seconds > 0, "a rate limit allows something")
        (self.burst, self.count, self.seconds) = (burst, count, seconds)
        interval = .seconds(seconds) / count
        fillTime = interval * burst
    }

    /// So many times as much.
    public func times(_ factor: Int) -> RateLimit {
        RateLimit(burst: burst * factor, count: count * factor, seconds: seconds)
    }
}

/// A token bucket, kept as the moment at which it will be full again (the "virtual scheduling" of
/// ITU-T I.371): nothing has to be added up while time passes, and nothing is rounded.
public struct TokenBucket: Sendable {
    let limit: RateLimit
    private var fullAt: ContinuousClock.Instant

    /// A full bucket.
    public init(_ limit: RateLimit, at now: ContinuousClock.Instant) {
        self.limit = limit
        fullAt = now
    }

    /// Takes tokens; false when there are not so many, which costs nothing. The clock may have been
    /// read before that of an earlier call, by another thread.
    public mutating func take(_ count: Int = 1, at now: ContinuousClock.Instant) -> Bool {
        guard wait(for: count, at: now) == .zero else { return false }
        charge(count, at: now)
        return true
    }

    /// Takes tokens whether there are so many or not: what has been used already. The bucket then
    /// owes them.
    public mutating func charge(_ count: Int, at now: ContinuousClock.Instant) {
        fullAt = max(fullAt, now) + limit.interval * count
    }

    /// Puts tokens back.
    public mutating func giveBack(_ count: Int = 1) { fullAt -= limit.interval * count }

    /// How long it takes until there are so many tokens; zero when there are.
    public func wait(for count: Int = 1, at now: ContinuousClock.Instant) -> Duration {
        max(.zero, fullAt + limit.interval * count - limit.fillTime - now)
    }

    /// The tokens that there are.
    public func remaining(at now: ContinuousClock.Instant) -> Int {
        let missing = max(.zero, fullAt - now)
        guard missing < limit.fillTime else { return 0 }
        return Int((limit.fillTime - missing) / limit.interval)
    }

    /// Which part of the bucket is used: 0 when it is full, 1 when it is empty, more when it owes.
    func usedPart(at now: ContinuousClock.Instant) -> Double {
        max(.zero, fullAt - now) / limit.fillTime
    }

    /// How long it takes until the bucket is full.
    public func refillTime(at now: ContinuousClock.Instant) -> Duration {
        max(.zero, fullAt - now)
    }
}
