import Diagnostics
import Store
import StoreSQLite
import Values

// Sessions in the store.

extension RowSource {
    func session(id: String) throws(Problem) -> SessionRecord? {
        let found = try rows(
            """
            SELECT id, user_id, created_at, refreshed_at, token_expires_at, aal, user_agent,
              address, refresh_salt, refresh_counter
            FROM _apus_sessions WHERE id = ?7
            """, .text(id), columns: 10)
        guard let row = found.first else { return nil }
        let methods = try rows(
            "SELECT method, at FROM _apus_session_amr WHERE session_id = ?7", .text(id), columns: 2)
        return SessionRecord(row, methods: methods)
    }

    /// Sessions signed out. Those whose tokens have expired are among them until the next one is
    /// signed out: a clock that is ahead now may be set back.
    func revokedSessions() throws(Problem) -> RevokedSessions {
        let found = try rows("SELECT id, expires_at FROM _apus_revoked_sessions", columns: 2)
        let forgotten = try rows("SELECT expires_at FROM _apus_forgotten_sessions", columns: 1)
        return RevokedSessions(
            known: found.compactMap { row in
                guard let id = row[0].text, let expiresAt = row[1].integer else { return nil }
                return RevokedSession(id: id, expiresAt: expiresAt)
            }, forgottenThrough: forgotten.first?[0].integer ?? 0)
    }

    /// Whether a session is there: it began here and was not signed out.
    func hasSession(_ id: String) throws(Problem) -> Bool {
        try !rows("SELECT 1 FROM _apus_sessions WHERE id = ?7", .text(id), columns: 1).isEmpty
    }
}

/// Which sessions of a user end (auth.md §8).
enum LogoutScope: String, Sendable {
    case global, local, others
}

extension SQLiteTransaction {
    func insert(_ session: SessionRecord) throws(Problem) {
        try change(
            """
            INSERT INTO _apus_sessions (id, user_id, created_at, refreshed_at, token_expires_at,
              aal, user_agent, address, refresh_salt, refresh_counter)
            VALUES (?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)
            """, .text(session.id), .text(session.userID), Value(session.createdAt),
            Value(session.refreshedAt), .integer(session.tokenExpiresAt),
            .text(session.assuranceLevel), Value(session.userAgent), Value(session.address),
            .blob(session.refreshSalt), .integer(session.refreshCounter))
        for method in session.methods {
            try change(
                "INSERT INTO _apus_session_amr (session_id, method, at) VALUES (?7, ?8, ?9)",
                .text(session.id), .text(method.name), Value(method.at))
        }
    }

    /// Notes a refresh.
    func update(_ session: SessionRecord) throws(Problem) {
        try change(
            """
            UPDATE _apus_sessions SET refreshed_at = ?8, token_expires_at = ?9,
              refresh_counter = ?10
            WHERE id = ?7
            """, .text(session.id), Value(session.refreshedAt), .integer(session.tokenExpiresAt),
            .integer(session.refreshCounter))
    }

    /// Ends sessions of a user: their rows go, and what their access tokens still have of life is
    /// noted.
    ///
    /// - Parameters:
    ///   - current: the session that `local` and `others` are measured from.
    ///   - grace: seconds that other services forgive after the expiry.
    func endSessions(
        of user: String, _ scope: LogoutScope, current: String?, grace: Int64, now: Instant
    ) throws(Problem) -> [RevokedSession] {
        let found = try rows(
            "SELECT id, token_expires_at FROM _apus_sessions WHERE user_id = ?7", .text(user),
            columns: 2)
        try forgetExpired(now: now.seconds)
        var ended: [RevokedSession] = []
        for row in found {
            guard let id = row[0].text, let tokenExpiresAt = row[1].integer else { continue }
            switch scope {
            case .local where id != current, .others where id == current: continue
            case .global, .local, .others: break
            }
            let session = RevokedSession(id: id, expiresAt: tokenExpiresAt + grace)
            try change("DELETE FROM _apus_sessions WHERE id = ?7", .text(id))
            try change(
                "INSERT OR REPLACE INTO _apus_revoked_sessions (id, expires_at) VALUES (?7, ?8)",
                .text(id), .integer(session.expiresAt))
            ended.append(session)
        }
        return ended
    }
}

extension SQLiteTransaction {
    /// Drops the signed-out sessions whose tokens have all expired, by a clock that may be ahead,
    /// and remembers up to which expiry that was done.
    private func forgetExpired(now: Int64) throws(Problem) {
        try change(
            """
            UPDATE _apus_forgotten_sessions SET expires_at = max(expires_at, coalesce(
              (SELECT max(expires_at) FROM _apus_revoked_sessions WHERE expires_at <= ?7), 0))
            """, .integer(now))
        try change("DELETE FROM _apus_revoked_sessions WHERE expires_at <= ?7", .integer(now))
    }
}

extension SessionRecord {
    fileprivate init?(_ row: [Value], methods: [[Value]]) {
        guard let id = row[0].text, let userID = row[1].text, let createdAt = row[2].instant,
            let refreshedAt = row[3].instant, let tokenExpiresAt = row[4].integer,
            let assuranceLevel = row[5].text, let refreshSalt = row[8].blob,
            let refreshCounter = row[9].integer
        else { return nil }
        self.init(
            id: id, userID: userID, createdAt: createdAt, refreshedAt: refreshedAt,
            tokenExpiresAt: tokenExpiresAt, assuranceLevel: assuranceLevel, userAgent: row[6].text,
            address: row[7].text, refreshSalt: refreshSalt, refreshCounter: refreshCounter,
            methods: methods.compactMap { row in
                guard let name = row[0].text, let at = row[1].instant else { return nil }
                return Method(name: name, at: at)
            })
    }
}
