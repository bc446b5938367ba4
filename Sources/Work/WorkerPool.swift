import Diagnostics
public import Quotas
import Synchronization

/// Why a job was not done.
public enum WorkRefusal: Error, Hashable, Sendable {
    /// Too many wait already, or the system refuses the first thread.
    case full(ShareShortage)
    /// The pool has been closed.
    case closed
    /// Whoever wanted it was cancelled before it began.
    case withdrawn
}

/// A few threads for work that would stall a loop. Each thread has a seat, which it makes and keeps
/// from job to job.
///
/// The next job is one of the caller whose jobs have taken the least time so far, at the site of
/// which that is true; those of one caller begin in the order they came. Some jobs may go first:
/// every second one is such a job, however many others wait.
///
/// Threads are made when first needed: most servers never need them. They hold the pool until it is
/// closed.
public final class WorkerPool<Seat>: Sendable {
    /// Who is refused when all places are taken.
    public enum Overflow: Sendable {
        /// Whoever comes.
        case newcomer
        /// The last job of whoever has most of them waiting, if the newcomer has fewer.
        case greediest
    }

    private final class Job: Sendable {
        let caller: Caller
        let goesFirst: Bool
        let withdrawal: Withdrawal?
        let perform: @Sendable (Seat) -> Void
        let refuse: @Sendable (WorkRefusal) -> Void

        init(
            of caller: Caller, goesFirst: Bool = false, _ withdrawal: Withdrawal?,
            perform: @escaping @Sendable (Seat) -> Void,
            refuse: @escaping @Sendable (WorkRefusal) -> Void
        ) {
            self.caller = caller
            self.goesFirst = goesFirst
            self.withdrawal = withdrawal
            self.perform = perform
            self.refuse = refuse
        }
    }

    private struct State {
        var jobs = FairQueue<Job>()
        /// Jobs that have begun, by whose they are.
        var running = Shares<Caller>()
        /// Whether there has been a job that goes first, and whether the last one went before
        /// others.
        var hasFirst = false
        var wentFirst = false
        /// What all jobs have taken that are done.
        var nanoseconds: UInt64 = 0
        /// Threads that wait for a job.
        var idle = 0
        var threads: [PosixThread] = []
        var isClosed = false
    }

    private let state = Mutex(State())
    private let bell = Semaphore()
    private let name: String
    private let threadBounds: ShareBounds
    private let overflow: Overflow
    private let niceness: Int32
    private let makeSeat: @Sendable () -> Seat

    /// A pool without a thread yet.
    ///
    /// - Parameters:
    ///   - name: What the threads are called.
    ///   - threadsPerCallerMax: Jobs of one caller that run at the same time; those of one site are
    ///     bounded by it as well (``ShareBounds``).
    ///   - overflow: Who is refused when all places are taken.
    ///   - niceness: How far the threads stand back behind others, from 0 to 19.
    ///   - makeSeat: Called once on every thread.
    public init(
        name: String, threadsMax: Int, threadsPerCallerMax: Int = .max,
        overflow: Overflow = .newcomer, niceness: Int32 = 0,
        makeSeat: @escaping @Sendable () -> Seat
    ) {
        self.name = name
        threadBounds = ShareBounds(total: threadsMax, each: threadsPerCallerMax)
        self.overflow = overflow
        self.niceness = niceness
        self.makeSeat = makeSeat
    }

