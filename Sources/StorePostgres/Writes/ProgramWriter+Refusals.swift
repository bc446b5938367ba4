import PostgresWire
import Store

// A program judges its rows before it writes any, and refuses all of them by an error, so that
// nothing of its statement is left.

extension ProgramWriter {
    /// A call that refuses the program.
    mutating func append(_ refusal: ProgramRefusal, _ number: String = "0") {
        append(call(ProgramRefusal.state, refusal.rawValue, number))
    }

    /// A call that has the program run again.
    mutating func appendAgain() { append(call(ProgramRefusal.again.text, "again", "0")) }

    private func call(_ state: String, _ message: String, _ number: String) -> String {
        "\(dialect.call(.refuse))'\(state)', '\(message)', \(number))"
    }

    /// The expression that refuses the program, or has one row. It goes through `refusals` in their
    /// order. Nothing is written before, since every write asks ``appendPassed()``.
    mutating func expression(judging refusals: [Part]) {
        expression(Name.judged) { writer in
            writer.append("SELECT coalesce(")
            for refusal in refusals {
                writer.append("(")
                refusal(&writer)
                writer.append("), ")
            }
            writer.append("true) AS \(Name.passed)")
        }
    }

    /// Whether nothing was refused: judged once, before the first row is looked at.
    mutating func appendPassed() { append("(SELECT \(Name.passed) FROM \(Name.judged))") }

    /// Refuses the first row, by its place, that has a failure.
    ///
    /// - Parameter source: writes the rows with their failures, behind `FROM`.
    mutating func append(_ refusal: ProgramRefusal, ofFirstIn source: Part) {
        append("SELECT ")
        append(refusal, Name.failure)
        append(" FROM (SELECT \(Name.failure) FROM ")
        source(&self)
        append(" WHERE \(Name.failure) IS NOT NULL ORDER BY \(Name.place) LIMIT 1)")
        append(" AS \(Name.subquery)")
    }

    /// Refuses the first row that fails a check.
    mutating func append(
        firstFailureOf checks: [ValueExpression], in rows: String, as alias: String
    ) {
        append(.check) { writer in
            writer.append("(SELECT ")
            writer.append(failureOf: checks.enumerated().map { ($0, $1) })
            writer.append(" AS \(Name.failure), \(Name.place) FROM \(rows) AS ")
            writer.append(identifier: alias)
            writer.append(") AS \(Name.subquery)")
        }
    }
}
