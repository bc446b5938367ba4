import SQLite
import Store
import Synchronization

/// How many times the writer has committed, for readers that keep a snapshot.
final class CommitCount: Sendable {
    private let count = Atomic<UInt64>(0)

    var current: UInt64 { count.load(ordering: .acquiring) }

    /// Counts a commit: after it is durable, before anybody is told of it.
    func advance() { count.add(1, ordering: .releasing) }
}

/// One read transaction for the reads that follow one another in a turn of a loop.
///
/// Taking and leaving a snapshot costs SQLite two locks of the file, and a mutex that all loops
/// meet at: more than finding a row by its key. The snapshot is left at the turn's end, and taken
/// anew as soon as the writer has committed, so that whoever was told of a write finds it. A turn
/// with a single read is as it would be without this.
///
/// Confined to its reader's loop.
final class SharedSnapshot {
    private let connection: Connection
    private let commits: CommitCount
    private let atEndOfTurn: (@escaping () -> Void) -> Void
    private var readsInTurn = 0
    private var isOpen = false
    /// Where the log stood before the open snapshot was taken.
    private(set) var mark: LogMark?
    /// The commits that the open snapshot has seen, at least.
    private var seen: UInt64 = 0
    /// While positive, several reads must see the same state: the snapshot stays as it is.
    var pins = 0

    init(
        _ connection: Connection, commits: CommitCount,
        atEndOfTurn: @escaping (@escaping () -> Void) -> Void
    ) {
        self.connection = connection
        self.commits = commits
        self.atEndOfTurn = atEndOfTurn
    }

    /// To be called before each read.
    func join() {
        guard pins == 0 else { return }
        let current = commits.current
        if isOpen {
            if seen == current { return }
            leave()
        }
        if readsInTurn == 0 { atEndOfTurn { [self] in endTurn() } }
        readsInTurn += 1
        guard readsInTurn > 1, !connection.isInTransaction else { return }
        seen = current
        mark = connection.logMark
        isOpen = connection.beginReading()
    }

    private func leave() {
        isOpen = false
        mark = nil
        if connection.isInTransaction { connection.endReading() }
    }

    private func endTurn() {
        readsInTurn = 0
        if isOpen { leave() }
    }
}
