public import Diagnostics
import SQLite
import Synchronization
public import Values

/// A query in the middle of its rows. Confined like its reader, with which it may leave.
public final class RunningQuery {
    private var rows: Rows

    init(_ rows: consuming Rows) { self.rows = rows }

    /// Lets `body` take rows.
    public func withRows<R>(
        _ body: (inout Rows) throws(DatabaseError) -> R
    ) throws(DatabaseError) -> R {
        try body(&rows)
    }
}

extension Reader {
    /// Starts a query on the slow lane that may have more rows than an answer should hold.
    public func start(
        text: String, arguments: [Value], _ context: QueryContext
    ) throws(DatabaseError) -> RunningQuery {
        RunningQuery(try start(text: text, arguments: arguments, context, budget: .inline))
    }

    /// Lets a query of the slow lane go on as long as its reader likes to read: the connection, its
    /// snapshot and the query leave the lane's thread, which gets a new connection for its next job.
    ///
    /// - Parameters:
    ///   - first: Bytes made already.
    ///   - caller: Whose share of the long reads this takes.
    ///   - append: Makes one row's bytes and answers true, or what stands behind the last row and
    ///     answers false. Called by one thread at a time.
    /// - Throws: 53400 when too many long reads are open, of this caller or in all; 57P03 after
    ///   `close`.
    public func leave(
        with query: RunningQuery, first: [UInt8], for caller: String,
        append: @escaping (inout Rows, inout [UInt8]) throws(DatabaseError) -> Bool
    ) throws(Problem) -> LongRead {
        guard let longReads else { preconditionFailure("a loop's reader stays with its loop") }
        let parts = PartMaker(self, query, append)
        try longReads.add(parts, for: caller)
        hasLeft = true
        return LongRead(parts, first: first, of: longReads)
    }
}

/// An answer that leaves in parts, straight from its snapshot: between two parts no thread waits
/// for whoever reads it. Letting go of it ends it.
public final class LongRead: Sendable {
    private let parts: PartMaker
    private let longReads: LongReads
    private let first: Mutex<ArraySlice<UInt8>>

    init(_ parts: PartMaker, first: [UInt8], of longReads: LongReads) {
        self.parts = parts
        self.longReads = longReads
        // A copy of just its bytes: the array has grown by doubling.
        self.first = Mutex(Array(first[...])[...])
    }

    deinit { longReads.remove(parts) }

    /// How long it may hold its snapshot. Whoever sends the answer keeps to it.
    public var timeMax: Duration { longReads.timeMax }

    /// The next part, about `DatabaseLimits.partBytes` long; nil at the end. To be called by one
    /// task at a time, whose cancellation ends the read.
    ///
    /// - Throws: 57014 when the statement has used up its time, which runs only while parts are
    ///   made; what the database reports; 57P03 after `close`.
    public func next() async throws(Problem) -> [UInt8]? {
        let part = first.withLock { first in
            let part = first.prefix(DatabaseLimits.partBytes)
            first = first.dropFirst(part.count)
            return Array(part)
        }
        return part.isEmpty ? try await longReads.nextPart(of: parts) : part
    }
}

/// The reads that have left the slow lane, and the threads that make their parts: short jobs in
/// turn, so that each gets on however many there are, and none waits for a slow read.
final class LongReads: Sendable {
    private struct State {
        var open: [ObjectIdentifier: (parts: PartMaker, caller: String)] = [:]
        var byCaller: [String: Int] = [:]
        /// Done with, for the slow lane's next jobs: opening a connection costs as much as reading a
        /// megabyte.
        var spares: [PartMaker] = []
        var isClosed = false
    }

    let timeMax: Duration
    private let statementTime: Duration
    private let state = Mutex(State())
    private let lane = WorkerLane(
        name: "long reads", threadsMax: DatabaseLimits.longReadThreads
    ) {}

    init(_ configuration: DatabaseConfiguration) {
        timeMax = configuration.longReadTime
        statementTime = configuration.statementTimeout
    }

