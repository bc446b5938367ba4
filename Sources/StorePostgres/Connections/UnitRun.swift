import Network
import PostgresWire
import Quotas

/// A unit on its way: from its submission until its owner has been told, or it was withdrawn.
/// Confined to its loop's thread.
final class UnitRun {
    enum Phase {
        /// For a connection, or for its next attempt.
        case waiting
        case running
        /// Its owner has been told, or wants to hear nothing.
        case over
    }

    /// Why it is being ended before its time.
    enum Fate: Hashable {
        case timedOut
        /// It holds up others, and is to be run on the slow lane, or on another connection of that.
        case tookLong
        case answerTooLarge
        /// There is no memory left for its answer.
        case noMemory
        case withdrawn
    }

    /// What it does and whom it tells; nil once it is over, since whoever holds a token may be held
    /// by the unit.
    private(set) var unit: PostgresUnit?
    let effect: PostgresUnit.Effect
    /// See ``PostgresUnit/isEndedByServer``.
    let isEndedByServer: Bool
    private(set) var answerBytesMax: Int
    private(set) var lane: Lane
    /// Whether it has not waited yet where it is to run now: its place is behind the others of its
    /// caller.
    var isNewToLane = false
    /// Whether this attempt is ended where it takes long, although it is on a slow lane: it has the
    /// connection that is kept for short ones.
    var isTried = false
    /// Whether it was tried on a slow lane and took long, or is known to: it waits for a connection
    /// for such ones.
    private(set) var isLong: Bool
    let pace: Pace?
    /// Whose it is, see ``PostgresUnit/caller``.
    let caller: Caller
    /// The table that it writes, see ``PostgresUnit/table``.
    let table: String?
    /// Whether it stands alone, and may be run again: what a caller runs on a connection lent to it
    /// may be part of a transaction, also when it has given that back meanwhile.
    let isWhole: Bool
    /// When its time is over, in milliseconds of the loop's clock.
    let deadline: UInt64
    /// When it was submitted.
    var submitted: UInt64 = 0
    private(set) var phase = Phase.waiting
    var fate: Fate?
    /// Its number on the connection that runs it, and that.
    private(set) var id: UnitID?
    private weak var connection: PostgresConnection?
    /// When this attempt was begun, and when it was first found to hold up others, in milliseconds
    /// of the loop's clock.
    private(set) var begun: UInt64 = 0
    var overdueSince: UInt64?
    /// Its part of the slow lanes.
    var share: SlowShare?
    /// Bytes of rows in this attempt, or of what is made of them where that is longer.
    var answerBytes = 0
    /// Bytes of them that need no other room than there is, and what is taken for long ones.
    private(set) var coveredBytes: Int
    private(set) var memory: HeldMemory?
    /// Whether a request to cancel that is meant for another unit may hit it in this attempt.
    var mayBeHit = false
    var history = UnitHistory()

    init(_ unit: PostgresUnit, on lane: Lane, deadline: UInt64, isWhole: Bool = true) {
        self.unit = unit
        effect = unit.effect
        isEndedByServer = unit.isEndedByServer
        answerBytesMax = unit.answerBytesMax
        coveredBytes = min(answerBytesMax, ConnectionLimits.shortAnswerBytes)
        self.lane = lane
        pace = unit.pace
        isLong = unit.isLong
        caller = unit.caller
        table = unit.table
        self.deadline = deadline
        self.isWhole = isWhole
    }

    /// It is run on a slow lane from now on, or once more there because it takes long.
    func move(to slowLane: Lane) {
        fate = nil
        memory = nil
        isLong = lane == slowLane
        lane = slowLane
        isNewToLane = true
        answerBytesMax = unit?.slowAnswerBytesMax ?? answerBytesMax
        coveredBytes = min(answerBytesMax, ConnectionLimits.shortAnswerBytes)
    }

    /// Its answer is longer than it may be on any lane.
    func exceedsAllLanes() {
        answerBytesMax = max(answerBytesMax, unit?.slowAnswerBytesMax ?? 0)
    }

    /// Bytes that its answer may have on the slow lane, where it may be run on one.
    var slowAnswerBytesMax: Int? {
        lane.slowLane == nil || pace == nil || !isWhole ? nil : unit?.slowAnswerBytesMax
    }

    /// Takes memory for the rows that have come; what the server asks for itself is short enough.
    ///
    /// - Returns: Why it is to be ended, where there is none.
    func cover(from pool: MemoryPool) -> Fate? {
        if caller == .server {
            coveredBytes = answerBytesMax
            return nil
        }
        let memory = memory ?? HeldMemory(pool, for: caller)
        self.memory = memory
        let wanted = answerBytes + ConnectionLimits.shortAnswerBytes
        switch memory.cover(wanted * ConnectionLimits.memoryPerAnswerByte) {
        case .beyondShare:
            answerBytesMax = pool.bytesMax(for: caller) / ConnectionLimits.memoryPerAnswerByte
            return .answerTooLarge
        case .byCaller, .byOthers: return .noMemory
        case nil:
            coveredBytes = min(answerBytesMax, wanted)
            return nil
        }
    }

    /// So many bytes have been made of its rows. To be called for a row.
    fileprivate func made(_ bytes: Int) {
        guard phase == .running, fate == nil, bytes > answerBytes else { return }
        answerBytes = bytes
        connection?.lengthened(self)
    }

    /// A connection has begun it.
    func began(on connection: PostgresConnection, as id: UnitID) {
        phase = .running
        begun = connection.loop.nowMilliseconds
        self.connection = connection
        self.id = id
    }

    /// The attempt is over; another one may follow.
    func left() {
        connection = nil
        id = nil
        mayBeHit = false
        overdueSince = nil
        if phase == .running { phase = .waiting }
        if phase == .over { share = nil }
    }

    /// Tells the owner, once.
    func tell(_ result: Result<TransactionStatus, UnitFailure>) {
        guard phase != .over else { return }
        phase = .over
        if connection == nil { share = nil }
        let completion = unit?.completion
        unit = nil
        completion?(result)
    }

    /// Nobody wants to hear of it any more.
    func withdraw() {
        guard phase != .over else { return }
        phase = .over
        fate = .withdrawn
        unit = nil
        if connection == nil { share = nil }
        connection?.withdrawn(self)
    }

    /// The same, unless it runs.
    func withdrawWaiting() -> Bool {
        guard phase == .waiting else { return false }
        withdraw()
        return true
    }
}

@available(*, unavailable)
extension UnitRun: Sendable {}

extension UnitRun.Fate {
    /// Whether the rest of its rows is of no use.
    var isOfAnswer: Bool {
        switch self {
        case .answerTooLarge, .noMemory: true
        case .timedOut, .tookLong, .withdrawn: false
        }
    }
}

/// What lets a unit be withdrawn. To be used on the loop.
public struct UnitToken {
    let run: UnitRun

    /// Where it is run by now.
    var lane: Lane { run.lane }

    /// What has been taken for its rows; nil where they are few.
    var memory: HeldMemory? { run.memory }

    /// Nobody is told of the unit any more. One that has not begun never does; one that runs is
    /// cancelled.
    public func withdraw() { run.withdraw() }

    /// Tells how many bytes have been made of its rows so far, which may be many more than they
    /// are: names of members stand in each row, however long. To be called for a row, from within
    /// the loop's turn that brings it.
    func made(_ bytes: Int) { run.made(bytes) }

    /// Withdraws a unit that does not run; whether it is one such.
    public func withdrawWaiting() -> Bool { run.withdrawWaiting() }
}

@available(*, unavailable)
extension UnitToken: Sendable {}
