import Diagnostics
import SQLite
import Store
import Synchronization
import Work

/// What the writer and the thread that archives know of one another. Any thread.
///
/// The writer keeps the log from beginning anew (``ArchiveHold``) until all of it is archived, and
/// notes when what was committed. The thread copies what has been committed to the archive
/// (``Archiver``), and never has anybody wait but the writer, who asks for the last of it before
/// the log begins anew. Whoever asks what it has done waits for neither, nor for the disk.
final class LogArchive: Sendable {
    /// How far the log has been archived.
    struct Position: Equatable {
        let salt: UInt64
        let frame: Int
        /// The checksum of the last frame; nil where there is none.
        let sum: LogSum?
    }

    private struct State {
        /// Nil while there is no chain.
        var position: Position?
        /// Counted up when the log may begin anew, and when it is known whether it has: odd in
        /// between.
        var restarts = 0
        /// Whether the writer is to keep the log, and whether it does.
        var wantsHold = true
        var isHeld = false
        var isOver = false
        /// Whether the database is being copied, as it was when that began.
        var isCopying = false
        /// Whoever waits for the next pass.
        var waiter: Semaphore?
    }

    /// What others are told.
    private struct Report {
        var counts = ArchiveCounts()
        /// Why the log cannot be archived, why the database cannot be copied, and why it cannot be
        /// noted when what was committed.
        var logProblem: Problem?
        var copyProblem: Problem?
        var notesProblem: Problem?

        var problem: Problem? { logProblem ?? copyProblem ?? notesProblem }
    }

    let configuration: ArchiveConfiguration
    private let notes: CommitNotes
    private let state = Mutex(State())
    private let report = Mutex(Report())
    private let wake = Semaphore()
    /// Wakes the writer.
    let wakeWriter: @Sendable () -> Void

    init(
        _ configuration: ArchiveConfiguration, databaseAt path: String,
        wakeWriter: @escaping @Sendable () -> Void
    ) {
        self.configuration = configuration
        self.wakeWriter = wakeWriter
        notes = CommitNotes(databaseAt: path)
    }

    var counts: ArchiveCounts { report.withLock(\.counts) }

    /// Why the log cannot be archived now.
    var logProblem: Problem? { report.withLock(\.logProblem) }

    /// Why it cannot, or why the copy of the database is missing that is due, or what is to be
    /// known after a crash.
    var problem: Problem? { report.withLock(\.problem) }

    // MARK: The writer's

    /// Notes when what is committed next is committed.
    func noteCommit(after mark: LogMark) {
        guard isHeld else { return }
        do throws(Problem) {
            let isNews = try notes.note(
                configuration.clock(), salt: mark.salt, after: mark.frameCount)
            if isNews { note(nil, \.notesProblem) }
        } catch {
            note(error, \.notesProblem)
        }
    }

    private func change(_ body: (CommitNotes) throws(Problem) -> Void) {
        do throws(Problem) { try body(notes) } catch { note(error, \.notesProblem) }
    }

    var wantsHold: Bool { state.withLock { $0.wantsHold && !$0.isHeld } }

    func noteHeld(_ isHeld: Bool) {
        state.withLock { $0.isHeld = isHeld }
        wake.signal()
    }

    /// Frames of the log that are not archived: all where there is no chain.
    func waitingFrames(at mark: LogMark) -> Int {
        state.withLock { state in
            guard let position = state.position else { return mark.frameCount }
            return mark.frameCount - (position.salt == mark.salt ? position.frame : 0)
        }
    }

    /// Whether all of the log is archived, after a short while in which the last of it is: then it
    /// may begin anew from now on, until `endRestart`.
    ///
    /// - Parameter end: how long that is waited for.
    func beginRestart(at mark: LogMark, until end: UInt64) -> Bool {
        guard !isCopying, hasAll(mark, until: end) else { return false }
        state.withLock { $0.restarts += 1 }
        change { notes throws(Problem) in
            try notes.noteRestart(of: mark.salt, after: mark.frameCount)
        }
        return true
    }

    private func hasAll(_ mark: LogMark, until end: UInt64) -> Bool {
        let bytes = waitingFrames(at: mark) * mark.frameBytes
        if bytes > DatabaseLimits.archiveAwaitedBytesMax {
            wake.signal()
            return false
        }
        while waitingFrames(at: mark) > 0 {
            if logProblem != nil || monotonicNanoseconds() >= end { return false }
            let pass = Semaphore()
            state.withLock { $0.waiter = pass }
            wake.signal()
            pass.wait(until: end)
        }
        return true
    }

    /// - Parameters:
    ///   - old: where all of the log was archived.
    ///   - new: where it stands after the write that may have begun it anew.
    func endRestart(from old: LogMark, to new: LogMark) {
        // One that another program has begun is found not to go on with the archive.
        let isNext = CommitTimes.isNext(new.salt, after: old.salt)
        change { notes throws(Problem) in try notes.endRestart(isNext ? new.salt : nil) }
        state.withLock { state in
            state.restarts += 1
            guard isNext, state.position != nil else { return }
            state.position = Position(salt: new.salt, frame: 0, sum: nil)
        }
    }

