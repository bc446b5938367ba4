import SQLite
import Store
import Synchronization

/// How many rows tables have at one moment, so that nobody counts a table twice that is as it was.
///
/// Readers leave here what they counted; the writer brings it up to date with each commit. Both say
/// which moment they speak of, so that a commit of another process, or a snapshot that is older
/// than the last commit, is never answered with what is known of another moment.
final class RowCounts: Sendable {
    private struct State {
        /// The moment that the counts are of.
        var mark: LogMark?
        var counts: [String: Int] = [:]
        /// Whether the moment may be over before the writer has said so.
        var isCommitting = false
    }

    private let state = Mutex(State())

    /// The rows of a table at a moment, if they are known.
    func count(of table: String, at mark: LogMark) -> Int? {
        state.withLock { $0.mark == mark ? $0.counts[table] : nil }
    }

    /// Keeps what a reader counted.
    ///
    /// - Parameter isCurrent: Whether nobody had committed since when the reader had counted.
    func note(_ count: Int, of table: String, at mark: LogMark, isCurrent: Bool) {
        state.withLock { state in
            if state.mark != mark {
                guard isCurrent, !state.isCommitting else { return }
                state.mark = mark
                state.counts = [:]
            }
            state.counts[table] = count
        }
    }

    /// Called by the writer before a commit, and then one of the other two.
    func beginCommit() { state.withLock { $0.isCommitting = true } }

    /// The commit failed: everything is as it was.
    func abandonCommit() { state.withLock { $0.isCommitting = false } }

    /// The commit that led from one moment to the next is done.
    ///
    /// - Parameter differences: Rows more, or fewer, by table; nil if that is not known.
    func endCommit(from before: LogMark?, to after: LogMark?, _ differences: [(String, Int)]?) {
        state.withLock { state in
            state.isCommitting = false
            if let after, state.mark == after { return }
            if let before, let after, let differences, state.mark == before,
                after.isNext(after: before)
            {
                for (table, difference) in differences { state.counts[table]? += difference }
            } else {
                state.counts = [:]
            }
            state.mark = after
        }
    }
}
