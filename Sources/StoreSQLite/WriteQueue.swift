import Diagnostics
import Quotas
import SQLite
import Store
import Synchronization
import Work

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
    /// Whether the statement timeout holds.
    let isBounded: Bool
    /// Raised when nobody wants the write any more; one that has begun goes on.
    let withdrawal: Cancellation?
    /// Whose share of the writer it takes.
    let caller: Caller
}

/// The writes waiting, and the bell that wakes the writer.
final class WriteQueue: Sendable {
    private struct State {
        var jobs: [WriteJob] = []
        var isClosed = false
        var wantsTrimming = false
        /// When the time for waiting writes is over, on the monotonic clock.
        var deadline = UInt64.max
    }

    private let state = Mutex(State())
    private let bell = Semaphore()

    /// Adds a write.
    ///
    /// - Throws: 53400 when too many wait, 57P03 after `close`.
    func append(_ job: WriteJob) throws(Problem) {
        let (wasEmpty, problem) = state.withLock { state -> (Bool, Problem?) in
            if state.isClosed { return (false, .closed) }
            if state.jobs.count >= DatabaseLimits.waitingWritesMax {
                return (false, .tooManyWrites)
            }
            state.jobs.append(job)
            return (state.jobs.count == 1, nil)
        }
        if let problem { throw problem }
        if wasEmpty { bell.signal() }
    }

    /// What the writer finds when it looks.
    struct Taken {
        let jobs: [WriteJob]
        /// Whether there will be no more.
        let isClosed: Bool
        /// Whether somebody has asked for the log to be trimmed.
        let wantsTrimming: Bool
    }

    /// Takes all that waits.
    ///
    /// - Parameter waits: Whether to wait for something, if there is nothing.
    func take(waits: Bool) -> Taken {
        let first = drain()
        if !waits || !first.jobs.isEmpty || first.isClosed || first.wantsTrimming { return first }
        bell.wait()
        return drain()
    }

    /// Asks the writer to trim the log, between the writes.
    func askForTrimming() {
        state.withLock { $0.wantsTrimming = true }
        bell.signal()
    }

    /// Wakes the writer, whether or not there is something to take.
    func wake() { bell.signal() }

    /// Refuses further writes; those waiting are still done, as far as `time` allows.
    func close(within time: Duration) {
        state.withLock { state in
            state.isClosed = true
            state.deadline = moment(after: time)
        }
        bell.signal()
    }

    /// Whether the time after `close` is over.
    var isOverdue: Bool {
        let deadline = state.withLock { $0.deadline }
        return deadline != .max && monotonicNanoseconds() >= deadline
    }

    private func drain() -> Taken {
        state.withLock { state in
            defer {
                state.jobs = []
                state.wantsTrimming = false
            }
            return Taken(
                jobs: state.jobs, isClosed: state.isClosed, wantsTrimming: state.wantsTrimming)
        }
    }
}

extension Problem {
    static let tooManyLongReads = Problem(
        code: "53400", status: 503, message: "Too many long answers are being sent.",
        hint: "Read the answers you have asked for, or ask for fewer rows at a time.")
}
