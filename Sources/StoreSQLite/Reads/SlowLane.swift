import Diagnostics
public import Quotas
import SQLite
import Store
import Synchronization
import Work

/// A few threads for reads that would hold up a loop, each with a reader of its own, under the
/// statement timeout.
///
/// Whoever comes has a thread soon, however many reads take long: those are held to a number of
/// places (``SlowPlaces``).
final class SlowLane: Sendable {
    /// What becomes of a run.
    enum Outcome<Answer: Sendable>: Sendable {
        case answer(Answer)
        /// It is to be begun again, with a place or as soon as reads may.
        case mustWait(needsPlace: Bool)
    }

    private let lane: WorkerLane<ReaderSeat>
    /// Where reads wait that could not go on.
    let places: SlowPlaces
    /// Whose reads wait, here or there.
    let waiting = WaitingSlowReads()
    /// What a read has, in all its runs.
    let time: Duration
    private let firstSlice: Duration
    private let threads: Int
    /// Reads that may wait.
    private let bounds: ShareBounds
    private let moved = Atomic<UInt64>(0)
    private let deferred = Atomic<UInt64>(0)
    private let refused = Mutex(RefusalCounts())
    private let nanoseconds = Atomic<UInt64>(0)

    /// With a place more than one caller or site has, and a thread more than there are places.
    init(
        _ configuration: DatabaseConfiguration,
        makeReader: @escaping @Sendable () throws(DatabaseError) -> SQLiteReader
    ) {
        time = configuration.statementTimeout
        firstSlice = configuration.firstSlice
        bounds = ShareBounds(
            total: configuration.waitingSlowReadsMax,
            each: configuration.waitingSlowReadsPerCallerMax)
        let ofCaller = configuration.slowReadThreads
        threads = configuration.slowLaneThreads
        places = SlowPlaces(placesMax: threads - 1, perCallerMax: ofCaller)
        lane = WorkerLane(name: "slow lane", threadsMax: threads, threadsPerCallerMax: ofCaller) {
            ReaderSeat(makeReader)
        }
    }

    /// A read to be run here.
    ///
    /// It fails with what `body` throws, which may run more than once; 53400 when too many reads
    /// wait, of this caller, from his site or in all; 57P03 after `close`, 57014 when it is
    /// withdrawn.
    ///
    /// - Parameter pace: Told how long it takes.
    func pending<R: Sendable>(
        for caller: Caller, noting pace: Pace? = nil,
        _ body: @escaping @Sendable (SQLiteReader) throws(Problem) -> R
    ) -> PendingRead<R> {
        PendingRead { [self] reply in
            moved.add(1, ordering: .relaxed)
            return SlowRead(for: caller, on: self, noting: pace, body, reply: reply).start()
        }
    }

    /// Counts a read that is not begun here, but waits for a later turn of its loop.
    func countDeferred() { deferred.add(1, ordering: .relaxed) }

    /// Queues a run for a thread.
    ///
    /// - Parameters:
    ///   - read: What it is a run of, which counts as waiting.
    ///   - isNew: Whether it is its read's first, which is refused where too many wait, unless
    ///     another caller has more of them.
    ///   - end: Called when it has left the thread, or was never begun.
    /// - Returns: what withdraws it.
    func enter<R: Sendable>(
        _ run: SlowRun, of read: any ParkedRead, isNew: Bool, noting pace: Pace?,
        _ body: @escaping @Sendable (SQLiteReader) throws(Problem) -> R,
        end: @escaping @Sendable (Result<Outcome<R>, Problem>) -> Void
    ) -> (@Sendable () -> Void)? {
        // The server's own wait however many do.
        var free = ShareBounds()
        if isNew, run.caller != .server {
            do throws(ShareShortage) {
                free = try room(for: read)
            } catch {
                end(.failure(refusal(error)))
                return nil
            }
        }
        return lane.start(
            within: free, for: run.caller, goesFirst: run.hasPlace, full: refusal
        ) { [places] (result: Result<Outcome<R>, Problem>) in
            places.leave(run)
            end(result)
        } _: { [self] (seat, cancellation) throws(Problem) in
            try perform(run, on: seat, obeying: cancellation, noting: pace, body)
        }
    }

    /// Counts a read that is refused.
    ///
    /// - Returns: what it is told.
    private func refusal(_ shortage: ShareShortage) -> Problem {
        refused.withLock { $0.count(shortage) }
        return .tooManySlowQueries(shortage)
    }