    /// Gives up the chain, for too much waits or the disk is full.
    func giveUp(at mark: LogMark) {
        let frames = waitingFrames(at: mark)
        let isNews = state.withLock { state in
            defer {
                state.position = nil
                state.isHeld = false
                state.wantsHold = false
            }
            return state.isHeld
        }
        noteWaiting(0)
        notes.remove()
        if isNews { configuration.report(.givenUp(bytes: frames * mark.frameBytes)) }
    }

    /// Ends the thread, after a last pass.
    func stop() {
        state.withLock { $0.isOver = true }
        wake.signal()
    }

    // MARK: The thread's

    var isOver: Bool { state.withLock(\.isOver) }

    var isHeld: Bool { state.withLock(\.isHeld) }

    func askForHold() {
        state.withLock { $0.wantsHold = true }
        wakeWriter()
    }

    func wait(until moment: UInt64) { wake.wait(until: moment) }

    /// Lets go on who waits for a pass.
    func endPass() {
        let waiter = state.withLock { state in
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.signal()
    }

    /// How far the log has been archived, and how often it has begun anew; nil while it does, and
    /// where there is no chain.
    var standing: (position: Position, restarts: Int)? {
        state.withLock { state in
            guard let position = state.position, state.restarts % 2 == 0 else { return nil }
            return (position, state.restarts)
        }
    }

    /// Whether the log has not begun anew since.
    func stands(_ restarts: Int) -> Bool { state.withLock { $0.restarts == restarts } }

    /// A chain begins, or there is none any more.
    ///
    /// - Parameter second: that of the last transaction before it.
    func begin(at position: Position?, since second: Int64 = 0) {
        if position != nil {
            change { notes throws(Problem) in try notes.forget(upTo: second) }
            report.withLock { $0.counts.second = second }
        }
        state.withLock { $0.position = position }
    }

    /// A chain goes on that has been found.
    ///
    /// - Parameters:
    ///   - log: the log that has begun behind it, if that is so.
    ///   - second: that of the last transaction in it.
    func goOn(at position: Position, in log: UInt64?, since second: Int64) {
        change { notes throws(Problem) in try notes.endRestart(log) }
        report.withLock { $0.counts.second = second }
        state.withLock { $0.position = position }
    }

    /// All is archived, and nothing follows.
    func endNotes() { notes.remove() }

    /// Whether a log is known to begin where another one ends.
    func follows(_ salt: UInt64, after old: UInt64, _ frame: Int) -> Bool {
        notes.follows(salt, after: old, frame)
    }

    /// Whether all is archived up to a mark, and nothing beyond.
    func isAt(_ mark: LogMark) -> Bool {
        state.withLock { state in
            state.position.map { $0.salt == mark.salt && $0.frame == mark.frameCount } ?? false
        }
    }

    /// The seconds of transactions that come next; see ``CommitTimes/times(of:in:from:)``.
    func times(
        of commits: [Int], in salt: UInt64, from second: inout Int64
    ) -> (times: [Segment.Time], used: Int) {
        notes.times(of: commits, in: salt, from: &second)
    }

    /// A segment has been written.
    func advance(to segment: Segment, used: Int, from position: Position) {
        state.withLock { state in
            // The writer may have given up the chain.
            guard state.position == position else { return }
            state.position = Position(
                salt: segment.log.salt, frame: segment.last, sum: segment.end)
            notes.drop(used)
        }
        report.withLock { report in
            report.counts.segments += 1
            report.counts.bytes += segment.byteCount
            report.counts.second = segment.second
        }
    }

    /// Whether there is a chain.
    var hasChain: Bool { state.withLock { $0.position != nil } }

    /// Whether the log is kept by a copy of the database that is being made.
    var isCopying: Bool { state.withLock(\.isCopying) }

    func noteCopying(_ isCopying: Bool) { state.withLock { $0.isCopying = isCopying } }

    func countCopy() { report.withLock { $0.counts.copies += 1 } }

    func noteWaiting(_ bytes: Int) { report.withLock { $0.counts.waitingBytes = bytes } }

    /// Notes why the log cannot be archived, or that it can: reported when it is news.
    func noteLog(_ problem: Problem?) { note(problem, \.logProblem) }

    /// The same of the copies of the database.
    func noteCopy(_ problem: Problem?) { note(problem, \.copyProblem) }

    private func note(_ problem: Problem?, _ kind: WritableKeyPath<Report, Problem?>) {
        let (before, after) = report.withLock { report in
            if problem != nil { report.counts.failed += 1 }
            let before = report.problem
            report[keyPath: kind] = problem
            return (before, report.problem)
        }
        if let after, before == nil { configuration.report(.failed(after)) }
        if after == nil, before != nil { configuration.report(.resumed) }
    }
}
