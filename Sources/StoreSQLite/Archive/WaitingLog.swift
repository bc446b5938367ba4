import Diagnostics
import Disk
import SQLite
import Synchronization

/// A log that something of may wait for an archive, for whoever opens the database without one:
/// a server was killed that archives, or stopped while it could not. The log stays as it is until
/// such a server comes again, and what is added to it is noted as that one would.
final class WaitingLog: Sendable {
    private let notes: CommitNotes
    private let clock: @Sendable () -> Int64
    private let isGivenUp = Atomic(false)

    /// - Returns: nil where nothing waits.
    init?(
        databaseAt path: String, clock: @escaping @Sendable () -> Int64 = ArchiveConfiguration.wall
    ) {
        guard Self.exists(databaseAt: path) else { return nil }
        notes = CommitNotes(databaseAt: path)
        self.clock = clock
    }

    /// Whether something waits.
    static func exists(databaseAt path: String) -> Bool {
        FileSystem.exists(CommitNotes.path(besides: path))
    }

    /// Whether the log is still to be left as it is.
    var isKept: Bool { !isGivenUp.load(ordering: .relaxed) }

    /// Notes when what is committed next is committed. Where that cannot be, the archive had better
    /// begin anew than restore a second wrongly.
    func noteCommit(after mark: LogMark) {
        guard isKept else { return }
        do throws(Problem) {
            _ = try notes.note(clock(), salt: mark.salt, after: mark.frameCount)
        } catch {
            giveUp()
        }
    }

    /// Lets the log begin anew from now on: the archive begins anew, too.
    func giveUp() {
        isGivenUp.store(true, ordering: .relaxed)
        notes.remove()
    }
}
