import Store

/// What a surface asks of a token beside a right signature and a good time.
public struct TokenUse: Sendable {
    let requiresRole: Bool
    let requiresExpiry: Bool
    /// The roles that may be shown; nil for every role there is.
    let roles: [Role]?
    let allowsSubject: Bool

    /// A bearer of the data API (rest.md §18.2): a token without a role speaks for `anon`.
    public static let bearer = TokenUse(
        requiresRole: false, requiresExpiry: false, roles: nil, allowsSubject: true)
    /// A token shown on a socket (realtime.md §7): it must say for whom it speaks and how long.
    public static let socket = TokenUse(
        requiresRole: true, requiresExpiry: true, roles: nil, allowsSubject: true)
    /// An `apikey` (auth.md §1.2). The token of a user is none, however valid it is.
    public static let apiKey = TokenUse(
        requiresRole: true, requiresExpiry: true, roles: [.anonymous, .service],
        allowsSubject: false)

    /// - Throws: the first thing that the claims lack, or have and should not.
    func check(_ claims: TokenClaims) throws(TokenProblem) {
        if requiresRole && !claims.namesRole { throw .missingClaim("role") }
        if requiresExpiry && claims.expiresAt == nil { throw .missingClaim("exp") }
        if let roles, !roles.contains(claims.role) { throw .claim("role claim is not a key's") }
        if !allowsSubject && claims.subject != nil { throw .claim("sub claim is not a key's") }
    }
}
