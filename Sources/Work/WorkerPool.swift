import Synchronization

/// Why a job was not done.
public enum WorkRefusal: Error, Hashable, Sendable {
    /// Too many wait already, or the system refuses the first thread.
    case full
    /// The pool has been closed.
    case closed
    /// Whoever wanted it was cancelled before it began.
    case withdrawn
}

/// A few threads for work that would stall a loop: jobs begin in the order they came. Each thread
/// has a seat, which it makes and keeps from job to job.
///
/// Threads are made when first needed: most servers never need them. They hold the pool until it is
/// closed.
public final class WorkerPool<Seat>: Sendable {
    private final class Job: Sendable {
        let withdrawal: Withdrawal?
        let perform: @Sendable (Seat) -> Void
        let refuse: @Sendable (WorkRefusal) -> Void

        init(
            _ withdrawal: Withdrawal?, perform: @escaping @Sendable (Seat) -> Void,
            refuse: @escaping @Sendable (WorkRefusal) -> Void
        ) {
            self.withdrawal = withdrawal
            self.perform = perform
            self.refuse = refuse
        }
    }

    private struct State {
        var jobs: [Job] = []
        /// Threads that wait for a job.
        var idle = 0
        var threads: [PosixThread] = []
        var isClosed = false
    }

    private let state = Mutex(State())
    private let bell = Semaphore()
    private let name: String
    private let threadsMax: Int
    private let makeSeat: @Sendable () -> Seat

    /// A pool without a thread yet.
    ///
    /// - Parameters:
    ///   - name: What the threads are called.
    ///   - makeSeat: Called once on every thread.
    public init(name: String, threadsMax: Int, makeSeat: @escaping @Sendable () -> Seat) {
        self.name = name
        self.threadsMax = threadsMax
        self.makeSeat = makeSeat
    }

    /// Does work on one of the threads and returns what it returns. When the calling task is
    /// cancelled, work that waits is dropped.
    ///
    /// - Parameters:
    ///   - waitingMax: Jobs that may wait before this one while no thread is idle.
    ///   - interrupt: Called when the task is cancelled, for work that has begun.
    /// - Throws: why the work was not done.
    public func run<R: Sendable>(
        waitingMax: Int, _ work: @escaping @Sendable (Seat) -> R,
        interrupt: @escaping @Sendable () -> Void = {}
    ) async throws(WorkRefusal) -> R {
        let withdrawal = Withdrawal()
        let result: Result<R, WorkRefusal> = await withTaskCancellationHandler {
            await unsafe withUnsafeContinuation { continuation in
                start(withdrawal, waitingMax, work) { unsafe continuation.resume(returning: $0) }
            }
        } onCancel: {
            interrupt()
            withdraw(withdrawal)
        }
        return try result.get()
    }

    /// The same for callers without a task: calls `reply` once, on the thread that did the work, or
    /// on this one when the work is refused at once.
    ///
    /// - Returns: what withdraws the work, from any thread: it then calls `interrupt`.
    public func start<R: Sendable>(
        waitingMax: Int, _ work: @escaping @Sendable (Seat) -> R,
        interrupt: @escaping @Sendable () -> Void = {},
        reply: @escaping @Sendable (Result<R, WorkRefusal>) -> Void
    ) -> @Sendable () -> Void {
        let withdrawal = Withdrawal()
        start(withdrawal, waitingMax, work, reply)
        return { [self] in
            interrupt()
            withdraw(withdrawal)
        }
    }

    private func start<R: Sendable>(
        _ withdrawal: Withdrawal, _ waitingMax: Int, _ work: @escaping @Sendable (Seat) -> R,
        _ reply: @escaping @Sendable (Result<R, WorkRefusal>) -> Void
    ) {
        enter(
            Job(withdrawal) { reply(.success(work($0))) } refuse: { reply(.failure($0)) },
            waitingMax: waitingMax)
    }

    /// Does work later on one of the threads, however many jobs wait. If that cannot be, `refused`
    /// is called instead, by this thread or by the one that closes the pool.
    public func post(
        _ work: @escaping @Sendable (Seat) -> Void,
        refused: @escaping @Sendable (WorkRefusal) -> Void
    ) {
        enter(Job(nil, perform: work, refuse: refused), waitingMax: .max)
    }

    /// Refuses what waits and whatever comes, and lets each thread end after the job it has begun.
    public func close() {
        let (jobs, count) = state.withLock { state in
            state.isClosed = true
            defer { state.jobs = [] }
            return (state.jobs, state.threads.count)
        }
        for job in jobs { job.refuse(.closed) }
        for _ in 0..<count { bell.signal() }
    }

    /// Waits for the threads to end, after `close`.
    public func join() {
        let threads = state.withLock { state in
            defer { state.threads = [] }
            return state.threads
        }
        for thread in threads { thread.join() }
    }

    private func enter(_ job: Job, waitingMax: Int) {
        let refusal = state.withLock { state -> WorkRefusal? in
            if state.isClosed { return .closed }
            if job.withdrawal?.isRaised == true { return .withdrawn }
            if state.jobs.count - state.idle >= waitingMax { return .full }
            if state.idle <= state.jobs.count, state.threads.count < threadsMax,
                let thread = PosixThread(name: name, { [self] in work() })
            {
                state.threads.append(thread)
            }
            if state.threads.isEmpty { return .full }
            state.jobs.append(job)
            return nil
        }
        if let refusal { job.refuse(refusal) } else { bell.signal() }
    }

    /// Takes a job out that waits; its thread's signal finds nothing to do.
    private func withdraw(_ withdrawal: Withdrawal) {
        withdrawal.raise()
        let job = state.withLock { state -> Job? in
            state.jobs.firstIndex { $0.withdrawal === withdrawal }
                .map { state.jobs.remove(at: $0) }
        }
        job?.refuse(.withdrawn)
    }

    private func work() {
        let seat = makeSeat()
        while let job = next() { job.perform(seat) }
    }

    /// Waits for a job; nil when the pool is closed.
    private func next() -> Job? {
        while true {
            let (job, isOver) = state.withLock { state -> (Job?, Bool) in
                if !state.jobs.isEmpty { return (state.jobs.removeFirst(), false) }
                if !state.isClosed { state.idle += 1 }
                return (nil, state.isClosed)
            }
            if job != nil || isOver { return job }
            bell.wait()
            state.withLock { $0.idle -= 1 }
        }
    }
}

/// Whether whoever wanted a job has been cancelled, and which job that was.
private final class Withdrawal: Sendable {
    private let flag = Atomic(false)

    var isRaised: Bool { flag.load(ordering: .relaxed) }

    func raise() { flag.store(true, ordering: .relaxed) }
}
