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

    private struct Generations: Sendable {
        var current: [Key: TokenBucket] = [:]
        var previous: [Key: TokenBucket] = [:]
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
        let wait = generations.withLock { generations -> Duration? in
            let key = Key(kind: kind, subject: subject)
            var bucket = Self.bucket(key, in: generations, limit, now: now)
            guard bucket.take(at: now) else { return bucket.wait(at: now) }
            store(bucket, for: key, in: &generations)
            return nil
        }
        if let wait {
            let seconds = (wait / .seconds(1)).rounded(.up)
            throw .tooManyRequests(retryAfterSeconds: max(1, Int64(seconds)))
        }
    }

    /// Undoes a `take` of something that turned out not to count.
    func giveBack(
        _ kind: Kind, _ subject: String, _ limit: RateLimit?, now: ContinuousClock.Instant
    ) {
        guard let limit else { return }
        let key = Key(kind: kind, subject: subject)
        generations.withLock { generations in
            var bucket = Self.bucket(key, in: generations, limit, now: now)
            bucket.giveBack()
            store(bucket, for: key, in: &generations)
        }
    }

    /// Buckets held now.
    var count: Int { generations.withLock { $0.current.count + $0.previous.count } }

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
