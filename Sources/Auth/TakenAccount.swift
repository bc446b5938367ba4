public import Diagnostics
public import Store

/// An account of another server that is taken over: with its id, to which rows refer, and without
/// a password, since no other server's hashes are verified here.
public struct TakenAccount: Sendable {
    let user: UserRecord

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
    /// - Returns: how many were added.
    public static func add(
        _ accounts: [TakenAccount], to database: any Database
    ) throws(Problem) -> Int {
        try AuthService.prepareTables(in: database)
        var added = 0
        var rest = accounts[...]
        while !rest.isEmpty {
            let some = Array(rest.prefix(turnMax))
            rest = rest.dropFirst(some.count)
            added += try database.writeAndWait { (transaction) throws(Problem) in
                var count = 0
                for account in some where try account.add(to: transaction) { count += 1 }
                return count
            }
        }
        return added
    }

    /// Accounts that are added in one transaction.
    private static let turnMax = 500

    private func add(to transaction: any WriteTransaction) throws(Problem) -> Bool {
        if try transaction.account(id: user.id) != nil { return false }
        if let email = user.email, try transaction.account(email: email) != nil { return false }
        var identities: [IdentityRecord] = []
        if let email = user.email {
            identities.append(try IdentityRecord.email(email, of: user, data: nil))
        }
        try transaction.insert(Account(user: user, identities: identities))
        return true
    }
}
