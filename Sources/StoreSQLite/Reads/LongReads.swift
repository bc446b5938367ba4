import Diagnostics
public import Quotas
import Store
import Synchronization
import Work

/// The reads that have left the slow lane, and the threads that make their parts: short jobs in
/// turn, so that each gets on however many there are, and none waits for a slow read.
final class LongReads: Sendable {
    private struct State {
        var open: [ObjectIdentifier: (parts: PartMaker, caller: Caller)] = [:]
        var shares = Shares<Caller>()
        var refused = RefusalCounts()
        var ended = 0
        /// Whether none may begin, since the write-ahead log is to begin anew.
        var isPaused = false
        /// Done with, for the slow lane's next jobs: opening a connection costs as much as reading
        /// a megabyte.
        var spares: [PartMaker] = []
        var isClosed = false
    }

    let timeMax: Duration
    private let bounds: ShareBounds
    private let statementTime: Duration
    private let state = Mutex(State())
    /// Makes the parts. One caller leaves a thread to others: a part may take long to be found.
    let lane = WorkerLane(
        name: "long reads", threadsMax: DatabaseLimits.longReadThreads,
        threadsPerCallerMax: DatabaseLimits.longReadThreads - 1
    ) {}

    init(_ configuration: DatabaseConfiguration) {
        timeMax = configuration.longReadTime
        bounds = ShareBounds(
            total: configuration.longReadsMax, each: configuration.longReadsPerCallerMax)
        statementTime = configuration.statementTimeout
    }

    /// What leaves in parts now, and what could not.
    var counts: LongReadCounts {
        state.withLock { state in
            LongReadCounts(
                open: state.shares.total, refused: state.refused, ended: state.ended)
        }
    }

    func add(_ parts: PartMaker, for caller: Caller) throws(Problem) {
        let problem = state.withLock { state -> Problem? in
            if state.isClosed { return .closed }
            if state.isPaused {
                state.refused.count(.inAll)
                return .logIsFull
            }
            if let shortage = state.shares.take(for: caller, within: bounds) {
                state.refused.count(shortage)
                return .tooManyLongReads
            }
            state.open[ObjectIdentifier(parts)] = (parts, caller)
            return nil
        }
        if let problem { throw problem }
        parts.nanosecondsLeft = statementTime.nanoseconds
    }

    /// Ends a read nobody wants any more, on a thread where closing files holds up no loop.
    func remove(_ parts: PartMaker) {
        let isOpen = state.withLock { state in
            guard let entry = state.open.removeValue(forKey: ObjectIdentifier(parts)) else {
                return false
            }
            state.shares.giveBack(from: entry.caller)
            return true
        }
        if isOpen { lane.post({ [self] in finish(parts) }, refused: { parts.finish() }) }
    }

    /// Ends a read and keeps its reader, if there are not enough already.
    private func finish(_ parts: PartMaker) {
        parts.finish()
        state.withLock { state in
            guard !state.isClosed, state.spares.count < DatabaseLimits.spareReadersMax else {
                return
            }
            state.spares.append(parts)
        }
    }

    /// A reader that is no longer in use.
    func takeSpare() -> SQLiteReader? {
        state.withLock { $0.spares.popLast() }?.release()
    }

    func nextPart(of parts: PartMaker) async throws(Problem) -> [UInt8]? {
        while true {
            let part = try await lane.run(for: parts.caller) {
                (_, cancellation) throws(Problem) in
                do throws(DatabaseError) {
                    return try parts.make(cancellation)
                } catch {
                    throw parts.isGivenUp ? .endedForLog : Problem(error)
                }
            }
            if part?.isEmpty != true { return part }
        }
    }

    /// Ends all of them, and lets none begin until `resume`: they have no snapshot soon.
    ///
    /// All, however young: a single one keeps the log from beginning anew.
    func pause() {
        let open = state.withLock { state in
            state.isPaused = true
            let open = state.open.values.map(\.parts).filter { !$0.isGivenUp }
            state.ended += open.count
            return open
        }
        for parts in open {
            parts.giveUp()
            lane.post({ parts.endGivenUp() }, refused: {})
        }
    }

    /// Lets them begin again.
    func resume() { state.withLock { $0.isPaused = false } }

    /// Ends all of them.
    func close() {
        state.withLock { $0.isClosed = true }
        lane.close()
        let open = state.withLock { state in
            defer {
                state.open = [:]
                state.spares = []
            }
            return state.open.values.map(\.parts)
        }
        for parts in open { parts.end() }
    }
}

/// The answers that leave in parts, for `/metrics`.
public struct LongReadCounts: Hashable, Sendable {
    /// Those on their way now.
    public var open: Int
    /// Reads refused because as many were as may, or the write-ahead log was full.
    public var refused: RefusalCounts
    /// Those ended because the write-ahead log was full.
    public var ended = 0
}

extension Problem {
    /// 53400: as many answers are being sent as may, in all, of the caller or of his site.
    fileprivate static let tooManyLongReads = Problem(
        code: "53400", status: 503, message: "Too many long answers are being sent.",
        hint: "Read the answers you have asked for, or ask for fewer rows at a time.",
        retryAfterSeconds: 1)

    /// 53400: the write-ahead log is beyond its bound.
    fileprivate static let logIsFull = Problem(
        code: "53400", status: 503,
        message: "The write-ahead log is full, and long answers keep it from being emptied.",
        hint: "Try again in a moment, or ask for fewer rows at a time.", retryAfterSeconds: 1)

    /// 53400: the answer has been given up for the write-ahead log.
    fileprivate static let endedForLog = Problem(
        code: "53400", status: 503,
        message: "The answer was ended: the write-ahead log was full of what changed meanwhile.",
        hint: "Ask for fewer rows at a time, or raise database.wal_bytes.", retryAfterSeconds: 1)
}
