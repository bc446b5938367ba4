import Diagnostics
import Store
import StoreSQLite
import Values

/// The tables of this room and how they came to be: each step runs once, in order, and is never
/// edited after it has been released.
enum AuthTables {
    static let steps: [String] = [
        """
        CREATE TABLE _apus_users (
          id TEXT PRIMARY KEY,
          role TEXT NOT NULL,
          email TEXT,
          email_confirmed_at INTEGER,
          password_hash TEXT,
          app_metadata TEXT NOT NULL,
          user_metadata TEXT NOT NULL,
          last_sign_in_at INTEGER,
          banned_until INTEGER,
          is_anonymous INTEGER NOT NULL,
          created_at INTEGER NOT NULL,
          updated_at INTEGER NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX _apus_users_email ON _apus_users (email);
        CREATE TABLE _apus_identities (
          id TEXT PRIMARY KEY,
          user_id TEXT NOT NULL REFERENCES _apus_users (id) ON DELETE CASCADE,
          provider TEXT NOT NULL,
          subject TEXT NOT NULL,
          data TEXT NOT NULL,
          email TEXT,
          last_sign_in_at INTEGER,
          created_at INTEGER NOT NULL,
          updated_at INTEGER NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX _apus_identities_subject ON _apus_identities (provider, subject);
        CREATE INDEX _apus_identities_user ON _apus_identities (user_id);
        CREATE TABLE _apus_sessions (
          id TEXT PRIMARY KEY,
          user_id TEXT NOT NULL REFERENCES _apus_users (id) ON DELETE CASCADE,
          created_at INTEGER NOT NULL,
          refreshed_at INTEGER NOT NULL,
          token_expires_at INTEGER NOT NULL,
          aal TEXT NOT NULL,
          user_agent TEXT,
          address TEXT,
          refresh_salt BLOB NOT NULL,
          refresh_counter INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX _apus_sessions_user ON _apus_sessions (user_id);
        CREATE TABLE _apus_session_amr (
          session_id TEXT NOT NULL REFERENCES _apus_sessions (id) ON DELETE CASCADE,
          method TEXT NOT NULL,
          at INTEGER NOT NULL,
          PRIMARY KEY (session_id, method)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE _apus_revoked_sessions (
          id TEXT PRIMARY KEY,
          expires_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX _apus_revoked_sessions_expiry ON _apus_revoked_sessions (expires_at);
        """,
        """
        CREATE TABLE _apus_forgotten_sessions (
          id INTEGER PRIMARY KEY CHECK (id = 1),
          expires_at INTEGER NOT NULL
        ) STRICT;
        INSERT INTO _apus_forgotten_sessions VALUES (1, 0);
        """,
    ]

    /// Brings the tables to the last step, all at once or not at all, and reads the sessions that
    /// are revoked. Blocks until it is durable: for start-up.
    static func prepare(
        _ database: SQLiteDatabase, now: Instant
    ) throws(Problem) -> RevokedSessions {
        try database.writeAndWait { transaction throws(Problem) in
            try transaction.script(
                """
                CREATE TABLE IF NOT EXISTS _apus_auth_steps (
                  step INTEGER PRIMARY KEY,
                  applied_at INTEGER NOT NULL
                ) STRICT
                """)
            let done = try transaction.rows(
                "SELECT coalesce(max(step), 0) FROM _apus_auth_steps", columns: 1)
            let applied = Int(done.first?[0].integer ?? 0)
            guard applied <= steps.count else {
                throw Problem(
                    code: "newer_database", status: 500,
                    message: "The sign-in tables were made by a newer version of Apus.",
                    hint: "Start that version: no other can read what it has written.")
            }
            for step in applied..<steps.count {
                try transaction.script(steps[step])
                try transaction.change(
                    "INSERT INTO _apus_auth_steps VALUES (?7, ?8)",
                    .integer(Int64(step + 1)), .integer(now.microseconds))
            }
            return try transaction.revokedSessions()
        }
    }
}
