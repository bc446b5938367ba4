import Quotas

/// The limits on calls. Nil means unlimited. Calls with the service role are never counted.
struct RateLimits: Hashable, Sendable {
    /// `POST /token`, per client address.
    var token: RateLimit?
    /// `POST /signup` and `PUT /user`, per client address.
    var signup: RateLimit?
    /// Anonymous sign-ups, per client address.
    var anonymous: RateLimit?
    /// Failed sign-ins, per email address asked for, whether or not it exists. Generous, so that
    /// nobody can lock somebody else out for long.
    var failedSignIns: RateLimit?

    /// Auth reference §16.1.
    static let standard = RateLimits(
        token: RateLimit(burst: 30, count: 150, seconds: 300),
        signup: RateLimit(burst: 30, count: 30, seconds: 300),
        anonymous: RateLimit(burst: 30, count: 30, seconds: 3600),
        failedSignIns: RateLimit(burst: 20, count: 20, seconds: 300))

    /// Nothing is limited.
    static let off = RateLimits(
        token: nil, signup: nil, anonymous: nil, failedSignIns: nil)
}
