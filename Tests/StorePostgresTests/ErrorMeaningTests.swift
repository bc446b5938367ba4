import Diagnostics
import Quotas
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

    @Test func `who is refused since too many wait is told whose they are`() {
        let reads = [ShareShortage.ofShare, .ofSite, .inAll].map {
            Problem(reading: .queueFull($0)).message
        }
        #expect(
            reads == [
                "Too many of your reads are waiting.",
                "Too many reads from your address are waiting.", "Too many reads are waiting.",
            ])
        #expect(
            Problem(writing: .queueFull(.ofSite)).message
                == "Too many writes from your address are waiting.")
        #expect(
            Problem(writing: .slowQueueFull(.ofSite)).message
                == "Too many slow queries from your address are waiting.")
    }
}
