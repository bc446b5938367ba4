public import Addresses
public import Diagnostics
public import Quotas
public import Store
import Values

/// Who is calling: what a verified token says, in the form that rules read.
public struct Identity: Hashable, Sendable {
    /// The database role.
    public var role: Role
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
        role: Role, userID: String? = nil, email: String? = nil, aal: String = "aal1",
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
    public var isService: Bool { role == .service }

    /// Whether the caller has not signed in.
    public var isAnonymous: Bool { role == .anonymous }

    /// A caller without a user.
    public static let anonymous = Identity(keyOf: .anonymous)

    /// A caller whom no rule binds.
    public static let service = Identity(keyOf: .service)

    private init(keyOf role: Role) {
        self.init(role: role, claims: #"{"role":"\#(role.rawValue)"}"#)
    }

    /// Whose share of what is scarce a request takes that comes from `peer`.
    public func caller(from peer: AddressBlock) -> Caller {
        Caller(user: userID, isService: isService, from: peer)
    }

    /// The caller and the time as the context slots of a statement; nil for statements that do not
    /// ask for the time.
    public func context(now: Instant?) -> QueryContext {
        QueryContext(
            userID: userID.map(Value.text) ?? .null, role: .text(role.rawValue),
            email: email.map(Value.text) ?? .null, jwt: .text(claims), aal: .text(aal),
            now: now)
    }
}
