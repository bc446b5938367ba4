import Configuration
import Quotas

/// The limits on calls. Nil means unlimited. Calls with the service role are never counted.
struct RateLimits: Hashable, Sendable {
    /// `POST /token`, per client address.
    var token: RateLimit?
    /// `POST /signup` and `PUT /user`, per client address.
    var signup: RateLimit?
    /// Anonymous sign-ups, per client address.
    var anonymous: RateLimit?
    /// Failed sign-ins, per email address asked for, whether or not it exists, and the client
    /// address or the known device that they come from: nobody can use up another's.
    var failedSignIns: RateLimit?
    /// Failed sign-ins, per email address asked for, from all client addresses that it has no
    /// session at: what many of them may guess together.
    var failedSignInsOfAccount: RateLimit?

    /// Nothing is limited.
    static let off = RateLimits()
}

extension RateLimits {
    /// Those that the project has decided; their defaults stand with its settings.
    init(_ project: Settings.Auth) {
        token = project.tokenRate
        signup = project.signupRate
        anonymous = project.anonymousRate
        failedSignIns = project.failedSignInRate
        failedSignInsOfAccount = project.failedSignInOfAccountRate
    }
}
