import Quotas
import Store

/// Keeps the writes that hold the writer for longer than a turn aims at to a share of its time, as
/// long as shorter ones come in between: after each of them the next one rests. Who writes waits
/// for the rest of the one that runs; so the longer they are, the fewer there are to be.
struct LongWrites {
    /// Percent of the writer's time that those of up to two turns have.
    private let share: UInt64
    /// Nanoseconds that a turn aims at.
    private let turn: UInt64
    /// Callers whose writes have been long.
    private var known: [Caller: Record] = [:]
    /// Whose write was long last.
    private var lastLong: Caller?
    /// Until when none begins.
    private var restEnd: UInt64 = 0
    /// When the last short write ended.
    private var lastShort: UInt64?
    /// How long the long ones of the turn that runs have taken.
    private var timeOfTurn: UInt64 = 0

    /// What is known of a caller.
    private struct Record {
        /// The fewest rows whose write has been long.
        var rows: Int
        /// How often writes of as many have not been so since, one after the other.
        var quick = 0
        /// Until when it is kept, however many have not: the end of the rest. Short ones between
        /// the long ones must not make these unexpected.
        var keptUntil: UInt64 = 0
    }

    /// What a write has been.
    enum Length {
        /// No more than a turn.
        case short
        /// More than a turn.
        case long
        /// More than two turns.
        case veryLong
    }

    /// - Parameters:
    ///   - share: Percent of the writer's time, 1...100.
    ///   - turn: Nanoseconds that a turn aims at.
    init(share: Int, turn: UInt64) {
        self.share = UInt64(clamping: min(max(share, 1), 100))
        self.turn = turn
    }

    /// Whether a write is expected to be long: for its number of rows, or since one of its caller's
    /// with no more has been.
    func isExpected(_ job: WriteJob) -> Bool {
        if job.isLarge { return true }
        guard let rows = job.rows, let least = known[job.caller]?.rows else { return false }
        return rows >= least
    }

    /// Until when the next one rests. Nobody is spared anything while no shorter ones come.
    var end: UInt64 { min(restEnd, lastShort.map { $0 &+ DatabaseLimits.shortWritesTime } ?? 0) }

    /// A turn begins.
    mutating func beginTurn() { timeOfTurn = 0 }

    /// A write has held the writer for so long. What takes about a turn comes out now above it, now
    /// below, and is not to rest for its own caller's sake: it is neither long nor short for him.
    ///
    /// - Returns: what it has been, as far as it can be expected of others of its caller.
    mutating func end(_ job: WriteJob, after time: UInt64, at now: UInt64) -> Length {
        let isShort = time < turn / 2
        let isOthers = lastLong != nil && lastLong != job.caller
        if !job.isLong, isShort || isOthers { lastShort = now }
        guard case .shared = job.priority else { return .short }
        let rows = job.rows ?? .max
        guard time > turn else {
            noteQuick(job.caller, rows, isShort: isShort, at: now)
            return .short
        }
        let length = time > 2 * turn ? Length.veryLong : .long
        if known.count >= DatabaseLimits.longWritersMax { known = [:] }
        var record = known[job.caller] ?? Record(rows: rows)
        record.rows = min(rows, record.rows)
        record.quick = 0
        lastLong = job.caller
        timeOfTurn &+= time
        restEnd = now &+ rest(after: timeOfTurn)
        record.keptUntil = restEnd
        known[job.caller] = record
        return length
    }

    /// A write that was expected to be long if it has as many rows as one that was, and was not.
    private mutating func noteQuick(_ caller: Caller, _ rows: Int, isShort: Bool, at now: UInt64) {
        guard var writer = known[caller], rows >= writer.rows, now >= writer.keptUntil else {
            return
        }
        writer.quick += 1
        let isOver = isShort || writer.quick >= DatabaseLimits.quickWritesMax
        known[caller] = isOver ? nil : writer
    }

    /// The turn's commit, which follows at once, has taken so long.
    mutating func endCommit(after time: UInt64) {
        if timeOfTurn > 0 { restEnd &+= time &+ rest(after: time) }
    }

    /// The rest that belongs to a part of the time of this turn's long ones.
    private func rest(after time: UInt64) -> UInt64 {
        let rest = time &* (100 - share) / share
        if timeOfTurn <= 2 * turn { return rest }
        return max(rest, min(DatabaseLimits.longRests &* rest, DatabaseLimits.longRestMax))
    }
}
