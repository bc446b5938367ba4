import Diagnostics
import SQLite
import Synchronization

/// Has the write-ahead log copied into the file, and keeps it within its bound. Confined to the
/// writer's thread.
///
/// The log begins anew at a moment when all of it has been copied into the file and nobody reads in
/// it. From some length on it is copied beside the writer (``LogCopies``), who has to do the last
/// of it himself, since he adds to it meanwhile: that is little then.
///
/// Reads of a loop are over with its turn; those that last keep the log from that as long as
/// one begins before the other ends. Beyond the bound they make way together, since a single one
/// suffices to keep it; a moment later, for a turn of a loop may be all that is in the way. A
/// snapshot of another process cannot be ended, and that of a backup must not: then they wait no
/// longer, and are asked again when the log has grown by its bound once more.
struct LogBound {
    private enum State {
        /// The log is within the bound.
        case within
        /// It is beyond, and those that last make way from this moment on.
        case beyond(until: UInt64)
        /// Reads make way until this moment.
        case making(until: UInt64)
        /// They have, and somebody else is in the way.
        case blocked
    }

    private let bytesMax: Int
    private let copies: LogCopies
    private let reads: LastingReads
    private let size: LogSize
    /// What waits in the log for an archive that is not there now.
    private let waiting: WaitingLog?
    /// Bytes of the log that are not beyond the bound though nothing of them is copied.
    private var waitingMax: Int?
    private var state = State.within
    /// Bytes beyond which reads make way.
    private var threshold: Int
    /// When to look though nobody writes; nil for not at all.
    private(set) var nextLook: UInt64?
    private var copySchedule = CopySchedule()
    /// Whether a backup was in the way at the last look.
    private var wasHeld = false
    /// Whether a write has found the disk full since the log began anew.
    private var isDiskFull = false
    /// From when on that is worth a try.
    private var nextRelief: UInt64 = 0

    init(
        _ configuration: DatabaseConfiguration, copies: LogCopies, reads: LastingReads,
        size: LogSize, waiting: WaitingLog?
    ) {
        self.copies = copies
        bytesMax = configuration.walBytesMax
        threshold = bytesMax
        self.reads = reads
        self.size = size
        self.waiting = waiting
    }

    /// Looks between two turns how long the log is, and does what is to be done about it.
    mutating func look(_ connection: Connection, _ hold: ArchiveHold?) {
        let now = monotonicNanoseconds()
        hold?.settle(connection)
        if let nextLook, now < nextLook { return }
        guard let mark = connection.logMark else {
            // Half written by another process: it is whole at the next look.
            if nextLook != nil { lookLater(hold) }
            return
        }
        let bytes = mark.byteCount
        size.note(bytes)
        hold?.look(at: mark, isPressing: isDiskFull)
        if leaves(bytes) { return end() }
        let isIdle = copies.isIdle
        if isDiskFull, isIdle, relieve(connection, mark, hold, at: now) { return end() }
        if bytes <= min(bytesMax, DatabaseLimits.checkpointBytes) { return end() }
        if isIdle, copy(connection, mark, hold, at: now) {
            size.note(0)
            return end()
        }
        if bytes <= bytesMax { return end() }
        let isHeld = reads.areHeld || hold?.isStuck == true
        // What was in the way is gone: nobody else need make way for what can be copied now.
        if wasHeld, !isHeld { state = .within }
        wasHeld = isHeld
        switch state {
        case .within: state = .beyond(until: now &+ DatabaseLimits.checkpointPatienceNanoseconds)
        case .beyond(let end) where now >= end && isIdle:
            makeWay(at: now, of: bytes, isHeld: isHeld)
        case .making(let end) where now >= end && isIdle: giveUp(at: bytes)
        case .blocked where bytes > threshold: makeWay(at: now, of: bytes, isHeld: isHeld)
        case .beyond, .making, .blocked: break
        }
        lookLater(hold)
    }

