import Diagnostics
import PostgresWire
import Store

extension Problem {
    /// What is told of a write that has failed and of which nothing better is known.
    init(writing failure: UnitFailure) {
        switch failure {
        case .server(let error, step: _): self.init(writing: error)
        case .lost(mayHaveRun: true): self = .unknownOutcome
        case .answerTooLarge(_, isCommitted: true), .noMemory(isCommitted: true):
            // Not as what would be sent again.
            self.init(.tooLarge("\(failure)"))
            message = "The write was made, but its answer is too large."
        case .queueFull(let shortage): self = .tooManyWrites(shortage)
        case .slowQueueFull(let shortage): self = .tooManySlowQueries(shortage)
        case .stopped: self = .closed
        case .value, .lost, .timedOut, .answerTooLarge, .noMemory, .unavailable:
            self.init(DatabaseError(failure))
        }
    }

    /// What others have added to the database, a constraint or an index, is named; what the server
    /// quotes of rows is not told.
    private init(writing error: ServerError) {
        let known = DatabaseError(error)
        if case .tooLarge(let cause) = known {
            self = .rowTooLarge(cause)
        } else if case .unexpected(let cause) = known, error.sqlState.classText == "23" {
            self = .foreignConstraint(error.constraint ?? "", error.sqlState, cause)
        } else {
            self.init(known)
        }
    }

    /// The rows have been written, and are not as their model says: somebody has altered the table.
    static func unreadable(_ fault: DatabaseError) -> Problem {
        var problem = Problem(fault)
        problem.message = "The write was made, but its answer cannot be read."
        return problem
    }

    private static let unknownOutcome = Problem(
        code: "08007", status: 503,
        message: "The database has not told how the write ended: it may have been made, or not.",
        hint: "Look whether it was before you send it again.")

    private static func foreignConstraint(
        _ name: String, _ state: SQLState, _ cause: String
    ) -> Problem {
        Problem(
            code: state.text, status: 409,
            message: "The constraint \"\(name)\" of the database is violated.", cause: cause)
    }

    /// The server keeps a row on a page, and a key on a third of one.
    private static func rowTooLarge(_ cause: String) -> Problem {
        Problem(
            code: "54000", status: 413,
            message: "A row, or a key of it, is larger than the database takes.", cause: cause)
    }
}
