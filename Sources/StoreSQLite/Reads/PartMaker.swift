import Diagnostics
import Quotas
import SQLite
import Store
import Synchronization

/// The reader, the query and the encoder of a long read.
///
/// Unchecked: the lane's threads use it, one at a time, which `turn` sees to. Before it is handed
/// over it belongs to the thread of the slow lane that has made it.
final class PartMaker: @unchecked Sendable {
    private struct Turn {
        var isHandedOver = false
        /// Whether its end has come before that of its rows.
        var isCutShort = false
    }

    private let turn = Mutex(Turn())
    private let ending = Cancellation()
    private var reader: SQLiteReader?
    private var query: RunningQuery?
    private var append: ((inout Rows, inout [UInt8]) throws(DatabaseError) -> Bool)?
    /// The reader's own page cache, which is given back to it at the end.
    private var cacheKiB: Int?
    /// What a part has taken, and the row that the engine holds.
    private let memory: AnswerMemory
    /// Whose share of the threads it takes.
    let caller: Caller
    /// What is left of the statement timeout.
    var nanosecondsLeft: UInt64 = 0

    init(
        _ reader: SQLiteReader, _ query: RunningQuery, _ memory: AnswerMemory, for caller: Caller,
        _ append: @escaping (inout Rows, inout [UInt8]) throws(DatabaseError) -> Bool
    ) {
        self.caller = caller
        self.reader = reader
        self.query = query
        self.memory = memory
        self.append = append
    }

    /// There is a place for it: the rows are gone over once, and a large cache would only stand
    /// there.
    func shrinkCache() {
        cacheKiB = reader?.cacheKiB
        reader?.cacheKiB = DatabaseLimits.longReadCacheKiB
    }

    /// The slow lane's thread is done with it.
    func handOver() {
        turn.withLock { turn in
            turn.isHandedOver = true
            if isGivenUp { cutShort(&turn) }
        }
    }

    /// Whether it ends before its time.
    var isGivenUp: Bool { ending.isRaised }

    /// Interrupts the part that is being made, and lets no other be made. `endGivenUp` is to
    /// follow.
    func giveUp() { ending.raise() }

    /// Lets go of the snapshot, on a thread that may wait for a part.
    func endGivenUp() {
        turn.withLock { turn in
            if turn.isHandedOver { cutShort(&turn) }
        }
    }

    private func cutShort(_ turn: inout Turn) {
        guard query != nil else { return }
        turn.isCutShort = true
        letGo()
    }

    /// The next part; an empty one when it was the turn of others first, nil at the end.
    func make(_ cancellation: Cancellation) throws(DatabaseError) -> [UInt8]? {
        try turn.withLock { turn throws(DatabaseError) in
            if turn.isCutShort { throw .timeout }
            return try makePart(Cancellation(within: cancellation, and: ending))
        }
    }

    private func makePart(_ cancellation: Cancellation) throws(DatabaseError) -> [UInt8]? {
        guard let reader, let query, let append else { return nil }
        let start = monotonicNanoseconds()
        reader.connection.obey(cancellation)
        reader.connection.limit(.deadline(start &+ nanosecondsLeft))
        let end = start &+ DatabaseLimits.partNanosecondsMax
        defer {
            let used = monotonicNanoseconds() - start
            nanosecondsLeft -= min(nanosecondsLeft, used)
        }
        var part: [UInt8] = []
        part.reserveCapacity(DatabaseLimits.partBytes + DatabaseLimits.partBytes / 16)
        let isAtEnd = try query.withRows { (rows) throws(DatabaseError) in
            while try append(&rows, &part) {
                if part.count >= DatabaseLimits.partBytes { return false }
                // The deadline has the clock looked at: the time of the last look says enough.
                if reader.connection.lastLook > end { return false }
            }
            return true
        }
        if part.count > memory.bytesMax { try memory.cover(part.count) }
        if isAtEnd { letGo() }
        return part
    }

    /// Gives up the query and its snapshot.
    func end() { turn.withLock { _ in letGo() } }

    private func letGo() {
        query = nil
        append = nil
        guard let reader else { return }
        reader.connection.limit(.none)
        reader.connection.boundArrays()
        if reader.connection.isInTransaction { reader.connection.endReading() }
    }

    /// Ends, and gives back what its parts took: the last one has been sent.
    func finish() {
        end()
        memory.end()
    }

    /// The reader, as it came, after the end.
    func release() -> SQLiteReader? {
        guard let reader else { return nil }
        self.reader = nil
        if let cacheKiB { reader.cacheKiB = cacheKiB }
        reader.hasLeft = false
        return reader
    }
}
