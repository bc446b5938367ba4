import Diagnostics
import Store

/// A row of `_apus_users`.
struct UserRecord: Sendable {
    var id: String
    var role = Role.authenticated
    var email: String?
    var emailConfirmedAt: Instant?
    var passwordHash: String?
    /// Canonical JSON objects.
    var appMetadata = "{}"
    var userMetadata = "{}"
    var lastSignInAt: Instant?
    var bannedUntil: Instant?
    var isAnonymous = false
    var createdAt: Instant
    var updatedAt: Instant

    func isBanned(at now: Instant) -> Bool { bannedUntil.map { $0 > now } ?? false }
}

/// A row of `_apus_identities`: one way a user signs in.
struct IdentityRecord: Sendable {
    var id: String
    var userID: String
    var provider: String
    /// The provider's name for the user; for email it is the user's id.
    var subject: String
    /// Canonical JSON object.
    var data: String
    var email: String?
    var lastSignInAt: Instant?
    var createdAt: Instant
    var updatedAt: Instant
}

/// A row of `_apus_sessions` with its `_apus_session_amr`.
struct SessionRecord: Sendable {
    /// How the user proved who they are, and when.
    struct Method: Hashable, Sendable {
        let name: String
        let at: Instant
    }

    var id: String
    var userID: String
    var createdAt: Instant
    var refreshedAt: Instant
    /// When the last access token given out expires, in seconds since 1970.
    var tokenExpiresAt: Int64
    var assuranceLevel = "aal1"
    var userAgent: String?
    var address: String?
    var refreshSalt: [UInt8]
    var refreshCounter: Int64 = 0
    var methods: [Method]
}

/// A user with all their identities: what clients call the user.
struct Account: Sendable {
    var user: UserRecord
    var identities: [IdentityRecord]
}

/// What a sign-in or a refresh leads to.
struct SignedIn: Sendable {
    var account: Account
    var session: SessionRecord
}
