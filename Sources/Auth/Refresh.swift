import Addresses
import Diagnostics
import HTTP
import Quotas
import Store

// POST /token?grant_type=refresh_token (auth.md §3.2, §7.2).

extension AuthService {
    private enum Outcome: Sendable {
        case signedIn(SignedIn)
        /// An old token came back: the session ends, and that must be kept though the call fails.
        case reused([RevokedSession])
    }

    func refresh(_ request: Request, _ body: RequestBody) async throws(Problem) -> Response {
        guard let text = try body.text("refresh_token"), let token = RefreshToken(parsing: text)
        else { throw .validation("Refresh token is not valid") }
        let now = clock()
        // Whose token it is, and whether it is one, is found out there.
        let outcome = try await database.write(.first, for: .anonymous(request.peer.block)) {
            transaction throws(Problem) in
            try self.redeem(token, transaction, now: now)
        }
        switch outcome {
        case .signedIn(let signedIn): return .json(issuer.answer(signedIn, now: now))
        case .reused(let sessions):
            verifier.revoke(sessions, now: now)
            throw .refreshTokenUsed
        }
    }

    /// As if one ran after the other: of two calls with the same token the first rotates and the
    /// second finds its token to be the parent of the active one.
    private func redeem(
        _ token: RefreshToken, _ transaction: any WriteTransaction, now: Instant
    ) throws(Problem) -> Outcome {
        guard var session = try transaction.session(id: token.sessionID),
            issuer.isAuthentic(token, for: session), token.counter <= session.refreshCounter,
            let account = try transaction.account(id: session.userID)
        else { throw .refreshTokenUnknown }
        guard !account.user.isBanned(at: now) else { throw .banned(status: 400) }
        let age = session.refreshCounter - token.counter
        guard isGood(age: age, rotatedAt: session.refreshedAt, now: now) else {
            return .reused(
                try transaction.endSessions(
                    of: account.user.id, .local, current: session.id,
                    grace: settings.leewaySeconds, now: now
                ).sessions)
        }
        if age == 0 {
            session.refreshCounter += 1
            session.refreshedAt = now
        }
        session.tokenExpiresAt = max(
            session.tokenExpiresAt, now.seconds + settings.tokenSeconds)
        try transaction.update(session)
        return .signedIn(SignedIn(account: account, session: session))
    }

    /// - Parameter age: rotations since the token was active.
    private func isGood(age: Int64, rotatedAt: Instant, now: Instant) -> Bool {
        let seconds = now.seconds - rotatedAt.seconds
        switch age {
        case 0: return true
        case 1:
            guard let bound = settings.refreshParentSeconds else { return true }
            return seconds <= max(bound, settings.refreshReuseSeconds)
        default: return seconds <= settings.refreshReuseSeconds
        }
    }
}
