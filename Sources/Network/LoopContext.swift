/// A loop as the rest of the program sees it: may be kept and passed anywhere.
public struct LoopContext: Sendable {
    /// Which loop of its server it is, from 0.
    public let index: Int
    /// How long others have to wait on it.
    public let longTurns = LongTurns()
    private let loopExecutor: LoopExecutor

    init(index: Int, executor: LoopExecutor) {
        self.index = index
        loopExecutor = executor
    }

    /// Runs tasks on the loop: `Task(executorPreference: context.executor) { … }`.
    public var executor: any TaskExecutor { loopExecutor }

    /// Runs the jobs of actors that live on the loop.
    public var serialExecutor: LoopExecutor { loopExecutor }

    /// Whether the caller runs on the loop's thread.
    public var isCurrent: Bool { loopExecutor.isOnLoop }

    /// Runs work on the loop, from any thread; a batch of any size wakes it once.
    ///
    /// Work of one thread runs in the order it was posted. From the loop itself it runs later in
    /// the same turn, or in the next if that has taken long. After the loop has ended it never
    /// runs.
    public func post(_ work: @escaping @Sendable () -> Void) {
        loopExecutor.send(.work(work))
    }

    /// As ``post(_:)``, but lets a loop that sleeps go on sleeping until something else is posted,
    /// or ``wake()`` called: for a thread that has more to come.
    public func leave(_ work: @escaping @Sendable () -> Void) {
        loopExecutor.leave(.work(work))
    }

    /// Wakes the loop if work was left for it while it sleeps.
    public func wake() { loopExecutor.mailbox.wake() }

    /// Runs work once after a delay, counted from the beginning of this turn, to the millisecond.
    /// Loop thread only.
    ///
    /// The work is held until the token is cancelled or both are gone.
    public func schedule(after delay: Duration, _ work: @escaping () -> Void) -> TimerToken {
        loopExecutor.requireLoop().schedule(after: delay, work)
    }

    /// Runs work at the end of this turn, before output leaves. Loop thread only.
    public func atEndOfTurn(_ work: @escaping () -> Void) {
        loopExecutor.requireLoop().atEndOfTurn(work)
    }

    /// The loop itself. Loop thread only.
    public var loop: EventLoop { loopExecutor.requireLoop() }
}

/// A value that lives on one loop. The box may go anywhere; it opens on the loop's thread only.
///
/// Lets `@Sendable` closures that come back to the loop carry a connection. The value is released
/// where the last box is: keep one on the loop if its `deinit` must run there.
public struct LoopBound<Value>: @unchecked Sendable {  // `value` checks the thread at each access
    private let boxed: Value
    private let executor: LoopExecutor

    /// Boxes a value. To be called on the loop's thread.
    public init(_ value: Value, on loop: EventLoop) {
        boxed = value
        executor = loop.context.serialExecutor
    }

    /// The value. Traps on any thread but the loop's.
    public var value: Value {
        precondition(executor.isOnLoop, "opened on another thread")
        return boxed
    }
}
