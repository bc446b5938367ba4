import SQLite
import Diagnostics
import Store
import Work

/// A few threads for reads that would hold up a loop, each with a reader of its own, under the
/// statement timeout.
final class SlowLane: Sendable {
    private let lane: WorkerLane<ReaderSeat>
    private let time: Duration

    init(
        statementTimeout: Duration,
        makeReader: @escaping @Sendable () throws(DatabaseError) -> SQLiteReader
    ) {
        time = statementTimeout
        lane = WorkerLane(name: "slow lane", threadsMax: DatabaseLimits.slowLaneThreads) {
            ReaderSeat(makeReader)
        }
    }

    /// Runs a read and returns what it returns. When the calling task is cancelled, the read is
    /// dropped or interrupted.
    ///
    /// - Throws: what `body` throws; 53400 when too many reads wait; 57P03 after `close`, 57014
    ///   when dropped.
    func run<R: Sendable>(
        _ body: @escaping @Sendable (SQLiteReader) throws(Problem) -> R
    ) async throws(Problem) -> R {
        try await lane.run(waitingMax: DatabaseLimits.waitingSlowReadsMax) {
            [time] (seat, cancellation) throws(Problem) in
            try seat.run(body, within: time, obeying: cancellation)
        }
    }

    /// The same for callers without a task.
    func pending<R: Sendable>(
        _ body: @escaping @Sendable (SQLiteReader) throws(Problem) -> R
    ) -> PendingRead<R> {
        PendingRead { [self] reply in
            lane.start(waitingMax: DatabaseLimits.waitingSlowReadsMax, reply: reply) {
                [time] (seat, cancellation) throws(Problem) in
                try seat.run(body, within: time, obeying: cancellation)
            }
        }
    }

    func close() { lane.close() }
}

extension ReaderSeat {
    fileprivate func run<R>(
        _ body: (SQLiteReader) throws(Problem) -> R, within time: Duration,
        obeying cancellation: Cancellation
    ) throws(Problem) -> R {
        let reader = try worded { () throws(DatabaseError) in try self.reader() }
        reader.obey(cancellation)
        reader.lane = .thread(deadline: moment(after: time))
        defer { if reader.hasLeft { leave() } }
        return try body(reader)
    }
}
