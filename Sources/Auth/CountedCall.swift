import Addresses
import Diagnostics
import Quotas
import Synchronization

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
        /// Those of all the networks that one subscriber may hold; see ``AddressBlock/site``.
        case site(AddressBlock)
        /// Those of a device, by the session that it has shown.
        case device(session: String)
        /// Those of everybody.
        case everybody
    }

    let kind: Kind
    let subject: Subject

    /// The limits that there are, called as their settings are behind `auth.rate_limit_`.
    enum Limit: String, Hashable, Sendable, CaseIterable {
        case token, signup, anonymous, account
        case failedSignIns = "failed_sign_ins"

        /// The setting that says what it allows.
        var setting: String { "auth.rate_limit_\(rawValue)" }
    }

    /// The limit that it falls under.
    var limit: Limit {
        switch (kind, subject) {
        case (.token, _): .token
        case (.signup, _): .signup
        case (.anonymous, _): .anonymous
        case (.failedSignIn, .everybody): .account
        case (.failedSignIn, .address), (.failedSignIn, .site), (.failedSignIn, .device):
            .failedSignIns
        }
    }
}

extension AuthService {
    /// Takes one call out of its bucket.
    ///
    /// - Throws: 429 when it is empty, which is counted as refused.
    func count(_ call: CountedCall, _ limit: RateLimit) throws(Problem) {
        guard let problem = take(call, limit) else { return }
        countRefusal(of: call)
        throw problem
    }

    /// Takes one call out of its bucket.
    ///
    /// - Returns: 429 with the seconds until the next call is possible, when it is empty.
    func take(_ call: CountedCall, _ limit: RateLimit) -> Problem? {
        limiter.take(call, limit, now: uptime()).map {
            .tooManyRequests(
                retryAfterSeconds: max(1, $0.secondsRoundedUp), policy: call.limit.setting)
        }
    }

    /// Counts a call as refused.
    func countRefusal(of call: CountedCall) {
        refusals.withLock { $0[call.limit, default: 0] += 1 }
    }

    /// Calls refused so far, by the limit, called as its setting is behind `auth.rate_limit_`.
    public var refusedCalls: [(limit: String, count: Int)] {
        let counts = refusals.withLock { $0 }
        return CountedCall.Limit.allCases.map { ($0.rawValue, counts[$0] ?? 0) }
    }
}
