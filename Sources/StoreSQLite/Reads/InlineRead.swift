import Diagnostics
import Quotas
import SQLite
import Store

/// The read that a loop's reader is at: whose it is, what is left of its time, and what is known of
/// its statements, which keep that for as long as they are prepared.
///
/// Confined to its reader.
final class InlineRead {
    /// One read, from its beginning to its end.
    private struct Run {
        var caller: Caller
        /// Nanoseconds that its statements have left.
        var timeLeft: UInt64
        var timeSpent: UInt64 = 0
        var isBrief: Bool
        /// Whether a statement of it has begun, so that the connection's clock is its own.
        var isTimed = false
        var slowPace: Pace?
    }

    private var run: Run?
    /// Whether the statement at hand costs the same whoever asks, if it reads a whole table.
    var isOfAll = false

    /// Whether a loop is at it.
    var isRunning: Bool { run != nil }

    /// The memory of the statement that was too slow for the loop, or is known to be.
    var slowPace: Pace? { run?.slowPace }

    /// - Parameter isBrief: Whether it is only tried, since the turn is used up: how long it takes
    ///   is not known then.
    func begin(for caller: Caller, time: UInt64, isBrief: Bool) {
        run = Run(caller: caller, timeLeft: time, isBrief: isBrief)
    }

    /// Nothing more of it comes.
    ///
    /// - Returns: the nanoseconds that it has taken; 0 for what ended before the clock was looked
    ///   at.
    func end(on connection: Connection) -> UInt64 {
        guard let run else { return 0 }
        self.run = nil
        return run.timeSpent + (run.isTimed ? connection.timeSpent : 0)
    }

    /// A statement of it begins on the connection.
    ///
    /// - Returns: what is left for it, in nanoseconds.
    func beginStatement(on connection: Connection) -> UInt64 {
        guard var run else { return 0 }
        if run.isTimed {
            let time = connection.timeSpent
            run.timeSpent += time
            run.timeLeft -= min(run.timeLeft, time)
        }
        run.isTimed = true
        self.run = run
        return run.timeLeft
    }

    /// Whether a statement is taken to be too slow for a loop.
    func isKnownToBeSlow(_ statement: borrowing StatementRun) -> Bool {
        guard let memory = statement.memory else { return false }
        guard let pace = memory as? Pace, let caller = run?.caller,
            pace.isSlow(for: caller, at: monotonicNanoseconds())
        else { return false }
        run?.slowPace = pace
        return true
    }

    /// A statement was too slow for the loop, or its answer too long.
    func noteOverrun(of statement: borrowing StatementRun) {
        guard let run, !run.isBrief else { return }
        let memory = statement.memory
        let pace = memory as? Pace ?? Pace(time: DatabaseLimits.slowTime.nanoseconds)
        statement.memory = pace
        let readsWholeTable = statement.readsWholeTable
        pace.note(
            .slow, for: isOfAll && readsWholeTable ? nil : run.caller, at: monotonicNanoseconds())
        self.run?.slowPace = pace
    }
}
