public import Configuration
import Crypto
import Diagnostics

/// What a project decides about sign-up and sign-in, whose defaults stand with its settings, and
/// what this room decides itself, as the reference server does.
public struct AuthSettings: Sendable {
    /// The `iss` of access tokens: the URL of this service as clients see it.
    public var issuer = "http://127.0.0.1:54321/auth/v1"
    /// The `aud` of access tokens.
    var audience = "authenticated"
    /// Life of an access token, in seconds; at least 60. Clients refresh when 90 are left.
    public var tokenSeconds: Int64
    /// Clock differences forgiven when a token is verified for other services, in seconds, 0 to 30.
    var leewaySeconds: Int64 = 30
    /// Refuses every sign-up.
    public var disablesSignup: Bool
    /// Offers email and password.
    var allowsEmail = true
    /// Offers anonymous sign-in.
    public var allowsAnonymous: Bool
    /// Takes an email address as confirmed at sign-up. Must be on: confirmation needs mail.
    public var autoconfirms: Bool
    /// Shortest password, in characters.
    public var passwordCharactersMin: Int
    /// How long after a rotation an older refresh token is still forgiven, in seconds.
    public var refreshReuseSeconds: Int64
    /// The most sessions of a user: one more ends the one that was refreshed longest ago.
    var sessionsPerUserMax: Int
    /// How long after a rotation the token before the active one is still good, in seconds; nil for
    /// ever, which is what the reference server does and lets a client that lost an answer go on.
    var refreshParentSeconds: Int64?
    /// Cost of a password hash. Older hashes are renewed at sign-in.
    var scrypt = ScryptParameters.standard
    /// Threads that hash passwords; nil for one per processor.
    var hashingThreads: Int?
    /// Hashes that may wait, for each thread.
    var waitingHashesPerThread: Int
    /// Hashes of one client address that may wait; nil for half of all.
    var waitingHashesPerAddress: Int?
    /// Limits on calls.
    var rateLimits: RateLimits

    /// What the project has decided, within what the table of settings allows; the rest keeps its
    /// default.
    public init(_ project: Settings.Auth = Settings().auth) {
        tokenSeconds = Int64(project.jwtExpirySeconds)
        passwordCharactersMin = project.passwordMinLength
        disablesSignup = project.disablesSignup
        autoconfirms = project.autoconfirm
        allowsAnonymous = project.allowsAnonymous
        refreshReuseSeconds = Int64(project.refreshReuseSeconds)
        sessionsPerUserMax = project.sessionsPerUserMax
        hashingThreads = project.passwordThreads
        waitingHashesPerThread = project.passwordQueue
        waitingHashesPerAddress = project.passwordQueuePerAddress
        rateLimits = RateLimits(project)
    }
}

extension Problem {
    static func setting(_ name: String, _ rule: String, cause: String? = nil) -> Problem {
        Problem(
            code: "invalid_setting", status: 500, message: "The auth setting '\(name)' \(rule).",
            cause: cause)
    }
}
