import Bytes
public import Store
import Diagnostics
import Values

/// Who a verified token speaks for. Immutable and shared: a token that comes again gives the same
/// object.
public final class TokenClaims: Sendable {
    /// `anon` for a token that names none.
    public let role: Role
    /// Whether the token itself names its role.
    public let namesRole: Bool
    /// The user's id, a lower-case UUID; nil for API keys.
    public let subject: String?
    /// `email`; nil when absent or empty.
    public let email: String?
    /// `aal1` unless the token says `aal2`.
    public let assuranceLevel: String
    /// `aud`, one or several.
    public let audiences: [String]
    /// `exp`, seconds since 1970 rounded down; always there when there is a subject.
    public let expiresAt: Int64?
    /// `nbf`, seconds since 1970.
    public let notBefore: Int64?
    /// `iat`, seconds since 1970.
    public let issuedAt: Int64?
    /// `session_id`, a lower-case UUID.
    public let sessionID: String?
    /// All claims as canonical JSON: what `auth.jwt()` gives.
    public let json: String

    /// Whether the caller bypasses access rules.
    public var isService: Bool { role == .service }

    /// Judges the claims of a token whose signature is right. Time is judged at each use.
    init(_ claims: JSONValue) throws(TokenProblem) {
        let role = try Self.role(claims["role"])
        self.role = role ?? .anonymous
        namesRole = role != nil
        subject = try Self.uuid(claims["sub"], .subjectNotUUID)
        sessionID = try Self.uuid(claims["session_id"], .sessionNotUUID)
        expiresAt = try Self.time(claims["exp"], "exp")
        notBefore = try Self.time(claims["nbf"], "nbf")
        issuedAt = try Self.time(claims["iat"], "iat")
        let email = claims["email"]?.string
        self.email = email?.isEmpty == true ? nil : email
        assuranceLevel = claims["aal"]?.string == "aal2" ? "aal2" : "aal1"
        if let audience = claims["aud"]?.string {
            audiences = [audience]
        } else {
            audiences = claims["aud"]?.elements.compactMap(\.string) ?? []
        }
        do throws(JSONCanonicalFault) {
            json = String(utf8: try claims.canonical)
        } catch {
            throw .claim(Problem(error).message)
        }
        if subject != nil {
            guard expiresAt != nil else { throw .missingClaim("exp") }
            // Nothing here makes such a token: it would be a user above all rules.
            guard role != .service else { throw .claim("role claim is not a user's") }
        }
    }

    private static func role(_ value: JSONValue?) throws(TokenProblem) -> Role? {
        guard let value, !value.isNull else { return nil }
        guard let role = value.string.map(Role.init(rawValue:)), Role.all.contains(role) else {
            throw .claim("role claim is unknown")
        }
        return role
    }

    private static func uuid(
        _ value: JSONValue?, _ problem: TokenProblem
    ) throws(TokenProblem) -> String? {
        guard let value, !value.isNull else { return nil }
        guard let text = value.string else { throw problem }
        if text.isEmpty { return nil }
        guard isUUID(text) else { throw problem }
        return text.lowercased()
    }

    private static func time(
        _ value: JSONValue?, _ name: String
    ) throws(TokenProblem) -> Int64? {
        guard let value, !value.isNull else { return nil }
        guard let seconds = value.double, let whole = Int64(exactly: seconds.rounded(.down))
        else { throw .claim("\(name) claim must be a number") }
        return whole
    }
}

/// Whether the text is a UUID in its usual form, 8-4-4-4-12 hexadecimal digits of either case.
func isUUID(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    guard bytes.count == 36 else { return false }
    return bytes.indices.allSatisfy { index in
        index == 8 || index == 13 || index == 18 || index == 23
            ? bytes[index] == ASCII.minus : ASCII.hexValue(bytes[index]) != nil
    }
}
