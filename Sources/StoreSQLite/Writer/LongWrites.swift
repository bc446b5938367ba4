import Quotas
import Store

/// Keeps the writes that hold the writer for longer than a turn aims at to a share of its time, as
/// long as shorter ones come in between: after each of them the next one rests.
struct LongWrites {
    /// Percent of the writer's time.
    private let share: UInt64
    /// By caller the fewest rows whose write has been long, and none of as many been short since.
    private var rowsMin: [Caller: Int] = [:]
    /// Until when none begins.
    private var restEnd: UInt64 = 0
    /// When the last short write ended.
    private var lastShort: UInt64?
    /// Whether the turn that runs has had a long one.
    private var isInTurn = false

    /// - Parameter share: Percent of the writer's time, 1...100.
    init(share: Int) { self.share = UInt64(clamping: min(max(share, 1), 100)) }

    /// Whether a write is expected to be long: for its number of rows, or since one of its caller's
    /// with no more has been.
    func isExpected(_ job: WriteJob) -> Bool {
        if job.isLarge { return true }
        guard let rows = job.rows, let least = rowsMin[job.caller] else { return false }
        return rows >= least
    }

    /// Until when the next one rests. Nobody is spared anything while no shorter ones come.
    var end: UInt64 { min(restEnd, lastShort.map { $0 &+ DatabaseLimits.shortWritesTime } ?? 0) }

    /// A turn begins.
    mutating func beginTurn() { isInTurn = false }

    /// A write has held the writer for so long. What takes about a turn is neither long nor short:
    /// the same write comes out now above it, now below, and is not to rest for its own sake.
    ///
    /// - Returns: whether that was long.
    mutating func end(_ job: WriteJob, after time: UInt64, at now: UInt64) -> Bool {
        let isShort = time < DatabaseLimits.turnNanoseconds / 2
        if isShort, !job.isLong { lastShort = now }
        guard case .shared = job.priority else { return false }
        let rows = job.rows ?? .max
        guard time > DatabaseLimits.turnNanoseconds else {
            if isShort, let least = rowsMin[job.caller], rows >= least {
                rowsMin[job.caller] = nil
            }
            return false
        }
        if rowsMin.count >= DatabaseLimits.longWritersMax { rowsMin = [:] }
        rowsMin[job.caller] = min(rows, rowsMin[job.caller] ?? .max)
        isInTurn = true
        restEnd = now &+ rest(after: time)
        return true
    }

    /// The turn's commit, which follows at once, has taken so long.
    mutating func endCommit(after time: UInt64) {
        if isInTurn { restEnd &+= time &+ rest(after: time) }
    }

    private func rest(after time: UInt64) -> UInt64 { time &* (100 - share) / share }
}
