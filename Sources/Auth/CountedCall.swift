import Diagnostics
import Quotas

/// A call that is counted against a limit.
struct CountedCall: Hashable, Sendable {
    /// What is done.
    enum Kind: Hashable, Sendable {
        case token, signup, anonymous, failedSignIn
    }

    /// Whose calls are counted together.
    enum Subject: Hashable, Sendable {
        case address(AddressBlock), email(String)
    }

    let kind: Kind
    let subject: Subject
}

extension RateLimiter where Key == CountedCall {
    /// Takes one call out of its bucket, if there is a limit.
    ///
    /// - Throws: 429 with the seconds until the next call is possible, when it is empty.
    func count(
        _ call: CountedCall, _ limit: RateLimit?, now: ContinuousClock.Instant
    ) throws(Problem) {
        guard let limit, let wait = take(call, limit, now: now) else { return }
        let seconds = (wait / .seconds(1)).rounded(.up)
        throw .tooManyRequests(retryAfterSeconds: max(1, Int64(seconds)))
    }
}
