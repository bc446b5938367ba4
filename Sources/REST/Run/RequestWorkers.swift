import Diagnostics
import HTTP
import Quotas
import Store
import Work

/// The threads on which long bodies are read and their rows made, and costly requests are planned,
/// where that holds up no loop. Fair between sites and their callers. Shared by all loops.
public final class RequestWorkers: Sendable {
    private let pool: WorkerPool<Void>

    /// Workers whose threads are made when first needed.
    ///
    /// - Parameter threads: For the requests of one caller, and of one site; whoever else comes
    ///   finds another one.
    public init(threads: Int) {
        pool = WorkerPool(
            name: "requests", threadsMax: threads + 1, threadsPerCallerMax: threads,
            niceness: PosixThread.longWorkNiceness
        ) {}
    }

    deinit { close() }

    /// What is done here now, and how long all has taken that was.
    public var counts: RequestWorkerCounts {
        let (waiting, running) = pool.counts
        return RequestWorkerCounts(
            waiting: waiting, running: running, nanoseconds: pool.nanoseconds)
    }

    /// Refuses what waits, and ends the threads after what they have begun.
    public func close() {
        pool.close()
        pool.join()
    }

    /// Does work on one of the threads, and goes on with its result on the loop.
    ///
    /// - Parameters:
    ///   - caller: Whose share of the threads it takes. How much may wait is bounded by the memory
    ///     that bodies may take, and by the connections that one address may have.
    ///   - log: Told why the work, or what came after it, has failed.
    ///   - work: Asks the memory for what it makes.
    func prepare<R: Sendable>(
        for caller: Caller, _ log: RequestLog,
        _ work: @escaping @Sendable (HeldMemory) throws(Problem) -> R,
        then answer: @escaping (R) throws(Problem) -> Answer
    ) -> Answer {
        let preparation = Preparation { [pool] memory, done in
            pool.start(for: caller) { _ in
                Result { () throws(Problem) in try work(memory) }
            } reply: { done($0.worded(full: { _ in PosixThread.refused })) }
        } answer: { (result: Result<R, Problem>) in
            do throws(Problem) {
                return try answer(try result.get())
            } catch {
                return .response(log.failed(error))
            }
        }
        return .prepared(preparation)
    }
}

/// The work on requests that would have held up a loop, for `/metrics`.
public struct RequestWorkerCounts: Hashable, Sendable {
    /// What waits for a thread now.
    public let waiting: Int
    /// What is being done now.
    public let running: Int
    /// The time that all has taken which is done.
    public let nanoseconds: UInt64
}
