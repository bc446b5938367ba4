import Diagnostics
import PostgresWire
import Store
import Values

// Why the server, or the way to it, has failed, in the terms that all engines have in common.

extension DatabaseError {
    /// What the failure of a unit means to whoever reads. A write that is lost may have happened
    /// all the same.
    init(_ failure: UnitFailure) {
        self =
            switch failure {
            case .server(let error, step: _): DatabaseError(error)
            case .value(let fault): .unexpected("an argument is no value of its type: \(fault)")
            case .lost:
                .unreachable("The connection to the database was lost.", retryAfterSeconds: 1)
            case .timedOut: .timeout
            case .answerTooLarge(let bytesMax, isCommitted: _):
                .tooLarge("an answer of more than \(bytesMax) bytes")
            case .noMemory: .noMemory
            case .queueFull, .slowQueueFull: .busy
            case .unavailable(let why):
                .unreachable(
                    why.description, remedy: why.remedy,
                    retryAfterSeconds: why.retryAfterSeconds)
            case .stopped: .unreachable("The server is ending.", retryAfterSeconds: 1)
            }
    }

    /// What an error of the server means: by its code, else by the class of it. What statements of
    /// ours should never raise is for the log.
    init(_ error: ServerError) {
        let meaning = Self.meanings[error.sqlState] ?? Self.classes[error.sqlState.classText]
        self = meaning?(error) ?? .unexpected(error.cause)
    }

    private typealias Meaning = @Sendable (ServerError) -> DatabaseError

    private static let busy: Meaning = { _ in .busy }
    private static let unreachable: Meaning = { .unreachable($0.cause, retryAfterSeconds: 1) }

    /// Of class 22 what a statement of ours may come upon in a row. All else of it is a fault of
    /// what others have added to the database, a trigger or a default: its sentence quotes values
    /// that the caller may have no right to read.
    private static let meanings: [SQLState: Meaning] = [
        .numericValueOutOfRange: { _ in .invalidValue(.bigintOutOfRange) },
        .characterNotInRepertoire: { _ in .invalidValue(.nulByte) },
        .invalidEscapeSequence: { _ in .invalidValue(.unfinishedEscape) },
        .raiseException: { .invalidValue(.raised($0)) },
        .uniqueViolation: { .uniqueIndex($0.constraint ?? "") },
        .notNullViolation: { .notNull(table: $0.table ?? "", column: $0.column ?? "") },
        .checkViolation: { .check(name: $0.constraint ?? "") },
        .foreignKeyViolation: { _ in .foreignKey }, .restrictViolation: { _ in .foreignKey },
        .queryCanceled: { _ in .timeout },
        .readOnlyTransaction: { .readOnly($0.cause) },
        .serializationFailure: busy, .deadlockDetected: busy, .lockNotAvailable: busy,
        .diskFull: { .full($0.cause) },
        .programLimitExceeded: { .tooLarge($0.cause) },
        .statementTooComplex: { .tooDeep($0.cause) },
    ]

    private static let classes: [String: Meaning] = [
        "08": unreachable, "57": unreachable,
        "53": busy,
        "58": { .unavailable($0.cause) },
    ]
}

extension Problem {
    /// What a trigger says by RAISE EXCEPTION: its author has meant it for whoever wrote, and may
    /// quote the row in the details.
    fileprivate static func raised(_ error: ServerError) -> Problem {
        Problem(
            code: "\(error.sqlState)", status: 400, message: error.message,
            details: error.detail.map(Problem.Details.row), hint: error.hint)
    }
}

extension ServerError {
    /// For the log: the code, the sentence, and where in the statement.
    var cause: String {
        let place = position.map { ", at character \($0)" } ?? ""
        return "PostgreSQL \(sqlState): \(message)\(place)"
    }
}

extension Problem {
    /// What is told of a read that has failed.
    init(reading failure: UnitFailure) {
        switch failure {
        case .stopped: self = .closed
        case .queueFull(let shortage): self = .tooManyReads(shortage)
        case .slowQueueFull(let shortage): self = .tooManySlowQueries(shortage)
        case .server, .value, .lost, .timedOut, .answerTooLarge, .noMemory, .unavailable:
            self.init(DatabaseError(failure))
        }
    }
}
