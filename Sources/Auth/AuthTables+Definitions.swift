import Store
import Values

// The tables as the steps make them. Times are microseconds since 1970, ends of tokens seconds.

extension AuthTables {
    /// Which steps were taken, and when.
    static let stepsTaken = TableDefinition(
        "_apus_auth_steps", [.needed("step", .integer), .needed("applied_at", .integer)],
        key: ["step"])

    static let users = TableDefinition(
        "_apus_users",
        [
            .needed("id", .text), .needed("role", .text), .optional("email", .text),
            .optional("email_confirmed_at", .integer), .optional("password_hash", .text),
            .needed("app_metadata", .text), .needed("user_metadata", .text),
            .optional("last_sign_in_at", .integer), .optional("banned_until", .integer),
            .needed("is_anonymous", .boolean), .needed("created_at", .integer),
            .needed("updated_at", .integer),
        ], key: ["id"], indexes: [.unique("_apus_users_email", ["email"])])

    static let identities = TableDefinition(
        "_apus_identities",
        [
            .needed("id", .text), .needed("user_id", .text), .needed("provider", .text),
            .needed("subject", .text), .needed("data", .text), .optional("email", .text),
            .optional("last_sign_in_at", .integer), .needed("created_at", .integer),
            .needed("updated_at", .integer),
        ], key: ["id"], owner: ("user_id", users),
        indexes: [
            .unique("_apus_identities_subject", ["provider", "subject"]),
            .plain("_apus_identities_user", ["user_id"]),
        ])

    static let sessions = TableDefinition(
        "_apus_sessions",
        [
            .needed("id", .text), .needed("user_id", .text), .needed("created_at", .integer),
            .needed("refreshed_at", .integer), .needed("token_expires_at", .integer),
            .needed("aal", .text), .optional("user_agent", .text), .optional("address", .text),
            .needed("refresh_salt", .bytes), .needed("refresh_counter", .integer),
        ], key: ["id"], owner: ("user_id", users),
        indexes: [.plain("_apus_sessions_user", ["user_id"])])

    /// How the user of a session has proved who they are.
    static let sessionMethods = TableDefinition(
        "_apus_session_amr",
        [.needed("session_id", .text), .needed("method", .text), .needed("at", .integer)],
        key: ["session_id", "method"], owner: ("session_id", sessions))

    /// Sessions signed out whose tokens had not all expired then.
    static let revokedSessions = TableDefinition(
        "_apus_revoked_sessions", [.needed("id", .text), .needed("expires_at", .integer)],
        key: ["id"], indexes: [.plain("_apus_revoked_sessions_expiry", ["expires_at"])])

    /// One row: up to which expiry signed-out sessions were forgotten.
    static let forgottenSessions = TableDefinition(
        "_apus_forgotten_sessions",
        [
            .needed("id", .integer, [.oneOf([.integer(1)])]),
            .needed("expires_at", .integer),
        ], key: ["id"])

    /// A user's sessions from the one that was refreshed longest ago, a part at a time.
    static let sessionsByRefresh = IndexChange(
        "_apus_sessions_user", of: sessions,
        .plain("_apus_sessions_user_refreshed", ["user_id", "refreshed_at", "id"]))

    /// Sessions signed out from the first whose tokens expire, a part at a time.
    static let revokedSessionsByExpiry = IndexChange(
        "_apus_revoked_sessions_expiry", of: revokedSessions,
        .plain("_apus_revoked_sessions_expires", ["expires_at", "id"]))
}

/// An index that takes the place of another one.
struct IndexChange: Sendable {
    let old: String
    let table: TableDefinition
    let new: TableDefinition.Index

    fileprivate init(_ old: String, of table: TableDefinition, _ new: IndexDraft) {
        self.old = old
        self.table = table
        self.new = new.index(places: table.places(of: new.columns))
    }
}

/// A column of a table to be.
private struct ColumnDraft {
    let name: String
    let type: ColumnType
    let isNullable: Bool
    let conditions: [TableDefinition.Condition]

    static func needed(
        _ name: String, _ type: ColumnType, _ conditions: [TableDefinition.Condition] = []
    ) -> ColumnDraft {
        ColumnDraft(name: name, type: type, isNullable: false, conditions: conditions)
    }

    static func optional(_ name: String, _ type: ColumnType) -> ColumnDraft {
        ColumnDraft(name: name, type: type, isNullable: true, conditions: [])
    }
}

/// An index of a table to be.
private struct IndexDraft {
    let name: String
    let columns: [String]
    let isUnique: Bool

    static func plain(_ name: String, _ columns: [String]) -> IndexDraft {
        IndexDraft(name: name, columns: columns, isUnique: false)
    }

    static func unique(_ name: String, _ columns: [String]) -> IndexDraft {
        IndexDraft(name: name, columns: columns, isUnique: true)
    }

    func index(places: [Int]) -> TableDefinition.Index {
        TableDefinition.Index(
            name, on: places.map { TableDefinition.Index.Part($0) }, isUnique: isUnique)
    }
}

extension TableDefinition {
    /// A table whose constraints are called after their columns.
    ///
    /// - Parameter owner: the column that refers to another table's key; a row goes with the row
    ///   that it refers to.
    fileprivate init(
        _ name: String, _ columns: [ColumnDraft], key: [String],
        owner: (column: String, table: TableDefinition)? = nil, indexes: [IndexDraft] = []
    ) {
        let places = { (names: [String]) in
            names.compactMap { name in columns.firstIndex { $0.name == name } }
        }
        self.init(
            name,
            columns.map { column in
                Column(
                    column.name, DeclaredType(column.type), isNullable: column.isNullable,
                    conditions: column.conditions, checkName: "\(name)_\(column.name)_check")
            },
            primaryKey: Table.Key("\(name)_pkey", places(key)),
            references: owner.map { owner in
                [
                    Reference(
                        "\(name)_\(owner.column)_fkey", places([owner.column]),
                        to: owner.table.name,
                        owner.table.primaryKey.columns.map { owner.table.columns[$0].name },
                        onDelete: .cascade)
                ]
            } ?? [],
            indexes: indexes.map { $0.index(places: places($0.columns)) })
    }

    fileprivate func places(of names: [String]) -> [Int] {
        names.compactMap { name in columns.firstIndex { $0.name == name } }
    }
}
