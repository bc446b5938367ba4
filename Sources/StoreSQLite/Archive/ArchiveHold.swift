import Diagnostics
import SQLite

/// Keeps the write-ahead log from beginning anew while something of it is not archived: a snapshot
/// in it, which a checkpoint goes beyond for nobody, in this process or another. Confined to the
/// writer's thread.
///
/// A snapshot is in the log only while the file has not all of it: one that is taken when it has
/// reads the file alone, and is in nobody's way (walformat.html §2.3.1). So the log is taken up
/// again after the write that follows, before anybody copies what that has added.
final class ArchiveHold {
    private enum State {
        /// Nobody keeps the log.
        case free
        /// The snapshot does.
        case holding
        /// All of it was archived at a mark, and the next write begins it anew, or adds to it.
        case loose(at: LogMark)
    }

    private let connection: Connection
    private let archive: LogArchive
    private var state = State.free
    /// How many nanoseconds the writer waits for the last of the log to be archived: more each time
    /// that it was not enough.
    private var patience = DatabaseLimits.archivePatienceNanoseconds
    /// From when on that is tried again.
    private var nextAttempt: UInt64 = 0
    /// Whether the log would begin anew if the archive had more of it, which it soon has.
    private(set) var isBehind = false

    init(path: String, _ archive: LogArchive) throws(SQLiteError) {
        connection = try Opening.copier(path: path, synchronises: true)
        self.archive = archive
    }

    deinit { connection.endReading() }

    /// Whether the log cannot begin anew, whoever makes way.
    var isStuck: Bool {
        guard case .holding = state else { return false }
        return isBehind || isBlocked
    }

    private var isBlocked: Bool {
        archive.logProblem != nil || archive.isCopying || !archive.hasChain
    }

    /// Begins to keep the log if that is wanted, or goes on with it after the write that may have
    /// begun it anew. To be called between two turns, before anything of the log is copied.
    func settle(_ writer: Connection) {
        switch state {
        case .holding: return
        case .free:
            guard archive.wantsHold else { return }
            if !writer.hasUncopied {
                try? writer.execute("PRAGMA application_id = \(Opening.applicationID)")
            }
            archive.noteHeld(take())
        case .loose(let old):
            guard let mark = writer.logMark, mark != old else { return }
            let isHeld = take()
            archive.endRestart(from: old, to: mark)
            if !isHeld { archive.giveUp(at: mark) }
        }
    }

    private func take() -> Bool {
        let isTaken =
            connection.beginReading()
            && (try? connection.integer("SELECT count(*) FROM sqlite_schema")) != nil
        if !isTaken { connection.endReading() }
        state = isTaken ? .holding : .free
        return isTaken
    }

    /// Lets go of the log where too much waits to be archived.
    ///
    /// - Parameter isPressing: whether the disk is full: nothing then waits in vain.
    func look(at mark: LogMark, isPressing: Bool) {
        guard case .holding = state else { return }
        let bytes = archive.waitingFrames(at: mark) * mark.frameBytes
        guard
            bytes > archive.configuration.waitingBytesMax
                || patience > DatabaseLimits.archivePatienceNanosecondsMax
                || isPressing && archive.logProblem != nil
        else { return }
        patience = DatabaseLimits.archivePatienceNanoseconds
        end()
        archive.giveUp(at: mark)
    }

    /// Lets go of the log for good.
    func end() {
        connection.endReading()
        state = .free
        isBehind = false
    }

    /// Lets a checkpoint copy what has been committed up to a mark, which is now. Something of the
    /// log is not copied yet, and nobody copies.
    func follow(to mark: LogMark) {
        guard case .holding = state else { return }
        connection.endReading()
        if !take() { archive.giveUp(at: mark) }
    }

    /// Has the log begin anew with the next write if all of it is archived.
    ///
    /// - Returns: whether it does.
    func restart(_ writer: Connection, at mark: LogMark) -> Bool {
        guard case .holding = state else { return writer.restartLog() }
        let began = monotonicNanoseconds()
        guard began >= nextAttempt else { return false }
        let isArchived = archive.beginRestart(at: mark, until: began &+ patience)
        isBehind = !isArchived && !isBlocked
        var isDone = false
        if isArchived {
            connection.endReading()
            state = .loose(at: mark)
            isDone = writer.restartLog()
        }
        let end = monotonicNanoseconds()
        if isArchived {
            patience = DatabaseLimits.archivePatienceNanoseconds
        } else if end &- began >= patience {
            patience *= 2
        }
        // Whoever writes is held up for a small part of the time only.
        nextAttempt = isDone ? 0 : end &+ (end &- began) * DatabaseLimits.archivePause
        return isDone
    }
}

extension Connection {
    /// Whether a snapshot that is taken now is in the log.
    fileprivate var hasUncopied: Bool { logMark.map { uncopiedBytes(of: $0) > 0 } ?? false }
}
