import Diagnostics
import SQLite
import Synchronization

/// A few threads for database work that would stall a loop: jobs are done in the order they came.
/// Each thread has a seat, which it makes and keeps from job to job.
///
/// Threads are made when first needed: most servers never need them.
final class WorkerLane<Seat>: Sendable {
    private final class Job: Sendable {
        let cancellation: Cancellation
        let perform: @Sendable (Seat) -> Void
        let fail: @Sendable (Problem) -> Void

        init(
            _ cancellation: Cancellation, perform: @escaping @Sendable (Seat) -> Void,
            fail: @escaping @Sendable (Problem) -> Void
        ) {
            self.cancellation = cancellation
            self.perform = perform
            self.fail = fail
        }
    }

    private struct State {
        var jobs: [Job] = []
        var idle = 0
        var threads: [PosixThread] = []
        var isClosed = false
    }

    private let state = Mutex(State())
    private let bell = Semaphore()
    private let name: String
    private let threadsMax: Int
    /// Ends all that runs here.
    private let cancellation = Cancellation()
    private let makeSeat: @Sendable () -> Seat

    init(name: String, threadsMax: Int, makeSeat: @escaping @Sendable () -> Seat) {
        self.name = name
        self.threadsMax = threadsMax
        self.makeSeat = makeSeat
    }

    /// Does work on one of the threads. When the calling task is cancelled, work that waits is
    /// dropped, and the cancellation that running work was given is raised.
    ///
    /// - Parameter waitingMax: Jobs that may wait before this one.
    /// - Throws: what `work` throws; 53400 when too many wait, 57P03 after `close`, 57014 when
    ///   dropped.
    func run<R: Sendable>(
        waitingMax: Int,
        _ work: @escaping @Sendable (Seat, Cancellation) throws(Problem) -> R
    ) async throws(Problem) -> R {
        let cancellation = Cancellation(within: cancellation)
        let result: Result<R, Problem> = await withTaskCancellationHandler {
            await unsafe withUnsafeContinuation { continuation in
                let job = Job(cancellation) { seat in
                    let result = Result { () throws(Problem) in try work(seat, cancellation) }
                    unsafe continuation.resume(returning: result)
                } fail: {
                    unsafe continuation.resume(returning: .failure($0))
                }
                append(job, waitingMax: waitingMax)
            }
        } onCancel: {
            cancellation.raise()
            drop(cancellation)
        }
        return try result.get()
    }

    /// Does work later on one of the threads, however many jobs wait; false after `close`.
    func post(_ work: @escaping @Sendable () -> Void) -> Bool {
        enter(Job(Cancellation()) { _ in work() } fail: { _ in work() }, waitingMax: .max) == nil
    }

    /// Interrupts what runs, refuses what waits, and lets the threads end. Whoever asked has been
    /// cut off by then: a full lane of reads at their timeouts would take an hour.
    func close() {
        let (threads, jobs) = state.withLock { state in
            state.isClosed = true
            defer { state.jobs = [] }
            return (state.threads, state.jobs)
        }
        cancellation.raise()
        for job in jobs { job.fail(.closed) }
        for _ in threads { bell.signal() }
        for thread in threads { thread.join() }
        state.withLock { $0.threads = [] }
    }

    private func append(_ job: Job, waitingMax: Int) {
        if let problem = enter(job, waitingMax: waitingMax) { job.fail(problem) }
    }

    /// Why the job is refused, nil if it waits now.
    private func enter(_ job: Job, waitingMax: Int) -> Problem? {
        let problem = state.withLock { state -> Problem? in
            if state.isClosed { return .closed }
            if job.cancellation.isRaised { return .withdrawn }
            if state.jobs.count >= waitingMax { return .tooManySlowReads }
            if state.idle <= state.jobs.count, state.threads.count < threadsMax,
                let thread = PosixThread(name: name, { [self] in work() })
            {
                state.threads.append(thread)
            }
            if state.threads.isEmpty { return .tooManySlowReads }
            state.jobs.append(job)
            return nil
        }
        if problem == nil { bell.signal() }
        return problem
    }

    /// Takes a job out that waits; its thread's signal finds nothing to do.
    private func drop(_ cancellation: Cancellation) {
        let job = state.withLock { state -> Job? in
            state.jobs.firstIndex { $0.cancellation === cancellation }
                .map { state.jobs.remove(at: $0) }
        }
        job?.fail(.withdrawn)
    }

    private func work() {
        let seat = makeSeat()
        while let job = next() { job.perform(seat) }
    }

    /// Waits for a job; nil when the lane is closed and empty.
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
