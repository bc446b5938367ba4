import Bytes
import Crypto
import Diagnostics
import Store

/// Decides about access tokens and API keys. Thread-safe.
final class TokenVerifier: Sendable {
    private let keys: JWTKeySet
    private let cache = TokenCache()
    private let revocations: Revocations
    private let hasSession: SessionLookUp

    /// Asks the store whether a session is there.
    typealias SessionLookUp = @Sendable (String) throws(Problem) -> Reading<Bool>

    /// - Parameters:
    ///   - revocations: the sessions signed out so far.
    ///   - hasSession: asked when this memory cannot tell. No answer is as good as none there.
    init(
        keys: JWTKeySet, revocations: Revocations, hasSession: @escaping SessionLookUp
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
        case .forgotten: try find(session, of: claims, token, now: now)
        }
        try remember(claims, of: session, token)
        return claims
    }

    /// Takes a session for alive that was not signed out until its token is in the cache.
    private func remember(
        _ claims: TokenClaims, of session: String, _ token: ArraySlice<UInt8>
    ) throws(TokenProblem) {
        cache.insert(claims, for: token)
        // `revoke` notes the session first and clears the cache then. Looking again after the
        // insertion catches the one that came between.
        guard revocations.contains(session) else { return }
        cache.removeAll { $0.sessionID == session }
        throw .sessionRevoked
    }

    /// Asks the store for a session. It happens only after the clock was set back, so that nobody
    /// who authenticates need be able to wait: where the store must, the token is refused for the
    /// moment, and what the store answers is known when it is shown again.
    private func find(
        _ session: String, of claims: TokenClaims, _ token: ArraySlice<UInt8>, now: Instant
    ) throws(TokenProblem) {
        switch try? hasSession(session) {
        case .done(true)?: return
        case .done(false)?, nil: throw .sessionRevoked
        case .mustWait(let look)?:
            let token = Array(token)
            _ = look.start { answer in
                switch answer {
                case .success(true): try? self.remember(claims, of: session, token[...])
                case .success(false):
                    let end = claims.expiresAt ?? .max
                    self.revoke([RevokedSession(id: session, expiresAt: end)], now: now)
                case .failure: break
                }
            }
            throw .sessionUnsettled
        }
    }

    /// How many sessions have been signed out, and those behind the first `known`; nil where they
    /// are too many to be named.
    func signOuts(behind known: Int) -> (count: Int, sessions: [String]?) {
        revocations.announced(behind: known)
    }

    func revoke(_ sessions: [RevokedSession], now: Instant) {
        guard !sessions.isEmpty else { return }
        revocations.add(sessions, now: now.seconds)
        let ids = Set(sessions.map(\.id))
        cache.removeAll { claims in claims.sessionID.map(ids.contains) ?? false }
        revocations.announce(sessions)
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
