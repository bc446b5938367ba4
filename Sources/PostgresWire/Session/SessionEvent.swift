/// What a session has to tell. Ranges are places in what was received: they are good until the next
/// `receive`.
public enum SessionEvent: Sendable {
    /// Derive keys, away from the loop, and `provide` them.
    case deriveKeys(SCRAMDerivation)
    /// Signed in: units may be sent.
    case ready
    /// A step's columns; see ``PostgresSession/columns(_:)``.
    case columns(Step, Range<Int>)
    /// A row; see ``PostgresSession/row(_:)``.
    case row(Step, Range<Int>)
    /// A step has a row that is longer than ``WireLimits/messageBytesMax``: so many bytes were
    /// announced. They are dropped as they come.
    case rowTooLong(Step, byteCount: Int)
    /// A step has run to its end. It is no commit.
    case completed(Step, CommandTag)
    /// A step has given as many rows as it was asked for, and may have more.
    case suspended(Step)
    /// The server waits for COPY data.
    case copyIn(Step, CopyFormat)
    /// COPY data follows.
    case copyOut(Step, CopyFormat)
    /// A piece of COPY data: one row; see ``PostgresSession/bytes(_:)``.
    case copyData(Step, Range<Int>)
    /// A unit is over. Nothing that it did counts before.
    case finished(UnitID, UnitOutcome)
    /// Worth a note.
    case notice(ServerError)
    /// A NOTIFY on a channel that is listened to.
    case notification(Notification)
    /// A setting that the server reports; at the start, and when it changes.
    case setting(ServerSetting)
    /// Named statements do not work here, as behind a pooler in transaction mode: the session goes
    /// on without them, and the next one need not try.
    case namedStatementsLost
    /// The session is over; the last event. Close the connection.
    case ended(SessionEnd)
}
