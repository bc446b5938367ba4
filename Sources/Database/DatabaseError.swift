public import Diagnostics

/// Why a statement or a commit failed.
public enum DatabaseError: Error, Hashable, Sendable {
    /// An inline read used up its instructions: run it again on the slow lane.
    case overBudget
    /// The statement's time is over.
    case timeout
    /// Somebody else holds the file locked.
    case busy
    /// The database or this connection cannot be written.
    case readOnly(String)
    /// The disk or the file's page limit is full.
    case full(String)
    /// The file cannot be opened, read or trusted: input/output errors, corruption, no memory,
    /// closed.
    case unavailable(String)
    /// A unique constraint or primary key. An index over expressions is named in `columns` alone.
    case unique(table: String, columns: [String])
    /// A NOT NULL constraint.
    case notNull(table: String, column: String)
    /// A CHECK constraint, by name, or by its text when it has none.
    case check(name: String)
    /// A foreign key; SQLite does not say which. See `WriteTransaction.foreignKeyViolations`.
    case foreignKey
    /// An identity sequence has given its greatest number.
    case sequenceExhausted(name: String, maximum: Int64)
    /// Rows that a script would delete without saying so, while other tables refer to theirs.
    case stillReferenced(ImpliedDeletion, table: String, by: [String])
    /// An answer, or the changes of one write, are more than is kept in memory.
    case tooLarge(String)
    /// Anything else: SQLite's extended result code and its message (for the log).
    case other(code: Int32, message: String)
}

/// How a statement deletes rows without being a DELETE.
public enum ImpliedDeletion: Hashable, Sendable {
    /// DROP TABLE: all of them.
    case drop
    /// REPLACE, INSERT OR REPLACE, UPDATE OR REPLACE: those with the same key as a new one.
    case replace
}

extension Problem {
    /// The general wording of a database error (rest.md §18.4, §18.5). Layers that know the
    /// catalogue word constraint violations better.
    public init(_ error: DatabaseError) {
        switch error {
        case .overBudget, .timeout:
            self.init(
                code: "57014", status: 500, message: "canceling statement due to statement timeout")
        case .busy:
            self.init(
                code: "55P03", status: 503, message: "The database is busy.",
                hint: "Try again in a moment.")
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
        case .tooLarge(let cause):
            self.init(
                code: "54000", status: 413, message: "The answer is too large.",
                hint: "Ask for fewer rows or columns at a time.", cause: cause)
        case .unique, .notNull, .check, .foreignKey:
            self.init(constraint: error)
        case .sequenceExhausted(let name, let maximum):
            self.init(
                code: "2200H", status: 400,
                message: "nextval: reached maximum value of sequence \"\(name)\" (\(maximum))")
        case .stillReferenced(let deletion, let table, let others):
            let what = deletion == .drop ? "drop table" : "replace rows of table"
            self.init(
                code: "2BP01", status: 400,
                message: "cannot \(what) \(table) because other objects depend on it",
                details: others.map { "Table \($0) depends on table \(table)." }
                    .joined(separator: "\n"))
        case .other(let code, let message):
            self.init(
                code: "XX000", status: 500, message: "The database reported an internal error.",
                cause: "SQLite \(code): \(message)")
        }
    }

    private init(constraint error: DatabaseError) {
        switch error {
        case .unique(let table, let columns):
            self.init(
                code: "23505", status: 409,
                message: "duplicate key value violates a unique constraint of \"\(table)\"",
                details: "Key (\(columns.joined(separator: ", "))) already exists.")
        case .notNull(let table, let column):
            self.init(
                code: "23502", status: 400,
                message: "null value in column \"\(column)\" of relation \"\(table)\" "
                    + "violates not-null constraint")
        case .check(let name):
            self.init(
                code: "23514", status: 400, message: "new row violates check constraint \"\(name)\""
            )
        case .foreignKey:
            self.init(
                code: "23503", status: 409,
                message: "insert, update or delete violates a foreign key constraint")
        default:
            self.init(code: "23000", status: 409, message: "A constraint is violated.")
        }
    }
}