    /// How many may wait for a thread as a new read comes. A thread may be free all the same: what
    /// runs there would wait with the others.
    ///
    /// - Throws: What keeps the read from waiting.
    private func room(for read: any ParkedRead) throws(ShareShortage) -> ShareBounds {
        let parked = places.waiting(besides: read.caller)
        if let shortage = bounds.shareShortage(beside: parked) { throw shortage }
        let room = bounds - parked
        let (jobs, running) = lane.counts
        if max(0, jobs + running - threads) < room.total { return room }
        if let shortage = waiting.shortage(of: read, within: bounds) { throw shortage }
        guard let displaced = waiting.takeLast(insteadOf: read) else { throw .inAll }
        refused.withLock { $0.count(.inAll) }
        displaced.displace()
        // One has gone, and this one comes.
        return ShareBounds()
    }

    /// Runs a read on its thread.
    private func perform<R: Sendable>(
        _ run: SlowRun, on seat: ReaderSeat, obeying withdrawal: Cancellation, noting pace: Pace?,
        _ body: @Sendable (SQLiteReader) throws(Problem) -> R
    ) throws(Problem) -> Outcome<R> {
        guard places.enter(run) else { return .mustWait(needsPlace: run.hasPlace) }
        let start = monotonicNanoseconds()
        defer {
            run.nanoseconds = monotonicNanoseconds() - start
            nanoseconds.add(run.nanoseconds, ordering: .relaxed)
        }
        var isLong = true
        defer { if !run.mustBeginAgain { note(monotonicNanoseconds() - start, isLong, pace, run) } }
        let reader = try worded { () throws(DatabaseError) in try seat.reader() }
        reader.obey(run.cancellation(beside: withdrawal))
        reader.lane = .thread(deadline: moment(after: .nanoseconds(run.timeLeft)))
        if !run.hasPlace {
            let slice = FirstSlice(firstSlice)
            reader.connection.review(at: slice.nextLook ?? 0) { [places] in
                slice.nextLook ?? (places.take(for: run) ? .max : nil)
            }
        }
        defer { seat.end(reader) }
        let result = Result { () throws(Problem) in try body(reader) }
        if case .success = result { isLong = reader.hasLeft }
        // Whatever it says then, and that may be that it has found nothing.
        if run.mustBeginAgain, !reader.hasLeft, !withdrawal.isRaised {
            return .mustWait(needsPlace: run.hasPlace || run.lacksPlace)
        }
        return .answer(try result.get())
    }

    /// - Parameter isLong: Whether it has failed, or its answer goes on in parts.
    private func note(_ time: UInt64, _ isLong: Bool, _ pace: Pace?, _ run: SlowRun) {
        if !isLong, time < DatabaseLimits.quickTime.nanoseconds {
            pace?.noteQuick(for: run.caller)
        } else {
            pace?.note(.slow, for: run.caller, at: monotonicNanoseconds())
        }
    }

    /// What has been read here, and what is.
    var counts: SlowReadCounts {
        let (waiting, running) = lane.counts
        let parked = places.counts
        return SlowReadCounts(
            deferred: deferred.load(ordering: .relaxed), moved: moved.load(ordering: .relaxed),
            refused: refused.withLock { $0 }, again: parked.again,
            waiting: waiting + parked.waiting, running: running,
            nanoseconds: nanoseconds.load(ordering: .relaxed))
    }

    func close() {
        places.close()
        lane.close()
    }
}

/// The reads that took too long for a loop, for `/metrics`.
public struct SlowReadCounts: Hashable, Sendable {
    /// Those that waited for a later turn of their loop, so far.
    public var deferred: UInt64
    /// Those that left their loop, so far.
    public var moved: UInt64
    /// Those of them that were refused because too many waited.
    public var refused: RefusalCounts
    /// How often one was begun again, since it took longer than its first slice while others had
    /// all places, or stood in the way of a checkpoint.
    public var again: UInt64
    /// Those that wait now.
    public var waiting: Int
    /// Those that run now.
    public var running: Int
    /// The time that they have taken.
    public var nanoseconds: UInt64
}

extension ReaderSeat {
    /// The reader's run is over. Nothing is kept for it, and the reader may have left with it.
    fileprivate func end(_ reader: SQLiteReader) {
        reader.connection.endReview()
        guard reader.hasLeft else { return reader.connection.limit(.none) }
        leave()
        let parts = reader.leaving
        reader.leaving = nil
        parts?.handOver()
    }
}
