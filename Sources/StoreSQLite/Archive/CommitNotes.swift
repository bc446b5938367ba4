import Diagnostics
import Disk
import Synchronization

/// When what of the log was committed: noted by the writer, once a second in which it commits, and
/// kept in a file beside the database, so that it is known of what was committed before a crash
/// too. Any thread.
///
/// The file is there as long as something of the log may wait for an archive: whoever finds it, and
/// does not archive, leaves the log as it is (``WaitingLog``).
final class CommitNotes: Sendable {
    /// What the file has.
    private struct Standing {
        var file: AppendedFile?
        /// Whether that is all notes, and nothing else.
        var isWhole: Bool
    }

    private let path: String
    /// Held while the disk is waited for; then `times` for a moment, never the other way around.
    private let standing: Mutex<Standing>
    private let times: Mutex<CommitTimes>

    /// Reads what is noted beside a database, if anything is.
    init(databaseAt database: String) {
        path = Self.path(besides: database)
        let bytes = FileSystem.contents(of: path) ?? []
        let found = CommitTimes(bytes)
        standing = Mutex(Standing(file: nil, isWhole: found.bytes == bytes))
        times = Mutex(found)
    }

    /// Where they are kept.
    static func path(besides database: String) -> String { database + "-archive" }

    // MARK: Changes, which wait for the disk

    /// Notes that what is committed next is committed in a second, unless that is known.
    ///
    /// - Returns: whether it was not.
    func note(_ now: Int64, salt: UInt64, after frame: Int) throws(Problem) -> Bool {
        try standing.withLock { standing throws(Problem) in
            let note = times.withLock { $0.note(now, salt: salt, after: frame) }
            guard let note else { return false }
            // Once a second. After a power cut a commit would have the second of the one before if
            // it were in the log, and this not here.
            guard standing.isWhole else {
                try rewrite(&standing)
                return true
            }
            standing.isWhole = false
            if standing.file == nil { standing.file = try AppendedFile(path) }
            try standing.file?.append(note.bytes)
            standing.isWhole = true
            return true
        }
    }

    /// See ``CommitTimes/noteRestart(of:after:)``.
    func noteRestart(of salt: UInt64, after frame: Int) throws(Problem) {
        try change { $0.noteRestart(of: salt, after: frame) }
    }

    /// See ``CommitTimes/endRestart(_:)``.
    func endRestart(_ log: UInt64?) throws(Problem) {
        try change { $0.endRestart(log) }
    }

    /// Forgets what was committed up to a second: it is in a copy of the database.
    func forget(upTo second: Int64) throws(Problem) {
        try change { $0.forget(upTo: second) }
    }

    /// Forgets all: nothing waits any more, or it is lost.
    func remove() {
        standing.withLock { standing in
            times.withLock { $0 = CommitTimes() }
            standing = Standing(file: nil, isWhole: true)
            FileSystem.remove(path, path + ".part")
        }
    }

    private func change(_ body: (inout CommitTimes) -> Void) throws(Problem) {
        try standing.withLock { standing throws(Problem) in
            times.withLock { body(&$0) }
            try rewrite(&standing)
        }
    }

    private func rewrite(_ standing: inout Standing) throws(Problem) {
        standing = Standing(file: nil, isWhole: false)
        let draft = path + ".part"
        FileSystem.remove(draft)
        guard try FileSystem.makeFile(draft, times.withLock(\.bytes)) else {
            throw .file("create", draft)
        }
        try FileSystem.put(draft, at: path)
        standing.isWhole = true
    }

    // MARK: What is asked

    /// Whether a log is known to begin where another one ends.
    func follows(_ salt: UInt64, after old: UInt64, _ frame: Int) -> Bool {
        times.withLock { $0.follows(salt, after: old, frame) }
    }

    /// The seconds of transactions that come next; see ``CommitTimes/times(of:in:from:)``.
    func times(
        of commits: [Int], in salt: UInt64, from second: inout Int64
    ) -> (times: [Segment.Time], used: Int) {
        times.withLock { $0.times(of: commits, in: salt, from: &second) }
    }

    /// Forgets what has been used, though it stays in the file until that is written anew.
    func drop(_ count: Int) { times.withLock { $0.drop(count) } }
}