    /// Does work on one of the threads and returns what it returns. When the calling task is
    /// cancelled, work that waits is dropped.
    ///
    /// - Parameters:
    ///   - bounds: Jobs that may wait before this one while no thread is free.
    ///   - caller: Whose share of the threads it takes.
    ///   - goesFirst: Whether it goes before others' work.
    ///   - interrupt: Called when the task is cancelled, for work that has begun.
    /// - Throws: why the work was not done.
    public func run<R: Sendable>(
        within bounds: ShareBounds = ShareBounds(), for caller: Caller = .server,
        goesFirst: Bool = false, _ work: @escaping @Sendable (Seat) -> R,
        interrupt: @escaping @Sendable () -> Void = {}
    ) async throws(WorkRefusal) -> R {
        let withdrawal = Withdrawal(of: caller)
        let result: Result<R, WorkRefusal> = await withTaskCancellationHandler {
            await unsafe withUnsafeContinuation { continuation in
                let job = Self.job(of: caller, goesFirst: goesFirst, withdrawal, work) {
                    unsafe continuation.resume(returning: $0)
                }
                enter(job, within: bounds)
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
        within bounds: ShareBounds = ShareBounds(), for caller: Caller = .server,
        goesFirst: Bool = false, _ work: @escaping @Sendable (Seat) -> R,
        interrupt: @escaping @Sendable () -> Void = {},
        reply: @escaping @Sendable (Result<R, WorkRefusal>) -> Void
    ) -> @Sendable () -> Void {
        let withdrawal = Withdrawal(of: caller)
        enter(
            Self.job(of: caller, goesFirst: goesFirst, withdrawal, work, reply), within: bounds)
        return { [self] in
            interrupt()
            withdraw(withdrawal)
        }
    }

    private static func job<R: Sendable>(
        of caller: Caller, goesFirst: Bool, _ withdrawal: Withdrawal,
        _ work: @escaping @Sendable (Seat) -> R,
        _ reply: @escaping @Sendable (Result<R, WorkRefusal>) -> Void
    ) -> Job {
        Job(of: caller, goesFirst: goesFirst, withdrawal) {
            reply(.success(work($0)))
        } refuse: {
            reply(.failure($0))
        }
    }

    /// Does work later on one of the threads, however many jobs wait. If that cannot be, `refused`
    /// is called instead, by this thread or by the one that closes the pool.
    public func post(
        for caller: Caller = .server, _ work: @escaping @Sendable (Seat) -> Void,
        refused: @escaping @Sendable (WorkRefusal) -> Void
    ) {
        enter(
            Job(of: caller, nil, perform: work, refuse: refused), within: ShareBounds())
    }

    /// Jobs that wait, and jobs that run.
    public var counts: (waiting: Int, running: Int) {
        state.withLock { ($0.jobs.count, $0.running.total) }
    }

    /// The time that all jobs have taken that are done.
    public var nanoseconds: UInt64 { state.withLock { $0.nanoseconds } }

    /// Refuses what waits and whatever comes, and lets each thread end after the job it has begun.
    public func close() {
        let (jobs, count) = state.withLock { state in
            state.isClosed = true
            var jobs: [Job] = []
            while let job = state.jobs.popFirst()?.element { jobs.append(job) }
            return (jobs, state.threads.count)
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

    /// - Parameter bounds: Of the jobs that may wait.
    private func enter(_ job: Job, within bounds: ShareBounds) {
        let refused = state.withLock { state -> (Job, WorkRefusal)? in
            if state.isClosed { return (job, .closed) }
            if job.withdrawal?.isRaised == true { return (job, .withdrawn) }
            if !begins(job, state),
                let shortage = bounds.shareShortage(beside: state.jobs.use(by: job.caller))
            {
                return (job, .full(shortage))
            }
            var displaced: Job?
            if waiting(state) >= bounds.total {
                displaced = displace(for: job, &state)
                if displaced == nil { return (job, .full(.inAll)) }
            }
            if state.idle <= state.jobs.count, state.threads.count < threadBounds.total,
                let thread = PosixThread(name: name, niceness: niceness, { [self] in work() })
            {
                state.threads.append(thread)
            }
            if state.threads.isEmpty { return (job, .full(.inAll)) }
            if job.goesFirst { state.hasFirst = true }
            state.jobs.append(job, of: job.caller)
            return displaced.map { ($0, .full(.inAll)) }
        }
        if let (job, reason) = refused { job.refuse(reason) }
        if refused?.0 !== job { bell.signal() }
    }

    /// Jobs that no thread is left for; below zero, threads that no job is left for.
    private func waiting(_ state: State) -> Int {
        state.jobs.count + state.running.total - threadBounds.total
    }

    /// Whether a job need not wait.
    private func begins(_ job: Job, _ state: State) -> Bool {
        let use = state.jobs.use(by: job.caller) + state.running.use(by: job.caller)
        return threadBounds.shortage(beside: use) == nil
    }

    /// Takes the job out that is to make room for another; nil where there is none.
    private func displace(for job: Job, _ state: inout State) -> Job? {
        switch overflow {
        case .newcomer: nil
        case .greediest:
            state.jobs.displace(
                for: job.caller, isFirst: job.goesFirst, goesFirst: \.goesFirst
            )?.element
        }
    }

    /// Takes a job out that waits, without a look at other callers'; its thread's signal finds
    /// nothing to do.
    private func withdraw(_ withdrawal: Withdrawal) {
        withdrawal.raise()
        let job = state.withLock { state -> Job? in
            var withdrawn: Job?
            state.jobs.removeAll(of: withdrawal.caller) { job in
                guard job.withdrawal === withdrawal else { return false }
                withdrawn = job
                return true
            }
            return withdrawn
        }
        job?.refuse(.withdrawn)
    }

    private func work() {
        let seat = makeSeat()
        while let job = next() {
            let start = monotonicNanoseconds()
            job.perform(seat)
            end(job, after: monotonicNanoseconds() - start)
        }
    }

    /// Charges a job to its caller, and lets another thread look whether the caller's next one may
    /// begin now.
    private func end(_ job: Job, after nanoseconds: UInt64) {
        let othersMayBegin = state.withLock { state in
            state.nanoseconds += nanoseconds
            state.jobs.charge(nanoseconds, to: job.caller)
            state.running.giveBack(from: job.caller)
            return state.idle > 0 && state.jobs.count > 1
        }
        if othersMayBegin { bell.signal() }
    }

    /// Waits for a job; nil when the pool is closed.
    private func next() -> Job? {
        while true {
            let (job, isOver) = state.withLock { state -> (Job?, Bool) in
                // Out of the state meanwhile: a copy beside it would have to be made whole.
                var running = Shares<Caller>()
                swap(&running, &state.running)
                defer { swap(&running, &state.running) }
                if let (job, caller) = takeFirst(
                    &state,
                    where: { running.shortage(for: $0, within: threadBounds) == nil })
                {
                    running.add(for: caller)
                    return (job, false)
                }
                if !state.isClosed { state.idle += 1 }
                return (nil, state.isClosed)
            }
            if job != nil || isOver { return job }
            bell.wait()
            state.withLock { $0.idle -= 1 }
        }
    }

    private func takeFirst(
        _ state: inout State, where mayBegin: (Caller) -> Bool
    ) -> (element: Job, caller: Caller)? {
        if state.hasFirst, !state.wentFirst,
            let first = state.jobs.popFirst(ofWhich: { $0.goesFirst && mayBegin($0.caller) })
        {
            state.wentFirst = true
            return first
        }
        state.wentFirst = false
        return state.jobs.popFirst(where: mayBegin)
    }
}

/// Whether whoever wanted a job has been cancelled, and which job that was.
private final class Withdrawal: Sendable {
    let caller: Caller
    private let flag = Atomic(false)

    init(of caller: Caller) { self.caller = caller }

    var isRaised: Bool { flag.load(ordering: .relaxed) }

    func raise() { flag.store(true, ordering: .relaxed) }
}
