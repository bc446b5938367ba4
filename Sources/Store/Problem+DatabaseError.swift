public import Diagnostics

/// Runs what asks the database, and words its errors as ``Diagnostics/Problem`` does: for layers
/// that know nothing more of them.
@inlinable
public func worded<R>(_ work: () throws(DatabaseError) -> R) throws(Problem) -> R {
    do throws(DatabaseError) {
        return try work()
    } catch {
        throw Problem(error)
    }
}

extension Problem {
    /// The general wording of a database error (rest.md §18.4, §18.5). Layers that know the
    /// catalogue word constraint violations better.
    public init(_ error: DatabaseError) {
        switch error {
        case .timeout: self = .statementTimeout
        case .busy: self = .busy
        case .readOnly(let cause):
            self.init(
                code: "25006", status: 503, message: "The database cannot be written.", cause: cause
            )
        case .full(let cause):
            self.init(
                code: "53100", status: 503, message: "The disk is full: nothing was written.",
                cause: cause)
        case .unavailable(let cause):
            self.init(
                code: "58030", status: 503, message: "The database is not available.", cause: cause)
        case .unreachable(let cause, let remedy, let seconds):
            self = .unreachable(cause, remedy, seconds)
        case .invalidValue(let problem): self = problem
        case .tooLarge(let cause):
            self.init(
                code: "54000", status: 413, message: "The answer is too large.",
                hint: "Ask for fewer rows or columns at a time.", cause: cause)
        case .noMemory: self = .noMemory
        case .unique(let table, let columns): self = .unique(on: columns, of: table)
        case .uniqueIndex(let name): self = .unique(name, key: nil)
        case .notNull(let table, let column): self = .notNull(column, table: table)
        case .check(let name): self = .check(name, table: nil)
        case .foreignKey: self = .foreignKey
        case .sequenceExhausted(let name, let maximum):
            self.init(
                code: "2200H", status: 400,
                message: "nextval: reached maximum value of sequence \"\(name)\" (\(maximum))")
        case .stillReferenced(let deletion, let table, let others):
            self = .dependents(deletion, of: table, others)
        case .tooDeep(let cause): self = .tooDeep(cause)
        case .other(let code, let message, let line): self = .other(code, message, line)
        case .unexpected(let cause): self = .unexpected(cause)
        }
    }

    private static let busy = Problem(
        code: "55P03", status: 503, message: "The database is busy.",
        hint: "Try again in a moment.", retryAfterSeconds: 1)

    private static func unreachable(
        _ cause: String, _ remedy: String?, _ retryAfterSeconds: Int64
    ) -> Problem {
        var problem = Problem(
            code: "08006", status: 503, message: "The database cannot be reached.",
            hint: "Try again in a moment.", cause: cause, retryAfterSeconds: retryAfterSeconds)
        problem.remedy = remedy
        return problem
    }

    private static func tooDeep(_ cause: String) -> Problem {
        Problem(
            code: "54001", status: 400, message: "The request is nested too deeply.",
            hint: "Ask for fewer levels of embeds or of and/or.", cause: cause)
    }

    private static func other(_ code: String, _ message: String, _ line: Int?) -> Problem {
        let place = line.map { "line \($0): " } ?? ""
        return unexpected("\(code): \(place)\(message)")
    }

    private static func unexpected(_ cause: String) -> Problem {
        Problem(
            code: "XX000", status: 500, message: "The database reported an internal error.",
            cause: cause)
    }

    private static var statementTimeout: Problem {
        var problem = Problem(
            code: "57014", status: 500, message: "canceling statement due to statement timeout",
            hint: "Ask for less at a time, or declare an index for what is filtered and ordered. "
                + "The bound is the setting rest.statement_timeout_ms.")
        problem.policy = "rest.statement_timeout_ms"
        return problem
    }

    private static func dependents(
        _ deletion: ImpliedDeletion, of table: String, _ others: [String]
    ) -> Problem {
        let what = deletion == .drop ? "drop table" : "replace rows of table"
        return Problem(
            code: "2BP01", status: 400,
            message: "cannot \(what) \(table) because other objects depend on it",
            details: others.map { "Table \($0) depends on table \(table)." }
                .joined(separator: "\n"))
    }
}
