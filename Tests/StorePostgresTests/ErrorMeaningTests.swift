import Store
import Testing

@testable import StorePostgres

/// What an error of the server's means to whoever runs statements.
@Suite struct ErrorMeaningTests {
    private static let meanings: [(code: String, fields: [(String, String)], DatabaseError)] = [
        ("23505", [("t", "users"), ("n", "users_email_key")], .uniqueIndex("users_email_key")),
        ("23502", [("t", "users"), ("c", "email")], .notNull(table: "users", column: "email")),
        ("23503", [("t", "users"), ("n", "users_team_fkey")], .foreignKey),
        ("23514", [("t", "users"), ("n", "small")], .check(name: "small")),
        ("57014", [], .timeout),
    ]

    @Test(arguments: meanings)
    func `an error means the same as another engine's`(
        code: String, fields: [(String, String)], meaning: DatabaseError
    ) {
        #expect(DatabaseError(serverError(code, fields: fields)) == meaning)
    }
}
