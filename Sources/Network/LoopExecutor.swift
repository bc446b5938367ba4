import Diagnostics
import Glibc

/// What other threads, and tasks, want done on a loop.
enum LoopMessage: Sendable {
    case job(UnownedJob)
    case work(@Sendable () -> Void)
}

/// Runs jobs of Swift's concurrency on a loop's thread: executor of tasks that prefer the loop
/// and of actors that live on it.
///
/// A job enqueued from the loop's own thread joins a list that needs no lock; any other goes
/// through the mailbox. A loop that has ended runs nothing more: its executor keeps what comes.
public final class LoopExecutor: SerialExecutor, TaskExecutor {
    let mailbox: Mailbox<LoopMessage>
    private let thread: pthread_t
    /// Touched by the loop's thread only: every access is behind `isOnLoop` or in `EventLoop`.
    nonisolated(unsafe) private var ownMessages: [LoopMessage] = []
    /// Touched by the loop's thread only: what is being run, or what is left of it; otherwise spare
    /// storage that is swapped with the full list.
    nonisolated(unsafe) private var batch: [LoopMessage] = []
    /// Of the batch, how many have run. Touched by the loop's thread only.
    nonisolated(unsafe) private var ranCount = 0
    /// When the first job of this turn began; nil before that, as most turns have none. Touched by
    /// the loop's thread only.
    nonisolated(unsafe) private var firstBegan: UInt64?
    /// Set and cleared by the loop's thread only, and read there only (`requireLoop`).
    nonisolated(unsafe) weak var loop: EventLoop?

    /// To be called on the thread that will run the loop.
    init() throws(NetworkError) {
        mailbox = try Mailbox()
        thread = pthread_self()
    }

    /// Whether the caller runs on the loop's thread.
    public var isOnLoop: Bool { pthread_equal(pthread_self(), thread) != 0 }

    /// Queues a job, from any thread.
    public func enqueue(_ job: consuming ExecutorJob) {
        send(.job(UnownedJob(job)))
    }

    /// The executor as the runtime names it.
    public func asUnownedSerialExecutor() -> UnownedSerialExecutor {
        unsafe UnownedSerialExecutor(ordinary: self)
    }

    /// The executor as the runtime names it.
    public func asUnownedTaskExecutor() -> UnownedTaskExecutor {
        unsafe UnownedTaskExecutor(ordinary: self)
    }

    /// Traps unless the caller runs on the loop: `assumeIsolated` of actors that live here.
    public func checkIsolated() {
        precondition(isOnLoop, "not on the loop's thread")
    }

    /// Whether the caller runs on the loop, for the runtime.
    public func isIsolatingCurrentContext() -> Bool? { isOnLoop }

    func send(_ message: LoopMessage) {
        if isOnLoop {
            unsafe ownMessages.append(message)
        } else {
            mailbox.send(message)
        }
    }

    /// As `send`, for a sender from another thread who has more to come and ends with
    /// `mailbox.wake()`.
    func leave(_ message: LoopMessage) {
        if isOnLoop {
            unsafe ownMessages.append(message)
        } else {
            mailbox.leave(message)
        }
    }

    func requireLoop() -> EventLoop {
        precondition(isOnLoop, "not on the loop's thread")
        guard let loop = unsafe loop else { preconditionFailure("the loop has ended") }
        return loop
    }

    /// Whether the loop may sleep: nothing waits, and the next sender will wake it. Loop only.
    func prepareToSleep() -> Bool {
        unsafe batch.isEmpty && ownMessages.isEmpty && mailbox.prepareToSleep()
    }

    /// Runs what waits, in rounds, as jobs start jobs; the next turn goes on with what is left.
    /// Loop thread only.
    ///
    /// - Parameter time: In nanoseconds: no job begins that much later than the first of the turn.
    func runWaiting(for time: UInt64 = .max) {
        unsafe firstBegan = nil
        guard runBatch(for: time) else { return }
        for _ in 0..<NetworkLimits.jobRoundsPerTurn {
            unsafe mailbox.take(into: &batch)
            guard runBatch(for: time) else { return }
            unsafe swap(&batch, &ownMessages)
            if unsafe batch.isEmpty { return }
            guard runBatch(for: time) else { return }
        }
    }

    /// False when the time is over.
    private func runBatch(for time: UInt64) -> Bool {
        // Most turns bring nothing, and emptying costs the same then.
        if unsafe batch.isEmpty { return true }
        let start = unsafe firstBegan ?? monotonicNanoseconds()
        unsafe firstBegan = start
        var isOver = false
        while unsafe ranCount < batch.count, !isOver {
            let message = unsafe batch[ranCount]
            unsafe ranCount += 1
            switch message {
            case .job(let job):
                // As a task executor only: as long as a job counts as isolated to the loop, each
                // call of an async function that is isolated to nothing would queue a job anew.
                unsafe job.runSynchronously(on: asUnownedTaskExecutor())
            case .work(let work): work()
            }
            isOver = monotonicNanoseconds() - start >= time
        }
        if unsafe ranCount == batch.count {
            unsafe batch.removeAll(keepingCapacity: true)
            unsafe ranCount = 0
        }
        return !isOver
    }
}
