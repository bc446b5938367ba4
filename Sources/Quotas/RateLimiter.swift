/// Token buckets of those who called lately. Any thread.
///
/// Memory is bounded: where there are too many buckets, the fuller half of them is forgotten, which
/// are full again then. Whoever wants his used-up bucket forgotten must use up half as many others
/// as there is room for.
///
/// The buckets are spread over stripes, each with a lock of its own.
public final class RateLimiter<Key: Hashable & Sendable>: Sendable {
    private let stripes: Stripes<[Key: TokenBucket]>
    /// In one stripe.
    private let bucketsMax: Int

    /// A limiter that keeps so many buckets.
    ///
    /// - Parameter stripes: more than one where several loops ask for every request.
    public init(bucketsMax: Int, stripes: Int = 1) {
        self.stripes = Stripes(stripes, [:])
        self.bucketsMax = max(1, bucketsMax / max(1, stripes))
    }

    /// Takes calls out of a bucket, or nothing where there are not so many. More than a full bucket
    /// has are had when it is full.
    public func draw(
        _ key: Key, _ limit: RateLimit, count: Int = 1, now: ContinuousClock.Instant
    ) -> Draw {
        withBucket(key, limit, now: now) { bucket in
            let wait = bucket.wait(for: min(count, limit.burst), at: now)
            if wait == .zero { bucket.charge(count, at: now) }
            return Draw(bucket, wait: wait, now: now)
        }
    }

    /// Takes one call out of a bucket.
    ///
    /// - Returns: Nil, or how long it takes until there is another one, when the bucket is empty.
    public func take(
        _ key: Key, _ limit: RateLimit, now: ContinuousClock.Instant
    ) -> Duration? {
        let draw = draw(key, limit, now: now)
        return draw.isGranted ? nil : draw.wait
    }

    /// Takes what turned out to have been used beside what was taken, whether it is there or not.
    public func charge(
        _ key: Key, _ limit: RateLimit, count: Int, now: ContinuousClock.Instant
    ) {
        withBucket(key, limit, now: now) { $0.charge(count, at: now) }
    }

    /// Undoes a `take` of something that turned out not to count.
    public func giveBack(
        _ key: Key, _ limit: RateLimit, count: Int = 1, now: ContinuousClock.Instant
    ) {
        withBucket(key, limit, now: now) { $0.giveBack(count) }
    }

    /// Buckets held now.
    public var count: Int {
        var count = 0
        stripes.forEach { count += $0.count }
        return count
    }

    private func withBucket<R: Sendable>(
        _ key: Key, _ limit: RateLimit, now: ContinuousClock.Instant,
        _ change: (inout TokenBucket) -> R
    ) -> R {
        stripes.withLock(of: key.hashValue) { buckets in
            let known = buckets[key]
            if known == nil, buckets.count >= bucketsMax { makeRoom(in: &buckets, at: now) }
            // What was set anew begins anew.
            var bucket =
                known.flatMap { $0.limit == limit ? $0 : nil } ?? TokenBucket(limit, at: now)
            let result = change(&bucket)
            buckets[key] = bucket
            return result
        }
    }

    /// Forgets the fuller half of the buckets, and all that are full.
    private func makeRoom(
        in buckets: inout [Key: TokenBucket], at now: ContinuousClock.Instant
    ) {
        let used = buckets.values.map { $0.usedPart(at: now) }.sorted(by: >)
        let least = used[(used.count - 1) / 2]
        // Of those that are used as much as the last one that stays, some stay.
        var places = used.prefix((used.count + 1) / 2).count { $0 == least }
        buckets = buckets.filter { _, bucket in
            let part = bucket.usedPart(at: now)
            guard part == least, part > 0, places > 0 else { return part > least }
            places -= 1
            return true
        }
    }
}

/// What came of asking a bucket.
public struct Draw: Hashable, Sendable {
    /// How long it takes until there is enough; zero when it was taken.
    public let wait: Duration
    /// What is left.
    public let remaining: Int
    /// How long it takes until the bucket is full.
    public let refillTime: Duration

    init(_ bucket: TokenBucket, wait: Duration, now: ContinuousClock.Instant) {
        self.wait = wait
        remaining = bucket.remaining(at: now)
        refillTime = bucket.refillTime(at: now)
    }

    /// Whether what was asked for was taken.
    public var isGranted: Bool { wait == .zero }
}

extension Duration {
    /// In whole seconds, rounded up: for `Retry-After` (RFC 9110 §10.2.3).
    public var secondsRoundedUp: Int64 {
        components.seconds + (components.attoseconds > 0 ? 1 : 0)
    }
}
