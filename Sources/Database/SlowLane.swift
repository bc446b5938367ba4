import Diagnostics
import SQLite
import Synchronization

/// A read waiting for the slow lane.
struct SlowJob: Sendable {
    let perform: @Sendable (Reader) -> Void
    let fail: @Sendable (Problem) -> Void
}

/// A few threads with readers of their own, for reads that would stall a loop.
///
/// Threads and readers are made when first needed: most servers never need them.
final class SlowLane: Sendable {
    private struct State {
        var jobs: [SlowJob] = []
        var idle = 0
        var threads: [PosixThread] = []
        var isClosed = false
    }

    private let state = Mutex(State())
    private let bell = Semaphore()
    private let timeout: Duration
    private let cancellation = Cancellation()
    private let makeReader: @Sendable () throws(DatabaseError) -> Reader

    init(timeout: Duration, makeReader: @escaping @Sendable () throws(DatabaseError) -> Reader) {
        self.timeout = timeout
        self.makeReader = makeReader
    }

    /// Adds a read.
    ///
    /// - Throws: 53400 when too many wait, 57P03 after `close`.
    func append(_ job: SlowJob) throws(Problem) {
        let problem = state.withLock { state -> Problem? in
            if state.isClosed { return .closed }
            if state.jobs.count >= DatabaseLimits.waitingSlowReadsMax { return .tooManySlowReads }
            if state.idle <= state.jobs.count, state.threads.count < DatabaseLimits.slowLaneThreads,
                let thread = PosixThread(name: "slow lane", { [self] in work() })
            {
                state.threads.append(thread)
            }
            if state.threads.isEmpty { return .tooManySlowReads }
            state.jobs.append(job)
            return nil
        }
        if let problem { throw problem }
        bell.signal()
    }

    /// Interrupts the reads that run, refuses those that wait, and lets the threads end. Whoever
    /// asked has been cut off by then: a full lane of reads at their timeouts would take an hour.
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

    private func work() {
        var reader: Reader?
        while let job = next() {
            do throws(DatabaseError) {
                let current: Reader
                if let reader {
                    current = reader
                } else {
                    current = try makeReader()
                    current.obey(cancellation)
                }
                reader = current
                current.lane = .thread(deadline: moment(after: timeout))
                job.perform(current)
            } catch {
                job.fail(Problem(error))
            }
        }
    }

    /// Waits for a read; nil when the lane is closed and empty.
    private func next() -> SlowJob? {
        while true {
            let (job, isOver) = state.withLock { state -> (SlowJob?, Bool) in
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
