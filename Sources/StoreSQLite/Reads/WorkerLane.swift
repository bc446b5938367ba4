import Diagnostics
import Quotas
import SQLite
import Store
import Work

/// Worker threads for reads: each job gets a cancellation to obey, and refusals are worded.
final class WorkerLane<Seat>: Sendable {
    private let pool: WorkerPool<Seat>
    /// Ends all that runs here.
    private let cancellation = Cancellation()

    /// - Parameter threadsPerCallerMax: Jobs of one caller that run at the same time; those of one
    ///   site are bounded by it as well (``ShareBounds``).
    init(
        name: String, threadsMax: Int, threadsPerCallerMax: Int = .max,
        makeSeat: @escaping @Sendable () -> Seat
    ) {
        pool = WorkerPool(
            name: name, threadsMax: threadsMax, threadsPerCallerMax: threadsPerCallerMax,
            niceness: PosixThread.longWorkNiceness, makeSeat: makeSeat)
    }

    /// Jobs that wait, and jobs that run.
    var counts: (waiting: Int, running: Int) { pool.counts }

    /// Does work on one of the threads. When the calling task is cancelled, work that waits is
    /// dropped, and the cancellation that running work was given is raised.
    ///
    /// - Throws: what `work` throws; 57P03 after `close`, 57014 when dropped.
    func run<R: Sendable>(
        for caller: Caller,
        _ work: @escaping @Sendable (Seat, Cancellation) throws(Problem) -> R
    ) async throws(Problem) -> R {
        let cancellation = Cancellation(within: cancellation)
        let result: Result<R, Problem>
        do throws(WorkRefusal) {
            result = try await pool.run(
                for: caller,
                { seat in Result { () throws(Problem) in try work(seat, cancellation) } },
                interrupt: { cancellation.raise() })
        } catch {
            throw Problem(error, full: Problem.tooManySlowQueries)
        }
        return try result.get()
    }

    /// The same for callers without a task: calls `reply` once, on the thread that did the work, or
    /// on this one when it is refused at once.
    ///
    /// - Parameters:
    ///   - bounds: Jobs that may wait before this one.
    ///   - goesFirst: Whether it goes before others' work.
    ///   - full: What is told where too many wait.
    /// - Returns: what withdraws the work, from any thread.
    func start<R: Sendable>(
        within bounds: ShareBounds, for caller: Caller, goesFirst: Bool = false,
        full: @escaping @Sendable (ShareShortage) -> Problem,
        reply: @escaping @Sendable (Result<R, Problem>) -> Void,
        _ work: @escaping @Sendable (Seat, Cancellation) throws(Problem) -> R
    ) -> @Sendable () -> Void {
        let cancellation = Cancellation(within: cancellation)
        return pool.start(
            within: bounds, for: caller, goesFirst: goesFirst,
            { seat in Result { () throws(Problem) in try work(seat, cancellation) } },
            interrupt: { cancellation.raise() }
        ) { reply($0.worded(full: full)) }
    }

    /// Does work later on one of the threads, however many jobs wait; `refused` is called instead
    /// when the lane is closed.
    func post(_ work: @escaping @Sendable () -> Void, refused: @escaping @Sendable () -> Void) {
        pool.post({ _ in work() }, refused: { _ in refused() })
    }

    /// Interrupts what runs, refuses what waits, and lets the threads end. Whoever asked has been
    /// cut off by then: a full lane of reads at their timeouts would take an hour.
    func close() {
        pool.close()
        cancellation.raise()
        pool.join()
    }
}
