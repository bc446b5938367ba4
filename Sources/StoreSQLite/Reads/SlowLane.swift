import Diagnostics
import Quotas
import SQLite
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

    /// A read to be run here.
    ///
    /// It fails with what `body` throws; 53400 when too many reads wait; 57P03 after `close`, 57014
    /// when it is withdrawn.
    func pending<R: Sendable>(
        for caller: Caller,
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
