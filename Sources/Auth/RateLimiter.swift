import Diagnostics
import Synchronization

/// Token buckets of those who called lately.
///
/// Memory is bounded by two generations: when the current one is full it becomes the previous one,
/// whose buckets are carried over as their owners call again and forgotten otherwise. A caller is
/// so forgotten only after thousands of others have called, and then has a full bucket again.
final class RateLimiter: Sendable {
    /// What is counted.
    enum Kind: Hashable, Sendable {
        case token, signup, anonymous, failedSignIn
    }

    private struct Key: Hashable, Sendable {
        let kind: Kind
        let subject: String
    }

    private struct Bucket: Sendable {
        var level: Double
        var filledAt: ContinuousClock.Instant
    }

    private struct Generations: Sendable {
        var current: [Key: Bucket] = [:]
        var previous: [Key: Bucket] = [:]
    }

    private let generations = Mutex(Generations())
    private let bucketsMax: Int

    init(bucketsMax: Int = AuthLimits.rateBucketsMax) {
        self.bucketsMax = bucketsMax
    }

    /// Takes one call out of the subject's bucket.
    ///
    /// - Throws: 429 with the seconds until the next call is possible, when it is empty.
    func take(
        _ kind: Kind, _ subject: String, _ limit: RateLimit?, now: ContinuousClock.Instant
    ) throws(Problem) {
        guard let limit else { return }
        let wait = generations.withLock { generations -> Double? in
            let key = Key(kind: kind, subject: subject)
            var bucket = Self.bucket(key, in: generations, limit, now: now)
            guard bucket.level >= 1 else { return Self.wait(bucket, limit) }
            bucket.level -= 1
            store(bucket, for: key, in: &generations)
            return nil
        }
        if let wait { throw .tooManyRequests(retryAfterSeconds: Int64(wait.rounded(.up))) }
    }

    /// Undoes a `take` of something that turned out not to count.
    func giveBack(
        _ kind: Kind, _ subject: String, _ limit: RateLimit?, now: ContinuousClock.Instant
    ) {
        guard let limit else { return }
        let key = Key(kind: kind, subject: subject)
        generations.withLock { generations in
            var bucket = Self.bucket(key, in: generations, limit, now: now)
            bucket.level = min(Double(limit.burst), bucket.level + 1)
            store(bucket, for: key, in: &generations)
        }
    }

    /// Buckets held now.
    var count: Int { generations.withLock { $0.current.count + $0.previous.count } }

    private func store(_ bucket: Bucket, for key: Key, in generations: inout Generations) {
        if generations.current.count >= bucketsMax, generations.current[key] == nil {
            generations.previous = generations.current
            generations.current = [:]
        }
        generations.current[key] = bucket
    }

    private static func bucket(
        _ key: Key, in generations: Generations, _ limit: RateLimit, now: ContinuousClock.Instant
    ) -> Bucket {
        guard var bucket = generations.current[key] ?? generations.previous[key] else {
            return Bucket(level: Double(limit.burst), filledAt: now)
        }
        // Another thread may have read the clock first and come second.
        let elapsed = max(.zero, now - bucket.filledAt) / .seconds(limit.seconds)
        let gained = elapsed * Double(limit.count)
        bucket.level = min(Double(limit.burst), bucket.level + gained)
        bucket.filledAt = max(now, bucket.filledAt)
        return bucket
    }

    private static func wait(_ bucket: Bucket, _ limit: RateLimit) -> Double {
        max(1, (1 - bucket.level) * Double(limit.seconds) / Double(limit.count))
    }
}
