import Diagnostics
import Store
import StoreSQLite
import Values

// Users and their identities in the store.

extension RowSource {
    func account(id: String) throws(Problem) -> Account? {
        try account(where: "id = ?7", .text(id))
    }

    func account(email: String) throws(Problem) -> Account? {
        try account(where: "email = ?7", .text(email))
    }

    /// The account a verified token speaks for: its user must exist, its session must not have been
    /// signed out, and the user must not be banned (auth.md §2.3).
    func caller(_ claims: TokenClaims, now: Instant) throws(Problem) -> Account {
        guard let id = claims.subject, let account = try account(id: id) else { throw .userGone }
        if let session = claims.sessionID {
            let found = try rows(
                "SELECT 1 FROM _apus_sessions WHERE id = ?7 AND user_id = ?8", .text(session),
                .text(id), columns: 1)
            guard !found.isEmpty else { throw .sessionGone }
        }
        guard !account.user.isBanned(at: now) else { throw .banned(status: 403) }
        return account
    }

    private func account(where condition: String, _ value: Value) throws(Problem) -> Account? {
        let found = try rows(
            """
            SELECT id, role, email, email_confirmed_at, password_hash, app_metadata, user_metadata,
              last_sign_in_at, banned_until, is_anonymous, created_at, updated_at
            FROM _apus_users WHERE \(condition)
            """, value, columns: 12)
        guard let row = found.first, let user = UserRecord(row) else { return nil }
        let identities = try rows(
            """
            SELECT id, user_id, provider, subject, data, email, last_sign_in_at, created_at,
              updated_at
            FROM _apus_identities WHERE user_id = ?7 ORDER BY created_at, id
            """, .text(user.id), columns: 9)
        return Account(user: user, identities: identities.compactMap(IdentityRecord.init))
    }
}

extension SQLiteTransaction {
    /// Adds a user with their identities.
    ///
    /// - Throws: `user_already_exists` when the address is taken; the index decides, so that of two
    ///   sign-ups at once one fails.
    func insert(_ account: Account) throws(Problem) {
        let user = account.user
        try insert(
            """
            INSERT INTO _apus_users (id, role, email, email_confirmed_at, password_hash,
              app_metadata, user_metadata, last_sign_in_at, banned_until, is_anonymous,
              created_at, updated_at)
            VALUES (?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)
            """, .text(user.id), .text(user.role.rawValue), Value(user.email),
            Value(user.emailConfirmedAt),
            Value(user.passwordHash), .text(user.appMetadata), .text(user.userMetadata),
            Value(user.lastSignInAt), Value(user.bannedUntil), Value(user.isAnonymous),
            Value(user.createdAt), Value(user.updatedAt), duplicate: .userExists)
        for identity in account.identities { try insert(identity, duplicate: .userExists) }
    }

    /// Writes a user back whole.
    ///
    /// - Throws: `email_exists` when the address is taken.
    func update(_ user: UserRecord) throws(Problem) {
        try insert(
            """
            UPDATE _apus_users SET role = ?8, email = ?9, email_confirmed_at = ?10,
              password_hash = ?11, app_metadata = ?12, user_metadata = ?13,
              last_sign_in_at = ?14, banned_until = ?15, is_anonymous = ?16, updated_at = ?17
            WHERE id = ?7
            """, .text(user.id), .text(user.role.rawValue), Value(user.email),
            Value(user.emailConfirmedAt),
            Value(user.passwordHash), .text(user.appMetadata), .text(user.userMetadata),
            Value(user.lastSignInAt), Value(user.bannedUntil), Value(user.isAnonymous),
            Value(user.updatedAt), duplicate: .emailExists)
    }

    func insert(_ identity: IdentityRecord, duplicate: Problem) throws(Problem) {
        try insert(
            """
            INSERT INTO _apus_identities (id, user_id, provider, subject, data, email,
              last_sign_in_at, created_at, updated_at)
            VALUES (?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
            """, .text(identity.id), .text(identity.userID), .text(identity.provider),
            .text(identity.subject), .text(identity.data), Value(identity.email),
            Value(identity.lastSignInAt), Value(identity.createdAt), Value(identity.updatedAt),
            duplicate: duplicate)
    }

    func update(_ identity: IdentityRecord) throws(Problem) {
        try change(
            """
            UPDATE _apus_identities SET data = ?8, email = ?9, last_sign_in_at = ?10,
              updated_at = ?11
            WHERE id = ?7
            """, .text(identity.id), .text(identity.data), Value(identity.email),
            Value(identity.lastSignInAt), Value(identity.updatedAt))
    }
}

extension UserRecord {
    /// Nil when a value has a type that the STRICT table does not allow.
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
            isAnonymous: row[9].integer == 1, createdAt: createdAt, updatedAt: updatedAt)
    }
}

extension IdentityRecord {
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
