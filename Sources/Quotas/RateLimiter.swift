import Synchronization

/// Token buckets of those who called lately. Any thread.
///
/// Memory is bounded by two generations: when the current one is full it becomes the previous one,
/// whose buckets are carried over as their owners call again and forgotten otherwise. A caller is
/// so forgotten only after thousands of others have called, and then has a full bucket again.
public final class RateLimiter<Key: Hashable & Sendable>: Sendable {
    private struct Generations: Sendable {
        var current: [Key: TokenBucket] = [:]
        var previous: [Key: TokenBucket] = [:]
    }

    private let generations = Mutex(Generations())
    private let bucketsMax: Int

    /// A limiter that keeps so many buckets, in each of its two generations.
    public init(bucketsMax: Int) {
        self.bucketsMax = bucketsMax
    }

    /// Takes one call out of a bucket.
    ///
    /// - Returns: Nil, or how long it takes until there is another one, when the bucket is empty.
    public func take(
        _ key: Key, _ limit: RateLimit, now: ContinuousClock.Instant
    ) -> Duration? {
        generations.withLock { generations in
            var bucket = Self.bucket(key, in: generations, limit, now: now)
            guard bucket.take(at: now) else { return bucket.wait(at: now) }
            store(bucket, for: key, in: &generations)
            return nil
        }
    }

    /// Undoes a `take` of something that turned out not to count.
    public func giveBack(_ key: Key, _ limit: RateLimit, now: ContinuousClock.Instant) {
        generations.withLock { generations in
            var bucket = Self.bucket(key, in: generations, limit, now: now)
            bucket.giveBack()
            store(bucket, for: key, in: &generations)
        }
    }

    /// Buckets held now.
    public var count: Int { generations.withLock { $0.current.count + $0.previous.count } }

    private func store(_ bucket: TokenBucket, for key: Key, in generations: inout Generations) {
        if generations.current.count >= bucketsMax, generations.current[key] == nil {
            generations.previous = generations.current
            generations.current = [:]
        }
        generations.current[key] = bucket
    }

    private static func bucket(
        _ key: Key, in generations: Generations, _ limit: RateLimit, now: ContinuousClock.Instant
    ) -> TokenBucket {
        generations.current[key] ?? generations.previous[key] ?? TokenBucket(limit, at: now)
    }
}
