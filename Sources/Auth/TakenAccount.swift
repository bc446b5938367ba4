public import Diagnostics
public import Store

/// An account of another server that is taken over: with its id, to which rows refer, and without
/// a password, since no other server's hashes are verified here.
public struct TakenAccount: Sendable {
    let user: UserRecord

    /// Its id.
    public var id: String { user.id }

    /// Its address as addresses are compared; nil where it has none.
    public var email: String? { user.email }

    /// What became of accounts that were to be added.
    public struct Added: Sendable {
        /// How many were added.
        public var count = 0
        /// Ids of those that were there already.
        public var known: [String] = []
        /// Those whose address belongs to another account, and are left out.
        public var refused: [(id: String, email: String)] = []

        /// None yet.
        public init() {}
    }

    /// An account with an id of its own.
    ///
    /// - Parameters:
    ///   - appMetadata: A JSON object.
    ///   - userMetadata: Another one.
    /// - Throws: what is wrong with the address.
    public init(
        id: String, email: String?, emailConfirmedAt: Instant?, appMetadata: String,
        userMetadata: String, isAnonymous: Bool, lastSignInAt: Instant?, bannedUntil: Instant?,
        createdAt: Instant
    ) throws(Problem) {
        var user = UserRecord(id: id, createdAt: createdAt, updatedAt: createdAt)
        user.email = try email.map { (email) throws(Problem) in try EmailAddress.normalise(email) }
        user.emailConfirmedAt = email == nil ? nil : emailConfirmedAt
        user.appMetadata = try Metadata.canonical(Array(appMetadata.utf8))
        user.userMetadata = try Metadata.canonical(Array(userMetadata.utf8))
        try Metadata.check(user.userMetadata)
        user.isAnonymous = isAnonymous
        user.lastSignInAt = lastSignInAt
        user.bannedUntil = bannedUntil
        self.user = user
    }

    /// Adds accounts to a database. One whose id or address is there already is left as it is.
    /// Blocks until they are durable.
    ///
    /// - Returns: which were added, and which were not.
    public static func add(
        _ accounts: [TakenAccount], to database: any Database
    ) throws(Problem) -> Added {
        try AuthService.prepareTables(in: database)
        var added = Added()
        var rest = accounts[...]
        while !rest.isEmpty {
            let some = Array(rest.prefix(turnMax))
            rest = rest.dropFirst(some.count)
            let before = added
            added = try database.writeAndWait { (transaction) throws(Problem) in
                var added = before
                for account in some { try account.add(to: transaction, &added) }
                return added
            }
        }
        return added
    }

    /// Accounts that are added in one transaction.
    private static let turnMax = 500

    private func add(
        to transaction: any WriteTransaction, _ added: inout Added
    ) throws(Problem) {
        if try transaction.account(id: user.id) != nil { return added.known.append(user.id) }
        if let email = user.email, try transaction.account(email: email) != nil {
            return added.refused.append((user.id, email))
        }
        var identities: [IdentityRecord] = []
        if let email = user.email {
            identities.append(try IdentityRecord.email(email, of: user, data: nil))
        }
        try transaction.insert(Account(user: user, identities: identities))
        added.count += 1
    }
}
