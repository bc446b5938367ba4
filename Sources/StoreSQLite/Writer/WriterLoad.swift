import Quotas
import Store
import Synchronization

/// What the writer and its queue count, for whoever asks. Any thread.
final class WriterLoad: Sendable {
    private let total = Mutex(WriteLoad())

    /// What was counted so far; how many wait is known to the queue.
    var counted: WriteLoad { total.withLock { $0 } }

    /// A write could not wait, since too many do.
    func count(_ shortage: ShareShortage, of priority: WritePriority) {
        total.withLock { total in
            switch priority {
            case .first: total.refusedFirst.count(shortage)
            case .shared: total.refused.count(shortage)
            }
        }
    }

    /// A write has held the writer for longer than a turn aims at.
    func countLong(nanoseconds: UInt64) {
        total.withLock { total in
            total.long += 1
            total.longNanoseconds += nanoseconds
        }
    }

    /// A turn has ended.
    ///
    /// - Parameter overtime: How many of its writes were undone because they took too long.
    func countTurn(nanoseconds: UInt64, overtime: Int) {
        total.withLock { total in
            total.countTurn(nanoseconds: nanoseconds)
            total.overtime += overtime
        }
    }
}
