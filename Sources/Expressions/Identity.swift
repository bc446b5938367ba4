public import Database
public import Diagnostics
import Values

/// Who is calling: what a verified token says, in the form that rules read.
public struct Identity: Hashable, Sendable {
    /// The database role: `anon`, `authenticated` or `service_role`.
    public var role: String
    /// The user's id in lower case, nil for callers that are no user.
    public var userID: String?
    /// The user's e-mail address.
    public var email: String?
    /// The authenticator assurance level, `aal1` or `aal2`.
    public var aal: String
    /// All claims as canonical JSON: what `auth.jwt()` reads.
    public var claims: String
    /// When the token expires, in seconds since 1970.
    public var expiresAt: Int64?
    /// The session the token belongs to.
    public var sessionID: String?

    /// A caller with the given claims.
    public init(
        role: String, userID: String? = nil, email: String? = nil, aal: String = "aal1",
        claims: String = "{}", expiresAt: Int64? = nil, sessionID: String? = nil
    ) {
        self.role = role
        self.userID = userID
        self.email = email
        self.aal = aal
        self.claims = claims
        self.expiresAt = expiresAt
        self.sessionID = sessionID
    }

    /// Whether rules do not apply to the caller (design §5).
    public var isService: Bool { role == Self.serviceRole }

    /// Whether the caller has not signed in.
    public var isAnonymous: Bool { role == Self.anonymousRole }

    private static let anonymousRole = "anon"
    private static let serviceRole = "service_role"

    /// A caller without a user.
    public static let anonymous = Identity(
        role: anonymousRole, claims: #"{"role":"anon"}"#)

    /// A caller whom no rule binds.
    public static let service = Identity(
        role: serviceRole, claims: #"{"role":"service_role"}"#)

    /// The caller and the time as the context slots of a statement; nil for statements that do not
    /// ask for the time.
    public func context(now: Instant?) -> QueryContext {
        QueryContext(
            userID: userID.map(Value.text) ?? .null, role: .text(role),
            email: email.map(Value.text) ?? .null, jwt: .text(claims), aal: .text(aal),
            now: now)
    }
}
