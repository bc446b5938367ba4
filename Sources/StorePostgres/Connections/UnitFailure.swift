public import PostgresWire
public import Quotas

/// Why a unit has not done what it should.
public enum UnitFailure: Error, Hashable, Sendable {
    /// The server refused it, and has rolled it back; which step it was, where one was.
    ///
    /// 40001 and 40P01 come when it has been run five times, or has no time for more.
    case server(ServerError, step: Int?)
    /// A value cannot be written in its type's form. Nothing was sent.
    case value(FormatFault)
    /// The connection was lost. It has not run, or nobody knows whether it has (SQLSTATE 08007).
    case lost(mayHaveRun: Bool)
    /// Its time was over. It has not run, or was cancelled and rolled back.
    case timedOut
    /// Its rows have more bytes than it may bring. A write may have been committed all the same.
    case answerTooLarge(bytesMax: Int, isCommitted: Bool)
    /// The server's memory has no room for its rows. A write may have been committed all the same.
    case noMemory(isCommitted: Bool)
    /// Too many wait for a connection (53400).
    case queueFull(ShareShortage)
    /// As many slow units are on their way as may (53400).
    case slowQueueFull(ShareShortage)
    /// No connection is to be had.
    case unavailable(Unavailability)
    /// The pool has been closed.
    case stopped

    /// Whether what it was to write may be there all the same.
    var mayBeCommitted: Bool {
        switch self {
        case .lost(let mayHaveRun): mayHaveRun
        case .answerTooLarge(_, let isCommitted), .noMemory(let isCommitted): isCommitted
        case .server, .value, .timedOut, .queueFull, .slowQueueFull, .unavailable, .stopped:
            false
        }
    }
}

/// Why there is no connection, and when it makes sense to ask again.
public struct Unavailability: Error, Hashable, Sendable {
    /// What was in the way, at each host that was tried.
    public let failures: [HostFailure]
    /// The role that wants to sign in.
    let role: String
    /// The database that it wants.
    let database: String
    /// Seconds until the servers are tried again, at least one.
    public let retryAfterSeconds: Int64
}
