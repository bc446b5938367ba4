import Bytes
import Diagnostics
import HTTP
import PostgresTestSupport
import Quotas
import Store
import StoreSQLite
import Testing
import Values

@testable import Auth

/// The tables: as earlier versions have made them, and as they are made now.
@Suite(.fewAtOnce) struct AuthTablesTests {
    /// What the first release that had a step ran for it.
    static let released = [
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
        """
        DROP INDEX "_apus_sessions_user";
        CREATE INDEX "_apus_sessions_user_refreshed" ON "_apus_sessions" \
        ("user_id", "refreshed_at", "id");
        DROP INDEX "_apus_revoked_sessions_expiry";
        CREATE INDEX "_apus_revoked_sessions_expires" ON "_apus_revoked_sessions" \
        ("expires_at", "id");
        """,
    ]

    /// A user whose password is `secret-1`, and a session signed out.
    static let rows = """
        INSERT INTO _apus_users VALUES ('01234567-89ab-4cde-8f01-23456789abcd', 'authenticated',
          'ada@example.org', 1, NULL, '{}', '{"name":"Ada"}', NULL, NULL, 0, 1, 1);
        INSERT INTO _apus_identities VALUES ('i', '01234567-89ab-4cde-8f01-23456789abcd', 'email',
          '01234567-89ab-4cde-8f01-23456789abcd', '{}', 'ada@example.org', NULL, 1, 1);
        INSERT INTO _apus_revoked_sessions VALUES ('gone', 1900000000);
        """

    /// The database that a version with so many steps has left.
    private static func make(steps: Int, in database: SQLiteDatabase) throws {
        try database.writeAndWait { (transaction: SQLiteTransaction) throws(Problem) in
            try worded { () throws(DatabaseError) in
                try transaction.executeScript(
                    """
                    CREATE TABLE IF NOT EXISTS _apus_auth_steps (
                      step INTEGER PRIMARY KEY,
                      applied_at INTEGER NOT NULL
                    ) STRICT
                    """)
                for step in released.prefix(steps).indices {
                    try transaction.executeScript(released[step])
                    try transaction.run(
                        "INSERT INTO _apus_auth_steps VALUES (\(Int64(step + 1)), \(Int64(7)))")
                }
                if steps > 0 { try transaction.executeScript(rows) }
            }
        }
    }

    /// The tables and indexes of this room, by name.
    private func schema(of database: any Database) async throws -> [String: Value] {
        try await database.read { source throws(Problem) in
            try source.select(
                """
                SELECT name, sql FROM sqlite_schema
                WHERE name LIKE '\\_apus\\_%' ESCAPE '\\' AND name <> '_apus_meta'
                  AND name NOT LIKE '%change%' AND name NOT LIKE '%sequence%'
                """, as: [.text, .text])
        }.reduce(into: [:]) { $0[$1[0].text ?? ""] = $1[1] }
    }

    @Test(arguments: 1...released.count)
    func `tables of an earlier version stay as they are and serve their accounts`(
        steps: Int
    ) async throws {
        let fixture = try Fixture.onSQLite(before: { try Self.make(steps: steps, in: $0) })
        let schema = try await schema(of: fixture.database)
        let texts = Self.released.prefix(steps).joined()
        for (name, sql) in schema where texts.contains(" \(name) ") {
            #expect(texts.contains(sql.text ?? "–"), "\(name)")
        }
        #expect(schema.count { texts.contains(" \($0.key) ") } >= 8)
        #expect(schema.keys.contains("_apus_sessions_user_refreshed"))
        #expect(!schema.keys.contains("_apus_sessions_user"))
        #expect(fixture.service.signOuts(behind: 0).count == 1)
        let hash = try await fixture.service.hasher.hash(Array("secret-1".utf8), for: .server)
        try await fixture.change("UPDATE _apus_users SET password_hash = \(hash)")

        #expect(await fixture.signUp().code == "user_already_exists")
        let reply = await fixture.signIn()
        #expect(reply.user?["user_metadata"]?["name"]?.string == "Ada")
        #expect(await fixture.user(reply.accessToken).status == 200)
        #expect(await fixture.refresh(reply.refreshToken).status == 200)
        #expect(await fixture.call(.post, "/logout", token: reply.accessToken).status == 204)
        #expect(
            try await fixture.count("SELECT count(*) FROM _apus_auth_steps")
                == Int64(AuthTables.steps.count))
    }

    @Test func `tables made now have the names, columns and indexes of those made before`()
        async throws
    {
        let before = try Fixture.onSQLite(before: {
            try Self.make(steps: Self.released.count, in: $0)
        })
        let now = try Fixture.onSQLite()
        let released = try await schema(of: before.database)
        let made = try await schema(of: now.database)
        #expect(Set(made.keys) == Set(released.keys))
        for name in made.keys {
            let columns: SQL = "SELECT name, type FROM pragma_table_xinfo(\(name)) ORDER BY cid"
            let types: [ColumnType] = [.text, .text]
            let one = try await before.database.read { source throws(Problem) in
                try source.select(columns, as: types)
            }
            let other = try await now.database.read { source throws(Problem) in
                try source.select(columns, as: types)
            }
            #expect(one == other, "\(name)")
        }
    }

    @Test func `tables of a newer version are left alone`() async throws {
        let newer = try Fixture()
        let step = Int64(AuthTables.steps.count + 1)
        try await newer.change(
            "INSERT INTO _apus_auth_steps (step, applied_at) VALUES (\(step), 1)")
        #expect(throws: Problem.self) {
            try AuthService(
                database: newer.database, settings: AuthSettings(), secrets: newer.secrets)
        }
    }

    @Test func `a user's identities, sessions and methods go with them`() async throws {
        let fixture = try Fixture()
        _ = await fixture.signUp()
        try await fixture.change("DELETE FROM _apus_users")
        for table in ["_apus_identities", "_apus_sessions", "_apus_session_amr"] {
            var query: SQL = "SELECT count(*) FROM "
            query.append(identifier: table)
            #expect(try await fixture.count(query) == 0, "\(table)")
        }
    }
}
