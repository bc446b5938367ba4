import Diagnostics
import Quotas
import SQLite
import Store

/// What the work of a write comes to, and the reply to send for it.
enum WriteVerdict {
    /// It is kept; the reply is sent once it is durable.
    case kept(reply: @Sendable () -> Void)
    /// All that it did is undone.
    case undone(reply: @Sendable () -> Void)
}

/// A write waiting for the writer.
struct WriteJob: Sendable {
    /// Does the work. May be called again if the transaction was lost through another write's
    /// fault.
    let perform: @Sendable (SQLiteTransaction) -> WriteVerdict
    /// Tells the caller why nothing was written.
    let fail: @Sendable (Problem) -> Void
    /// Whether it may hold the writer only for so long.
    let isBounded: Bool
    /// Raised when nobody wants the write any more; one that has begun goes on.
    let withdrawal: Cancellation?
    /// Whose share of the writer it takes.
    let caller: Caller
    /// How it takes its turn.
    var priority = WritePriority.shared
    /// The rows that it is known to write; nil where nobody knows. What goes along with them, by
    /// cascades, is not counted.
    var rows: Int? = 1
    /// Whether it waits with those that are held to a share of the writer's time, and has a turn to
    /// itself: others that are ready are not to wait for its commit. The queue says so.
    var isLong = false

    /// Whether it is to run with foreign keys off, in a transaction without any others.
    var suspendsForeignKeys = false

    /// Whether it may take all of a turn.
    var isLarge: Bool { rows.map { $0 > DatabaseLimits.sharedTurnRowsMax } ?? true }
}