    /// Whether nothing is to be copied of the log, since the next write could begin it anew then:
    /// until it has grown by its bound, or the disk is full.
    private mutating func leaves(_ bytes: Int) -> Bool {
        guard let waiting, waiting.isKept else { return false }
        let most = waitingMax ?? bytes + bytesMax
        waitingMax = most
        if bytes <= most, !isDiskFull { return true }
        waiting.giveUp()
        return false
    }

    /// A write has found the disk full: at the next look the log begins anew, however short it is.
    /// What is copied has its place in the file for the most part, and the log has its own then.
    mutating func noteFullDisk() { isDiskFull = true }

    /// Copies all of the log, unless that was tried a moment ago.
    ///
    /// - Returns: whether it begins anew with the next write.
    private mutating func relieve(
        _ connection: Connection, _ mark: LogMark, _ hold: ArchiveHold?, at now: UInt64
    ) -> Bool {
        guard now >= nextRelief else { return false }
        nextRelief = now &+ DatabaseLimits.checkpointBlockedNanoseconds
        guard restart(connection, mark, hold) else { return false }
        isDiskFull = false
        size.note(0)
        return true
    }

    /// Copies the log, or has it copied where much of it is left: see ``LogCopies/begin()``, and
    /// never two copies at a time.
    ///
    /// - Returns: whether it was beyond the bound, and begins anew with the next write.
    private mutating func copy(
        _ connection: Connection, _ mark: LogMark, _ hold: ArchiveHold?, at now: UInt64
    ) -> Bool {
        let left = connection.uncopiedBytes(of: mark)
        if left <= DatabaseLimits.copiedByWriterMax || isLastAttempt(now) || copies.isUnavailable {
            if mark.byteCount > bytesMax { return restart(connection, mark, hold) }
            if left > 0 {
                hold?.follow(to: mark)
                connection.copyLog()
            }
            return false
        }
        if copySchedule.begins(of: mark.byteCount, left: left, at: now, bytesMax: bytesMax) {
            hold?.follow(to: mark)
            copies.begin()
        }
        return false
    }

    private func restart(
        _ connection: Connection, _ mark: LogMark, _ hold: ArchiveHold?
    ) -> Bool {
        guard let hold else { return connection.restartLog() }
        if hold.restart(connection, at: mark) { return true }
        if connection.uncopiedBytes(of: mark) > 0 {
            hold.follow(to: mark)
            connection.copyLog()
        }
        return false
    }

    /// Waits for the copy that is being made: no other one is begun.
    func close() { copies.close() }

    /// Whether it has been tried long enough, beside reads that last or while they make way. The
    /// writer copies whatever is left then: a fast one leaves more than it should, with nobody in
    /// the way.
    private func isLastAttempt(_ now: UInt64) -> Bool {
        switch state {
        case .beyond(let end), .making(let end): now >= end
        case .within, .blocked: false
        }
    }

    private mutating func lookLater(_ hold: ArchiveHold?) {
        let pause =
            if case .blocked = state, hold?.isBehind != true {
                DatabaseLimits.checkpointBlockedNanoseconds
            } else {
                DatabaseLimits.checkpointRetryNanoseconds
            }
        nextLook = monotonicNanoseconds() &+ pause
    }

    private mutating func makeWay(at now: UInt64, of bytes: Int, isHeld: Bool) {
        if isHeld { return giveUp(at: bytes) }
        reads.makeWay()
        state = .making(until: now &+ DatabaseLimits.checkpointNanosecondsMax)
    }

    private mutating func giveUp(at bytes: Int) {
        reads.goOn()
        state = .blocked
        threshold = bytes + bytesMax
    }

    private mutating func end() {
        nextLook = nil
        threshold = bytesMax
        if case .within = state { return }
        state = .within
        reads.goOn()
    }
}

/// How long the write-ahead log is, as the writer has seen it last. Any thread.
final class LogSize: Sendable {
    private let bytes = Atomic(0)

    var byteCount: Int { bytes.load(ordering: .relaxed) }

    func note(_ count: Int) { bytes.store(count, ordering: .relaxed) }
}
