import Diagnostics
import SQLite
import Synchronization
import Work

/// Copies the write-ahead log into the file beside the writer, who goes on writing meanwhile: on a
/// thread and a connection of its own, which are made when they are first needed. Any thread.
final class LogCopies: Sendable {
    /// What the thread keeps.
    private final class Seat {
        var connection: Connection?
    }

    private let path: String
    private let synchronises: Bool
    private let pool = WorkerPool(name: "checkpoints", threadsMax: 1) { Seat() }
    private let isCopying = Atomic(false)
    /// Until when there is nothing to copy with, in nanoseconds of the monotonic clock.
    private let lameUntil = Atomic(UInt64(0))

    init(path: String, _ configuration: DatabaseConfiguration) {
        self.path = path
        synchronises = configuration.location != .temporary
    }

    /// Whether nothing is being copied. While something is, no other checkpoint gets anywhere.
    var isIdle: Bool { !isCopying.load(ordering: .acquiring) }

    /// Whether there was no thread or no connection to be had a moment ago, or the disk has failed
    /// once: then the writer's connection hears of that too, whose checkpoint fails.
    var isUnavailable: Bool { monotonicNanoseconds() < lameUntil.load(ordering: .relaxed) }

    /// Copies what there is now, as far as nobody reads what that would replace.
    ///
    /// To be called while much of the log is left to copy, by the writer between two transactions.
    /// SQLite before 3.51.3 takes frames for copied that are not, where a commit begins the log
    /// anew while a checkpoint begins (wal.html#walresetbug): here none does before this one has
    /// copied all of it.
    func begin() {
        if isCopying.exchange(true, ordering: .acquiringAndReleasing) { return }
        pool.post { [self] seat in
            copy(seat)
        } refused: { [self] _ in
            end(lameFor: DatabaseLimits.copierRetryNanoseconds)
        }
    }

    private func copy(_ seat: Seat) {
        do throws(SQLiteError) {
            let connection =
                if let connection = seat.connection {
                    connection
                } else {
                    try Opening.copier(path: path, synchronises: synchronises)
                }
            seat.connection = connection
            connection.copyLog()
            // What the writer copies at the end is all that its own checkpoint waits for then.
            let isSound = !synchronises || connection.synchroniseFile()
            end(lameFor: isSound ? 0 : .max)
        } catch {
            end(lameFor: DatabaseLimits.copierRetryNanoseconds)
        }
    }

    private func end(lameFor nanoseconds: UInt64) {
        let (end, isOver) = monotonicNanoseconds().addingReportingOverflow(nanoseconds)
        lameUntil.store(nanoseconds == 0 ? 0 : isOver ? .max : end, ordering: .relaxed)
        isCopying.store(false, ordering: .releasing)
    }

    /// Waits for the copy that is being made, and closes the connection.
    func close() {
        pool.close()
        pool.join()
    }
}