    func add(_ parts: PartMaker, for caller: String) throws(Problem) {
        let problem = state.withLock { state -> Problem? in
            if state.isClosed { return .closed }
            let count = state.byCaller[caller, default: 0]
            if count >= DatabaseLimits.longReadsPerCallerMax
                || state.open.count >= DatabaseLimits.longReadsMax
            {
                return .tooManyLongReads
            }
            state.byCaller[caller] = count + 1
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
            let count = state.byCaller[entry.caller, default: 0] - 1
            state.byCaller[entry.caller] = count > 0 ? count : nil
            return true
        }
        if isOpen { lane.post({ [self] in finish(parts) }, refused: { parts.end() }) }
    }

    /// Ends a read and keeps its reader, if there are not enough already.
    private func finish(_ parts: PartMaker) {
        parts.end()
        state.withLock { state in
            guard !state.isClosed, state.spares.count < DatabaseLimits.slowLaneThreads else {
                return
            }
            state.spares.append(parts)
        }
    }

    /// A reader that is no longer in use.
    func takeSpare() -> Reader? {
        state.withLock { $0.spares.popLast() }?.release()
    }

    func nextPart(of parts: PartMaker) async throws(Problem) -> [UInt8]? {
        while true {
            let part = try await lane.run(waitingMax: .max) {
                (_, cancellation) throws(Problem) in
                do throws(DatabaseError) {
                    return try parts.make(cancellation)
                } catch {
                    throw Problem(error)
                }
            }
            if part?.isEmpty != true { return part }
        }
    }

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

/// The reader, the query and the encoder of a long read.
///
/// Unchecked: the lane's threads use it, one after the other. The next job is given to the lane only
/// when the last one has answered, `end` when nobody can ask for another or no thread is left, and
/// the lane's lock orders them.
final class PartMaker: @unchecked Sendable {
    private var reader: Reader?
    private var query: RunningQuery?
    private var append: ((inout Rows, inout [UInt8]) throws(DatabaseError) -> Bool)?
    /// The reader's own page cache.
    private let cacheKiB: Int
    /// What is left of the statement timeout.
    var nanosecondsLeft: UInt64 = 0

    init(
        _ reader: Reader, _ query: RunningQuery,
        _ append: @escaping (inout Rows, inout [UInt8]) throws(DatabaseError) -> Bool
    ) {
        self.reader = reader
        self.query = query
        self.append = append
        cacheKiB = reader.cacheKiB
        // The rows are gone over once: a large cache would only stand there.
        reader.cacheKiB = DatabaseLimits.longReadCacheKiB
    }

    /// The next part; an empty one when it was the turn of others first, nil at the end.
    func make(_ cancellation: Cancellation) throws(DatabaseError) -> [UInt8]? {
        guard let reader, let query, let append else { return nil }
        let start = monotonicNanoseconds()
        reader.connection.obey(cancellation)
        reader.connection.limit(.deadline(start &+ nanosecondsLeft))
        defer {
            let used = monotonicNanoseconds() - start
            nanosecondsLeft -= min(nanosecondsLeft, used)
        }
        var part: [UInt8] = []
        part.reserveCapacity(DatabaseLimits.partBytes + DatabaseLimits.partBytes / 16)
        let isAtEnd = try query.withRows { (rows) throws(DatabaseError) in
            var rowCount = 0
            while try append(&rows, &part) {
                rowCount += 1
                if part.count >= DatabaseLimits.partBytes { return false }
                // Small rows are quicker than a look at the clock for each.
                if rowCount % 16 == 0,
                    monotonicNanoseconds() - start > DatabaseLimits.partNanosecondsMax
                {
                    return false
                }
            }
            return true
        }
        if isAtEnd { end() }
        return part
    }

    /// Gives up the query and its snapshot.
    func end() {
        query = nil
        append = nil
        guard let reader else { return }
        reader.connection.limit(.none)
        if reader.connection.isInTransaction { try? reader.connection.execute("COMMIT") }
    }

    /// The reader, as it came, after the end.
    func release() -> Reader? {
        guard let reader else { return nil }
        self.reader = nil
        reader.cacheKiB = cacheKiB
        reader.hasLeft = false
        return reader
    }
}
