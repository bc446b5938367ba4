import Expressions
import Schema
import StorePostgres

/// What the server computes for columns, as PostgreSQL says it.
enum ComputedColumn {
    /// By what models say, without blanks.
    private static let texts = [
        "now()": "now()", "gen_random_uuid()": "gen_random_uuid()",
        "uuidv7()": PolicyDialect.uuidv7, "auth.uid()": "auth.uid()",
        "auth.role()": "auth.role()", "auth.email()": "auth.email()", "auth.jwt()": "auth.jwt()",
    ]

    /// The text of an expression; nil for all but the usual ones.
    static func text(of source: ExpressionSource) -> String? {
        texts[source.text.filter { !$0.isWhitespace }.lowercased()]
    }
}
