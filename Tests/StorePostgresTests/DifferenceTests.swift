import PostgresTestSupport
import PostgresWire
import Store
import StorePostgres
import StorePostgresTestSupport
import Testing
import Values

/// Where PostgreSQL cannot answer as the embedded engine and memory do: all that is known, each
/// with its reason. What is not here is held to agree by the agreement tests.
@Suite(.needsPostgres) struct DifferenceTests {
    enum Answer: Equatable, Sendable {
        case value(Value)
        case refused(String)
    }

    struct Difference: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let expression: ValueExpression
        /// PostgreSQL's.
        let answer: Answer

        init(_ description: String, _ expression: ValueExpression, _ answer: Answer) {
            testDescription = description
            self.expression = expression
            self.answer = answer
        }
    }

    static let all: [Difference] = [
        // The others refuse a pattern as they read it (22025). PostgreSQL reads it as it compares,
        // and never comes to the end of one that does not fit before. Patterns of requests and
        // constants are read by us first: only one that a row holds gets there.
        Difference(
            "a pattern's lone backslash behind what does not fit", like("x", #"y\"#),
            .value(.integer(0))),
        Difference(
            "a pattern's lone backslash behind all of a text", like("x", #"x\"#),
            .value(.integer(0))),
        Difference(
            "a pattern's lone backslash that is met", like("xy", #"x\"#), .refused("22025")),
        // PostgreSQL has no such text. Ours is refused where it comes from outside (22021, 22P05).
        Difference(
            "a NUL in a text", .argument(.text("a\u{0}b"), .text), .refused("22021")),
        // SQLite keeps NaN as NULL. It is refused where it comes from outside (22003), and tables
        // of ours have a check.
        Difference("NaN", .isNull(.argument(.real(.nan), .real)), .value(.integer(0))),
        // What PostgreSQL's jsonb does not keep: the form of a number, the order of members. Our
        // canonical form is the same; only rows of an older version have another.
        Difference(
            "JSON that is not in canonical form",
            .argument(.text(#"{"bb":1e1, "a":-0}"#), .json),
            .value(.text(#"{"a":0,"bb":10}"#))),
    ]

    private static func like(_ text: String, _ pattern: String) -> ValueExpression {
        .like(
            .argument(.text(text), .text), pattern: .argument(.text(pattern), .text),
            ignoresCase: false)
    }

    @Test(arguments: all)
    func `what differs is known`(difference: Difference) throws {
        let database = try SampleDatabase()
        let sql = database.dialect.text(
            of: SelectStatement([.init(difference.expression)], from: []))
        let answer: Answer
        do {
            answer = .value(try database.rows(of: sql, as: sql.columns)[0][0])
        } catch let error as ServerError {
            answer = .refused(error.sqlState.text)
        }
        #expect(answer == difference.answer)
    }
}
