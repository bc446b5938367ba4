import Diagnostics
import Quotas
import SQLite
import Store

/// The read that a loop's reader is at: whose it is, what is left of its time, and what is known of
/// its statements, which keep that for as long as they are prepared.
///
/// Confined to its reader.
final class InlineRead {
    /// Whether a loop is at it.
    private(set) var isRunning = false
    /// The memory of the statement that was too slow for the loop, or is known to be.
    private(set) var slowPace: Pace?
    /// Whether the statement at hand costs the same whoever asks, if it reads a whole table.
    var isOfAll = false
    private var caller = Caller.server
    /// Nanoseconds that its statements have left.
    private var timeLeft: UInt64 = 0
    private var timeSpent: UInt64 = 0
    private var isBrief = false
    /// Whether a statement of it has begun, so that the connection's clock is its own.
    private var isTimed = false

    /// - Parameter isBrief: Whether it is only tried, since the turn is used up: how long it takes
    ///   is not known then.
    func begin(for caller: Caller, time: UInt64, isBrief: Bool) {
        isRunning = true
        self.caller = caller
        timeLeft = time
        timeSpent = 0
        self.isBrief = isBrief
        isTimed = false
    }

    /// Nothing more of it comes.
    ///
    /// - Returns: the nanoseconds that it has taken; 0 for what ended before the clock was looked
    ///   at.
    func end(on connection: Connection) -> UInt64 {
        isRunning = false
        slowPace = nil
        return timeSpent + (isTimed ? connection.timeSpent : 0)
    }

    /// A statement of it begins on the connection.
    ///
    /// - Returns: what is left for it, in nanoseconds.
    func beginStatement(on connection: Connection) -> UInt64 {
        if isTimed {
            let time = connection.timeSpent
            timeSpent += time
            timeLeft -= min(timeLeft, time)
        }
        isTimed = true
        return timeLeft
    }

    /// Whether a statement is taken to be too slow for a loop.
    func isKnownToBeSlow(_ statement: borrowing StatementRun) -> Bool {
        guard let memory = statement.memory else { return false }
        guard let pace = memory as? Pace, pace.isSlow(for: caller, at: monotonicNanoseconds())
        else { return false }
        slowPace = pace
        return true
    }

    /// A statement was too slow for the loop, or its answer too long.
    func noteOverrun(of statement: borrowing StatementRun) {
        guard isRunning, !isBrief else { return }
        let memory = statement.memory
        let pace = memory as? Pace ?? Pace(time: DatabaseLimits.slowTime.nanoseconds)
        statement.memory = pace
        let readsWholeTable = statement.readsWholeTable
        pace.note(
            .slow, for: isOfAll && readsWholeTable ? nil : caller, at: monotonicNanoseconds())
        slowPace = pace
    }
}
