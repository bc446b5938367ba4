public import Configuration
import Crypto
public import Diagnostics

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

    /// What the project has decided; the rest keeps its default. ``validate()`` judges the values.
    public init(_ project: Settings.Auth = Settings().auth) {
        tokenSeconds = Int64(project.jwtExpirySeconds)
        passwordCharactersMin = project.passwordMinLength
        disablesSignup = project.disablesSignup
        autoconfirms = project.autoconfirm
        allowsAnonymous = project.allowsAnonymous
        refreshReuseSeconds = Int64(project.refreshReuseSeconds)
        hashingThreads = project.passwordThreads
        waitingHashesPerThread = project.passwordQueue
        waitingHashesPerAddress = project.passwordQueuePerAddress
        rateLimits = RateLimits(project)
    }

    /// Refuses what cannot be kept.
    ///
    /// - Throws: a problem that names the setting, with code `invalid_setting`.
    public func validate() throws(Problem) {
        guard autoconfirms else {
            throw .setting("autoconfirm", "must be true: this server does not send mail yet")
        }
        guard (60...31_536_000).contains(tokenSeconds) else {
            throw .setting("token lifetime", "must be between 60 seconds and a year")
        }
        guard (0...30).contains(leewaySeconds) else {
            throw .setting("leeway", "must be between 0 and 30 seconds")
        }
        guard (1...AuthLimits.passwordBytesMax / 4).contains(passwordCharactersMin) else {
            throw .setting("shortest password", "must be between 1 and 256 characters")
        }
        guard refreshReuseSeconds >= 0, refreshParentSeconds ?? 0 >= 0 else {
            throw .setting("refresh interval", "must not be negative")
        }
        guard (1...1024).contains(hashingThreads ?? 1) else {
            throw .setting("hashing threads", "must be between 1 and 1024")
        }
    }
}

extension Problem {
    static func setting(_ name: String, _ rule: String, cause: String? = nil) -> Problem {
        Problem(
            code: "invalid_setting", status: 500, message: "The auth setting '\(name)' \(rule).",
            cause: cause)
    }
}
