/// How a unit ended.
public enum UnitOutcome: Hashable, Sendable {
    /// All of it ran and, unless the session is in a transaction that BEGIN opened, is committed.
    case succeeded(TransactionStatus)
    /// An error, and where it came; nil for one that only came at the Sync, as of a deferred
    /// constraint. The rest was skipped and all of it is rolled back, or its transaction waits for
    /// ROLLBACK.
    case failed(ServerError, at: Step?, TransactionStatus)
    /// The server's copy of a statement was out of date or gone, and the session could not send the
    /// unit again unseen: something of it had been told, a transaction was open, or it has been
    /// done before. Whoever runs the transaction starts it again, once: the session is in step now.
    case stale(ServerError, at: Step?, TransactionStatus)
    /// The session ended first. What had not been sent has not run; of anything else nobody knows.
    case lost(mayHaveRun: Bool)
}
