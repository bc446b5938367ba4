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
            FROM \(AuthTables.sessions) WHERE id = \(id)
            """, as: SessionRecord.types)
        guard let row = found.first else { return nil }
        let methods = try select(
            "SELECT method, at FROM \(AuthTables.sessionMethods) WHERE session_id = \(id)",
            as: [.text, .integer])
        return SessionRecord(row, methods: methods)
    }

    /// Sessions signed out. Those whose tokens have expired are among them until the next one is
    /// signed out: a clock that is ahead now may be set back.
    func revokedSessions() throws(Problem) -> RevokedSessions {
        let found = try select(
            "SELECT id, expires_at FROM \(AuthTables.revokedSessions)", as: [.text, .integer])
        let forgotten = try select(
            "SELECT expires_at FROM \(AuthTables.forgottenSessions)", as: [.integer])
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
            SELECT address FROM \(AuthTables.sessions) WHERE user_id = \(id)
            ORDER BY refreshed_at DESC LIMIT \(Int64(AuthLimits.knownAddressesMax))
            """, as: [.text])
        return found.contains { $0[0].text.map { AddressBlock($0) } == block }
    }

    /// Whether a session is there: it began here and was not signed out.
    func hasSession(_ id: String) throws(Problem) -> Bool {
        try !select("SELECT id FROM \(AuthTables.sessions) WHERE id = \(id)", as: [.text]).isEmpty
    }
}

extension WriteTransaction {
    func insert(_ session: SessionRecord) throws(Problem) {
        try change(
            """
            INSERT INTO \(AuthTables.sessions) (id, user_id, created_at, refreshed_at,
              token_expires_at, aal, user_agent, address, refresh_salt, refresh_counter)
            VALUES (\(session.id), \(session.userID), \(session.createdAt),
              \(session.refreshedAt), \(session.tokenExpiresAt), \(session.assuranceLevel),
              \(session.userAgent), \(session.address), \(session.refreshSalt),
              \(session.refreshCounter))
            """)
        for method in session.methods {
            try change(
                """
                INSERT INTO \(AuthTables.sessionMethods) (session_id, method, at)
                VALUES (\(session.id), \(method.name), \(method.at))
                """)
        }
    }

    /// Notes a refresh.
    func update(_ session: SessionRecord) throws(Problem) {
        try change(
            """
            UPDATE \(AuthTables.sessions) SET refreshed_at = \(session.refreshedAt),
              token_expires_at = \(session.tokenExpiresAt),
              refresh_counter = \(session.refreshCounter)
            WHERE id = \(session.id)
            """)
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
