import Quotas
import Store
import Synchronization

/// The reads that wait for another turn of a loop, fair between sites and their callers: first
/// comes who has had the least of the loop's time. Any thread.
final class WaitingReads: Sendable {
    private struct State: Sendable {
        var queue = FairQueue<WaitingRead>()
        /// Whether the loop has been asked to look.
        var isAwaited = false
    }

    private let state = Mutex(State())
    /// Has the loop call ``SQLiteReader/runWaiting()`` soon.
    private let wake: @Sendable () -> Void
    /// Counts them, beside those that go on there; nil where nobody asks.
    private let slowLane: SlowLane?

    init(countedBy slowLane: SlowLane?, wake: @escaping @Sendable () -> Void) {
        self.slowLane = slowLane
        self.wake = wake
    }

    /// Adds a read.
    func append(_ read: WaitingRead) {
        slowLane?.countDeferred()
        state.withLock { $0.queue.append(read, of: read.caller) }
        askForLook()
    }

    /// Takes the next read; nil when none waits.
    func popFirst() -> WaitingRead? { state.withLock { $0.queue.popFirst()?.element } }

    /// Says what a read of a caller has cost in nanoseconds, whether it had waited or not.
    func charge(_ nanoseconds: UInt64, to caller: Caller) {
        state.withLock { $0.queue.charge(nanoseconds, to: caller) }
    }

    /// Has the loop look for reads in its next turn, if there are any.
    func askForLook() {
        let isNews = state.withLock { state in
            guard !state.queue.isEmpty, !state.isAwaited else { return false }
            state.isAwaited = true
            return true
        }
        if isNews { wake() }
    }

    /// The loop looks.
    func beginLook() { state.withLock { $0.isAwaited = false } }
}

/// A read that waits for its loop, and may be withdrawn meanwhile.
final class WaitingRead: Sendable {
    let caller: Caller
    private let work: @Sendable (SQLiteReader) -> WithdrawableSteps.Withdrawal?
    private let steps = WithdrawableSteps()

    /// - Parameter work: Called on the loop; what it returns withdraws what it has begun elsewhere.
    init(
        for caller: Caller,
        work: @escaping @Sendable (SQLiteReader) -> WithdrawableSteps.Withdrawal?
    ) {
        self.caller = caller
        self.work = work
    }

    /// Runs it on the loop, unless it has been withdrawn.
    func run(on reader: SQLiteReader) { steps.begin { work(reader) } }

    func withdraw() { steps.withdraw() }
}
