import Addresses
import Diagnostics
import Store
import Values

// Sessions in the store.

extension RowSource {
    func session(id: String) throws(Problem) -> SessionRecord? {
        let found = try select(
            """
            SELECT id, user_id, created_at, refreshed_at, token_expires_at, aal, user_agent,
              address, refresh_salt, refresh_counter
            FROM _apus_sessions WHERE id = \(id)
            """, as: SessionRecord.types)
        guard let row = found.first else { return nil }
        let methods = try select(
            "SELECT method, at FROM _apus_session_amr WHERE session_id = \(id)",
            as: [.text, .integer])
        return SessionRecord(row, methods: methods)
    }

    /// Sessions signed out. Those whose tokens have expired are among them until the next one is
    /// signed out: a clock that is ahead now may be set back.
    func revokedSessions() throws(Problem) -> RevokedSessions {
        let found = try select(
            "SELECT id, expires_at FROM _apus_revoked_sessions", as: [.text, .integer])
        let forgotten = try select(
            "SELECT expires_at FROM _apus_forgotten_sessions", as: [.integer])
        return RevokedSessions(
            known: found.compactMap { row in
                guard let id = row[0].text, let expiresAt = row[1].integer else { return nil }
                return RevokedSession(id: id, expiresAt: expiresAt)
            }, forgottenThrough: forgotten.first?[0].integer ?? 0)
    }

    /// Whether one of the latest sessions of a user began at an address.
    func hasSession(ofUser id: String, at block: AddressBlock) throws(Problem) -> Bool {
        if block == .none { return false }
        let found = try select(
            """
            SELECT address FROM _apus_sessions WHERE user_id = \(id)
            ORDER BY refreshed_at DESC LIMIT \(Int64(AuthLimits.knownAddressesMax))
            """, as: [.text])
        return found.contains { $0[0].text.map { AddressBlock($0) } == block }
    }

    /// Whether a session is there: it began here and was not signed out.
    func hasSession(_ id: String) throws(Problem) -> Bool {
        try !select("SELECT id FROM _apus_sessions WHERE id = \(id)", as: [.text]).isEmpty
    }
}

/// Which sessions of a user end (auth.md §8).
enum LogoutScope: String, Sendable {
    case global, local, others
}

extension WriteTransaction {
    func insert(_ session: SessionRecord) throws(Problem) {
        try change(
            """
            INSERT INTO _apus_sessions (id, user_id, created_at, refreshed_at, token_expires_at,
              aal, user_agent, address, refresh_salt, refresh_counter)
            VALUES (\(session.id), \(session.userID), \(session.createdAt),
              \(session.refreshedAt), \(session.tokenExpiresAt), \(session.assuranceLevel),
              \(session.userAgent), \(session.address), \(session.refreshSalt),
              \(session.refreshCounter))
            """)
        for method in session.methods {
            try change(
                """
                INSERT INTO _apus_session_amr (session_id, method, at)
                VALUES (\(session.id), \(method.name), \(method.at))
                """)
        }
    }

    /// Notes a refresh.
    func update(_ session: SessionRecord) throws(Problem) {
        try change(
            """
            UPDATE _apus_sessions SET refreshed_at = \(session.refreshedAt),
              token_expires_at = \(session.tokenExpiresAt),
              refresh_counter = \(session.refreshCounter)
            WHERE id = \(session.id)
            """)
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
        let found = try select(
            "SELECT id, token_expires_at FROM _apus_sessions WHERE user_id = \(user)",
            as: [.text, .integer])
        try forgetExpired(now: now.seconds)
        var ended: [RevokedSession] = []
        for row in found {
            guard let id = row[0].text, let tokenExpiresAt = row[1].integer else { continue }
            switch scope {
            case .local where id != current, .others where id == current: continue
            case .global, .local, .others: break
            }
            let session = RevokedSession(id: id, expiresAt: tokenExpiresAt + grace)
            try change("DELETE FROM _apus_sessions WHERE id = \(id)")
            try change(
                """
                INSERT INTO _apus_revoked_sessions (id, expires_at)
                VALUES (\(id), \(session.expiresAt))
                ON CONFLICT (id) DO UPDATE SET expires_at = excluded.expires_at
                """)
            ended.append(session)
        }
        return ended
    }
}

extension WriteTransaction {
    /// Drops the signed-out sessions whose tokens have all expired, by a clock that may be ahead,
    /// and remembers up to which expiry that was done.
    private func forgetExpired(now: Int64) throws(Problem) {
        try change(
            """
            UPDATE _apus_forgotten_sessions SET expires_at = coalesce(
              (SELECT max(revoked.expires_at) FROM _apus_revoked_sessions AS revoked
               WHERE revoked.expires_at <= \(now)
                 AND revoked.expires_at > _apus_forgotten_sessions.expires_at),
              expires_at)
            """)
        try change("DELETE FROM _apus_revoked_sessions WHERE expires_at <= \(now)")
    }
}

extension SessionRecord {
    fileprivate static let types: [ColumnType] = [
        .text, .text, .integer, .integer, .integer, .text, .text, .text, .bytes, .integer,
    ]

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
