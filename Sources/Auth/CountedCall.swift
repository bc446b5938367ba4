import Addresses
import Diagnostics
import Quotas

/// A call that is counted against a limit.
struct CountedCall: Hashable, Sendable {
    /// What is done.
    enum Kind: Hashable, Sendable {
        case token, signup, anonymous
        /// A failed sign-in to the account of an email address.
        case failedSignIn(email: String)
    }

    /// Whose calls are counted together.
    enum Subject: Hashable, Sendable {
        /// Those of one subscriber.
        case address(AddressBlock)
        /// Those of a device, by the session that it has shown.
        case device(session: String)
        /// Those of everybody.
        case everybody
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
        throw .tooManyRequests(retryAfterSeconds: max(1, wait.secondsRoundedUp))
    }
}
