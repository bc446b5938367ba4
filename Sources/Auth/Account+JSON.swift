import Bytes
import Diagnostics
import Store

extension Account {
    /// The user object of auth.md §4.2. No hash, no token and no internal flag is in it.
    func json(audience: String) -> [UInt8] {
        var writer = ObjectWriter()
        writer.member("id", string: user.id)
        writer.member("aud", string: audience)
        writer.member("role", string: user.role.rawValue)
        writer.member("email", string: user.email ?? "")
        writer.member("email_confirmed_at", time: user.emailConfirmedAt)
        writer.member("phone", string: "")
        writer.member("confirmed_at", time: user.emailConfirmedAt)
        writer.member("last_sign_in_at", time: user.lastSignInAt)
        writer.member("app_metadata", raw: user.appMetadata)
        writer.member("user_metadata", raw: user.userMetadata)
        writer.member("identities", raw: Self.list(identities.map(\.json)))
        writer.member("created_at", time: user.createdAt)
        writer.member("updated_at", time: user.updatedAt)
        writer.member("banned_until", time: user.bannedUntil)
        writer.member("is_anonymous", bool: user.isAnonymous)
        return writer.finish()
    }

    private static func list(_ values: [[UInt8]]) -> [UInt8] {
        [ASCII.leftBracket] + values.joined(separator: [ASCII.comma]) + [ASCII.rightBracket]
    }
}

extension IdentityRecord {
    /// The identity object of auth.md §4.3.
    fileprivate var json: [UInt8] {
        var writer = ObjectWriter()
        writer.member("identity_id", string: id)
        writer.member("id", string: subject)
        writer.member("user_id", string: userID)
        writer.member("identity_data", raw: data)
        writer.member("provider", string: provider)
        writer.member("last_sign_in_at", time: lastSignInAt)
        writer.member("created_at", time: createdAt)
        writer.member("updated_at", time: updatedAt)
        if let email { writer.member("email", string: email) }
        return writer.finish()
    }
}
