import Bytes
import Crypto
import Diagnostics

/// Decides about access tokens and API keys. Thread-safe.
final class TokenVerifier: Sendable {
    private let keys: JWTKeySet
    private let cache = TokenCache()
    private let revocations: Revocations
    private let hasSession: @Sendable (String) -> Bool

    /// - Parameters:
    ///   - revocations: the sessions signed out so far.
    ///   - hasSession: asks the store whether a session is there; false when it does not answer.
    init(
        keys: JWTKeySet, revocations: Revocations, hasSession: @escaping @Sendable (String) -> Bool
    ) {
        self.keys = keys
        self.revocations = revocations
        self.hasSession = hasSession
    }

    /// The claims of a token that is good at this moment.
    ///
    /// - Parameters:
    ///   - use: what else is asked of it.
    ///   - leewaySeconds: clock differences forgiven.
    func verify(
        _ token: ArraySlice<UInt8>, as use: TokenUse, now: Instant, leewaySeconds: Int64
    ) throws(TokenProblem) -> TokenClaims {
        let claims = try verify(token, now: now, leewaySeconds: leewaySeconds)
        try use.check(claims)
        return claims
    }

    private func verify(
        _ token: ArraySlice<UInt8>, now: Instant, leewaySeconds: Int64
    ) throws(TokenProblem) -> TokenClaims {
        if let claims = cache.claims(of: token) {
            try Self.checkTime(claims, now: now.seconds, leewaySeconds: leewaySeconds)
            return claims
        }
        let claims = try read(token)
        try Self.checkTime(claims, now: now.seconds, leewaySeconds: leewaySeconds)
        guard let session = claims.sessionID else {
            cache.insert(claims, for: token)
            return claims
        }
        switch revocations.verdict(session, tokenExpiresAt: claims.expiresAt) {
        case .alive: break
        case .revoked: throw .sessionRevoked
        case .forgotten: guard hasSession(session) else { throw .sessionRevoked }
        }
        cache.insert(claims, for: token)
        // `revoke` notes the session first and clears the cache then. Looking again after the
        // insertion catches the one that came between.
        if revocations.contains(session) {
            cache.removeAll { $0.sessionID == session }
            throw .sessionRevoked
        }
        return claims
    }

    var revocationCount: Int { revocations.total }

    func revoke(_ sessions: [RevokedSession], now: Instant) {
        guard !sessions.isEmpty else { return }
        revocations.add(sessions, now: now.seconds)
        let ids = Set(sessions.map(\.id))
        cache.removeAll { claims in claims.sessionID.map(ids.contains) ?? false }
    }

    private func read(_ token: ArraySlice<UInt8>) throws(TokenProblem) -> TokenClaims {
        do {
            return try TokenClaims(try JWT.verify(token, keys: keys).root)
        } catch let error as JWTError {
            throw .unverified(error)
        } catch let error as TokenProblem {
            throw error
        } catch {
            throw .unverified(.malformed)
        }
    }

    private static func checkTime(
        _ claims: TokenClaims, now: Int64, leewaySeconds: Int64
    ) throws(TokenProblem) {
        if let expiresAt = claims.expiresAt, now.subtractingClamped(leewaySeconds) >= expiresAt {
            throw .expired(secondsAgo: now.subtractingClamped(expiresAt))
        }
        if let notBefore = claims.notBefore, now + leewaySeconds < notBefore { throw .notYetValid }
        // An API key lives for years: a clock that is set back must not void it.
        guard claims.subject != nil, let issuedAt = claims.issuedAt else { return }
        // A clock that is a little behind must not refuse what another machine has just issued.
        if now + 30 < issuedAt { throw .issuedInFuture }
    }
}

extension Int64 {
    fileprivate func subtractingClamped(_ other: Int64) -> Int64 {
        let (difference, overflow) = subtractingReportingOverflow(other)
        return overflow ? (other < 0 ? .max : .min) : difference
    }
}
