import Diagnostics
import Store
import Values

// Ends of sessions in the store: their rows go, and what their access tokens still have of life is
// noted. However many there are, a transaction ends a few (``AuthLimits/sessionsEndedAtOnce``), so
// that it holds nobody up; whoever ends all of them runs one after the other.

/// Which sessions of a user end (auth.md §8).
enum LogoutScope: String, Sendable {
    case global, local, others

    fileprivate var includesOthers: Bool {
        switch self {
        case .global, .others: true
        case .local: false
        }
    }

    fileprivate var includesOwn: Bool {
        switch self {
        case .global, .local: true
        case .others: false
        }
    }
}

/// What a transaction has ended.
struct EndedSessions: Sendable {
    fileprivate(set) var sessions: [RevokedSession] = []
    /// Whether none is left of those that should end.
    fileprivate(set) var areAll = true
}

extension WriteTransaction {
    /// Ends sessions of a user, as many as one transaction may, those refreshed longest ago first.
    /// The one that asks goes last, so that it can ask again when the rest was cut off.
    ///
    /// - Parameters:
    ///   - current: the session that `local` and `others` are measured from.
    ///   - grace: seconds that other services forgive after the expiry.
    func endSessions(
        of user: String, _ scope: LogoutScope, current: String?, grace: Int64, now: Instant
    ) throws(Problem) -> EndedSessions {
        try forgetExpired(now: now.seconds)
        var ended = EndedSessions()
        if scope.includesOthers {
            ended = try endOldest(
                AuthLimits.sessionsEndedAtOnce, of: user, except: current, grace: grace)
        }
        if scope.includesOwn, ended.areAll, let current {
            ended.sessions += try end(
                where: "user_id = \(user) AND id = \(current)", grace: grace)
        }
        return ended
    }

    /// Ends the sessions of a user that were refreshed longest ago where there would be more than
    /// `most` with one that begins. Of those that an earlier version or setting has let in, some go
    /// each time.
    func makeRoom(
        forSessionOf user: String, most: Int, grace: Int64, now: Instant
    ) throws(Problem) -> EndedSessions {
        let most = Int64(most)
        let counted = try select(
            """
            SELECT count(*) FROM (
              SELECT id FROM \(AuthTables.sessions) WHERE user_id = \(user) ORDER BY refreshed_at
              LIMIT \(most + AuthLimits.sessionsEndedAtOnce - 1)) AS counted
            """, as: [.integer])
        let excess = (counted.first?[0].integer ?? 0) - most + 1
        guard excess > 0 else { return EndedSessions() }
        try forgetExpired(now: now.seconds)
        return try endOldest(excess, of: user, except: nil, grace: grace)
    }

    /// Ends so many sessions of a user, or all where there are fewer.
    private func endOldest(
        _ count: Int64, of user: String, except kept: String?, grace: Int64
    ) throws(Problem) -> EndedSessions {
        // No session has an empty id.
        var these: SQL = "user_id = \(user) AND id <> \(kept ?? "")"
        let last = try select(
            """
            SELECT refreshed_at, id FROM \(AuthTables.sessions) WHERE \(these)
            ORDER BY refreshed_at, id LIMIT 1 OFFSET \(count - 1)
            """, as: [.integer, .text])
        if let last = last.first {
            these = "\(these) AND (refreshed_at, id) <= (\(last[0].integer), \(last[1].text))"
        }
        return EndedSessions(
            sessions: try end(where: these, grace: grace), areAll: last.isEmpty)
    }

    private func end(where these: SQL, grace: Int64) throws(Problem) -> [RevokedSession] {
        try change(
            """
            INSERT INTO \(AuthTables.revokedSessions) (id, expires_at)
            SELECT id, token_expires_at + \(grace) FROM \(AuthTables.sessions) WHERE \(these)
            ON CONFLICT (id) DO UPDATE SET expires_at = excluded.expires_at
            """)
        let ended = try select(
            "DELETE FROM \(AuthTables.sessions) WHERE \(these) RETURNING id, token_expires_at",
            as: [.text, .integer])
        return ended.compactMap { row in
            guard let id = row[0].text, let tokenExpiresAt = row[1].integer else { return nil }
            return RevokedSession(id: id, expiresAt: tokenExpiresAt + grace)
        }
    }

    /// Drops signed-out sessions whose tokens have all expired, by a clock that may be ahead, and
    /// remembers up to which expiry that was done. As many at once as may come at once.
    private func forgetExpired(now: Int64) throws(Problem) {
        var these: SQL = "expires_at <= \(now)"
        let last = try select(
            """
            SELECT expires_at, id FROM \(AuthTables.revokedSessions) WHERE \(these)
            ORDER BY expires_at, id LIMIT 1 OFFSET \(AuthLimits.sessionsEndedAtOnce)
            """, as: [.integer, .text])
        if let last = last.first {
            these = "\(these) AND (expires_at, id) <= (\(last[0].integer), \(last[1].text))"
        }
        try change(
            """
            UPDATE \(AuthTables.forgottenSessions) SET expires_at = coalesce(
              (SELECT max(revoked.expires_at) FROM \(AuthTables.revokedSessions) AS revoked
               WHERE \(these) AND revoked.expires_at > _apus_forgotten_sessions.expires_at),
              expires_at)
            """)
        try change("DELETE FROM \(AuthTables.revokedSessions) WHERE \(these)")
    }
}
