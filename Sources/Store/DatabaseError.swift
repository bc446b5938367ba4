public import Diagnostics

/// Why a statement or a commit failed.
public enum DatabaseError: Error, Hashable, Sendable {
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
    /// No server can be asked for now: why, in sentences that need no others, what whoever runs it
    /// can do about that, and how long to wait before trying again.
    case unreachable(String, remedy: String? = nil, retryAfterSeconds: Int64)
    /// What a statement computes with a value of a row is not possible: worded as where that is
    /// found out in memory, since an engine's own sentence may quote the value.
    case invalidValue(Problem)
    /// A unique constraint or primary key.
    case unique(table: String, columns: [String])
    /// A unique index over expressions, by name.
    case uniqueIndex(String)
    /// A NOT NULL constraint.
    case notNull(table: String, column: String)
    /// A CHECK constraint, by name, or by its text when it has none.
    case check(name: String)
    /// A foreign key; which one is not said.
    case foreignKey
    /// An identity sequence has given its greatest number.
    case sequenceExhausted(name: String, maximum: Int64)
    /// Rows that a script would delete without saying so, while other tables refer to theirs.
    case stillReferenced(ImpliedDeletion, table: String, by: [String])
    /// An answer, or the changes of one write, are more than is kept in memory.
    case tooLarge(String)
    /// The server's memory is taken by others.
    case noMemory
    /// A statement with more levels than the engine takes; its message.
    case tooDeep(String)
    /// Anything else: the engine with its own code (`PostgreSQL 42703`) and its message, for the
    /// log, and for a script the line of the statement at fault, from 1.
    case other(code: String, message: String, line: Int? = nil)
    /// Anything else that a server reports, or that is not as it was agreed with it: for the log.
    case unexpected(String)
}

/// How a statement deletes rows without being a DELETE.
public enum ImpliedDeletion: Hashable, Sendable {
    /// DROP TABLE: all of them.
    case drop
    /// REPLACE, INSERT OR REPLACE, UPDATE OR REPLACE: those with the same key as a new one.
    case replace

    /// Whether other rows of the same table stay, which may refer to those.
    public var leavesRows: Bool {
        switch self {
        case .drop: false
        case .replace: true
        }
    }
}
