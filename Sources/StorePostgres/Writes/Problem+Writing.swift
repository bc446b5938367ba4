import Diagnostics
import PostgresWire
import Store

extension Problem {
    /// Whoever asked is gone before the write began.
    static let withdrawnWrite = Problem(
        code: "57014", status: 500, message: "canceling statement due to user request")

    /// What is told of a write that has failed and of which nothing better is known.
    init(writing failure: UnitFailure) {
        switch failure {
        case .server(let error, step: _): self.init(error)
        case .value(let fault):
            self.init(
                code: "XX000", status: 500, message: "The database reported an internal error.",
                cause: "a value that PostgreSQL has no form for: \(fault)")
        case .lost(mayHaveRun: true):
            self.init(
                code: "08007", status: 503,
                message: "The connection to the database was lost: "
                    + "the write may have been made, or not.",
                hint: "Look whether it was before you send it again.")
        case .lost(mayHaveRun: false):
            self.init(
                code: "08006", status: 503, message: "The connection to the database was lost.",
                hint: "Nothing was written; try again in a moment.")
        case .timedOut: self.init(DatabaseError.timeout)
        case .answerTooLarge(let bytesMax, let isCommitted):
            self.init(.tooLarge("an answer of more than \(bytesMax) bytes"))
            if isCommitted { message = "The write was made, but its answer is too large." }
        case .queueFull:
            self.init(
                code: "53400", status: 503, message: "Too many writes are waiting.",
                hint: "Try again in a moment.")
        case .unavailable(let unavailability):
            self.init(.unavailable("\(unavailability)"))
            retryAfterSeconds = unavailability.retryAfterSeconds
        case .stopped:
            self.init(
                code: "57P03", status: 503, message: "The database is closed.",
                hint: "The server is shutting down; try again in a moment.")
        }
    }

    /// What is told of an error of the server's: its code where it is the request's fault, and
    /// never what it quotes of rows.
    private init(_ error: ServerError) {
        let state = error.sqlState.text
        let cause = "PostgreSQL \(state): \(error.message)"
        switch (error.sqlState.classText, state) {
        case (_, "25006"): self.init(.readOnly(cause))
        case (_, "53100"): self.init(.full(cause))
        case (_, "57014"): self.init(DatabaseError.timeout)
        case (_, "40001"), (_, "40P01"), (_, "55P03"): self.init(DatabaseError.busy)
        case (_, "54001"): self.init(.tooDeep(cause))
        case ("08", _), ("53", _), ("57", _), ("58", _): self.init(.unavailable(cause))
        case ("22", _):
            self.init(code: state, status: 400, message: error.message, cause: cause)
        case (_, "23503"): self.init(DatabaseError.foreignKey)
        case (_, "23505"): self = .unique(error.constraint ?? "", key: nil)
        case (_, "23514"): self = .check(error.constraint ?? "", table: error.table)
        case (_, "23502"): self = .notNull(error.column ?? "", table: error.table ?? "")
        case ("23", _):
            self.init(
                code: state, status: 409, message: "A constraint of the database is violated.",
                cause: cause)
        default:
            self.init(
                code: "XX000", status: 500, message: "The database reported an internal error.",
                cause: cause)
        }
    }
}
