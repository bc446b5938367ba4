import Diagnostics
import Store
import Values

// Users and their identities in the store.

extension RowSource {
    func account(id: String) throws(Problem) -> Account? {
        try account(where: "id = \(id)")
    }

    func account(email: String) throws(Problem) -> Account? {
        try account(where: "email = \(email)")
    }

    /// The account a verified token speaks for: its user must exist, its session must not have been
    /// signed out, and the user must not be banned (auth.md §2.3).
    func caller(_ claims: TokenClaims, now: Instant) throws(Problem) -> Account {
        guard let id = claims.subject, let account = try account(id: id) else { throw .userGone }
        if let session = claims.sessionID {
            let found = try select(
                "SELECT id FROM \(AuthTables.sessions) WHERE id = \(session) AND user_id = \(id)",
                as: [.text])
            guard !found.isEmpty else { throw .sessionGone }
        }
        guard !account.user.isBanned(at: now) else { throw .banned(status: 403) }
        return account
    }

    private func account(where condition: SQL) throws(Problem) -> Account? {
        let found = try select(
            """
            SELECT id, role, email, email_confirmed_at, password_hash, app_metadata, user_metadata,
              last_sign_in_at, banned_until, is_anonymous, created_at, updated_at
            FROM \(AuthTables.users) WHERE \(condition)
            """, as: UserRecord.types)
        guard let row = found.first, let user = UserRecord(row) else { return nil }
        let identities = try select(
            """
            SELECT id, user_id, provider, subject, data, email, last_sign_in_at, created_at,
              updated_at
            FROM \(AuthTables.identities) WHERE user_id = \(user.id) ORDER BY created_at, id
            """, as: IdentityRecord.types)
        return Account(user: user, identities: identities.compactMap(IdentityRecord.init))
    }
}

extension WriteTransaction {
    /// Adds a user with their identities.
    ///
    /// - Throws: `user_already_exists` when the address is taken; the index decides, so that of two
    ///   sign-ups at once one fails.
    func insert(_ account: Account) throws(Problem) {
        let user = account.user
        try change(
            """
            INSERT INTO \(AuthTables.users) (id, role, email, email_confirmed_at, password_hash,
              app_metadata, user_metadata, last_sign_in_at, banned_until, is_anonymous,
              created_at, updated_at)
            VALUES (\(user.id), \(user.role.rawValue), \(user.email), \(user.emailConfirmedAt),
              \(user.passwordHash), \(user.appMetadata), \(user.userMetadata),
              \(user.lastSignInAt), \(user.bannedUntil), \(user.isAnonymous),
              \(user.createdAt), \(user.updatedAt))
            """, duplicate: .userExists)
        for identity in account.identities { try insert(identity, duplicate: .userExists) }
    }

    /// Writes a user back whole.
    ///
    /// - Throws: `email_exists` when the address is taken.
    func update(_ user: UserRecord) throws(Problem) {
        try change(
            """
            UPDATE \(AuthTables.users) SET role = \(user.role.rawValue), email = \(user.email),
              email_confirmed_at = \(user.emailConfirmedAt),
              password_hash = \(user.passwordHash), app_metadata = \(user.appMetadata),
              user_metadata = \(user.userMetadata), last_sign_in_at = \(user.lastSignInAt),
              banned_until = \(user.bannedUntil), is_anonymous = \(user.isAnonymous),
              updated_at = \(user.updatedAt)
            WHERE id = \(user.id)
            """, duplicate: .emailExists)
    }

    func insert(_ identity: IdentityRecord, duplicate: Problem) throws(Problem) {
        try change(
            """
            INSERT INTO \(AuthTables.identities) (id, user_id, provider, subject, data, email,
              last_sign_in_at, created_at, updated_at)
            VALUES (\(identity.id), \(identity.userID), \(identity.provider),
              \(identity.subject), \(identity.data), \(identity.email),
              \(identity.lastSignInAt), \(identity.createdAt), \(identity.updatedAt))
            """, duplicate: duplicate)
    }

    func update(_ identity: IdentityRecord) throws(Problem) {
        try change(
            """
            UPDATE \(AuthTables.identities) SET data = \(identity.data), email = \(identity.email),
              last_sign_in_at = \(identity.lastSignInAt), updated_at = \(identity.updatedAt)
            WHERE id = \(identity.id)
            """)
    }
}

extension UserRecord {
    fileprivate static let types: [ColumnType] = [
        .text, .text, .text, .integer, .text, .text, .text, .integer, .integer, .boolean, .integer,
        .integer,
    ]

    /// Nil when a value has a type that the table does not allow.
    fileprivate init?(_ row: [Value]) {
        guard let id = row[0].text, let role = row[1].text, let appMetadata = row[5].text,
            let userMetadata = row[6].text, let createdAt = row[10].instant,
            let updatedAt = row[11].instant
        else { return nil }
        self.init(
            id: id, role: Role(rawValue: role), email: row[2].text,
            emailConfirmedAt: row[3].instant,
            passwordHash: row[4].text, appMetadata: appMetadata, userMetadata: userMetadata,
            lastSignInAt: row[7].instant, bannedUntil: row[8].instant,
            isAnonymous: row[9].isTrue, createdAt: createdAt, updatedAt: updatedAt)
    }
}

extension IdentityRecord {
    fileprivate static let types: [ColumnType] = [
        .text, .text, .text, .text, .text, .text, .integer, .integer, .integer,
    ]

    fileprivate init?(_ row: [Value]) {
        guard let id = row[0].text, let userID = row[1].text, let provider = row[2].text,
            let subject = row[3].text, let data = row[4].text, let createdAt = row[7].instant,
            let updatedAt = row[8].instant
        else { return nil }
        self.init(
            id: id, userID: userID, provider: provider, subject: subject, data: data,
            email: row[5].text, lastSignInAt: row[6].instant, createdAt: createdAt,
            updatedAt: updatedAt)
    }
}
