import Diagnostics
import Quotas
import SQLite
import Store
import Synchronization
import Work

/// A few threads for reads that would hold up a loop, each with a reader of its own, under the
/// statement timeout.
final class SlowLane: Sendable {
    private let lane: WorkerLane<ReaderSeat>
    private let time: Duration
    private let waitingMax: Int
    private let waitingPerCallerMax: Int
    private let moved = Atomic<UInt64>(0)
    private let refused = Atomic<UInt64>(0)
    private let nanoseconds = Atomic<UInt64>(0)

    /// With a thread more than the reads of one caller have: whoever else comes finds it free.
    init(
        _ configuration: DatabaseConfiguration,
        makeReader: @escaping @Sendable () throws(DatabaseError) -> SQLiteReader
    ) {
        time = configuration.statementTimeout
        waitingMax = configuration.waitingSlowReadsMax
        waitingPerCallerMax = configuration.waitingSlowReadsPerCallerMax
        let threads = configuration.slowReadThreads
        lane = WorkerLane(
            name: "slow lane", threadsMax: threads + 1, threadsPerCallerMax: threads
        ) {
            ReaderSeat(makeReader)
        }
    }

    /// A read to be run here.
    ///
    /// It fails with what `body` throws; 53400 when too many reads wait, of this caller or in all;
    /// 57P03 after `close`, 57014 when it is withdrawn.
    ///
    /// - Parameter pace: Told how long it takes.
    func pending<R: Sendable>(
        for caller: Caller, noting pace: Pace? = nil,
        _ body: @escaping @Sendable (SQLiteReader) throws(Problem) -> R
    ) -> PendingRead<R> {
        PendingRead { [self] reply in
            moved.add(1, ordering: .relaxed)
            return lane.start(
                waitingMax: waitingMax, perCallerMax: waitingPerCallerMax, for: caller
            ) { [self] (result: Result<R, Problem>) in
                if case .failure(let problem) = result, problem == .tooManySlowQueries {
                    refused.add(1, ordering: .relaxed)
                }
                reply(result)
            } _: { [self] (seat, cancellation) throws(Problem) in
                let start = monotonicNanoseconds()
                var isLong = true
                defer { note(monotonicNanoseconds() - start, isLong, pace, caller) }
                let (answer, hasLeft) = try seat.run(body, within: time, obeying: cancellation)
                isLong = hasLeft
                return answer
            }
        }
    }

    /// - Parameter isLong: Whether it has failed, or its answer goes on in parts.
    private func note(_ time: UInt64, _ isLong: Bool, _ pace: Pace?, _ caller: Caller) {
        nanoseconds.add(time, ordering: .relaxed)
        if !isLong, time < DatabaseLimits.quickTime.nanoseconds {
            pace?.noteQuick(for: caller)
        } else {
            pace?.note(.slow, for: caller, at: monotonicNanoseconds())
        }
    }

    /// What has been read here, and what is.
    var counts: SlowReadCounts {
        let (waiting, running) = lane.counts
        return SlowReadCounts(
            moved: moved.load(ordering: .relaxed), refused: refused.load(ordering: .relaxed),
            waiting: waiting, running: running, nanoseconds: nanoseconds.load(ordering: .relaxed))
    }

    func close() { lane.close() }
}

/// The reads that took too long for a loop, for `/metrics`.
public struct SlowReadCounts: Hashable, Sendable {
    /// Those that left their loop, so far.
    public var moved: UInt64
    /// Those of them that were refused because too many waited.
    public var refused: UInt64
    /// Those that wait now.
    public var waiting: Int
    /// Those that run now.
    public var running: Int
    /// The time that they have taken.
    public var nanoseconds: UInt64
}

extension ReaderSeat {
    /// - Returns: what `body` does, and whether the reader has left with its answer.
    fileprivate func run<R>(
        _ body: (SQLiteReader) throws(Problem) -> R, within time: Duration,
        obeying cancellation: Cancellation
    ) throws(Problem) -> (answer: R, hasLeft: Bool) {
        let reader = try worded { () throws(DatabaseError) in try self.reader() }
        reader.obey(cancellation)
        reader.lane = .thread(deadline: moment(after: time))
        defer {
            if reader.hasLeft {
                leave()
            } else {
                // Nothing is kept for a job that is over.
                reader.connection.limit(.none)
            }
        }
        return (try body(reader), reader.hasLeft)
    }
}
