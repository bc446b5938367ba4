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
    private let isLame = Atomic(false)

    init(path: String, _ configuration: DatabaseConfiguration) {
        self.path = path
        synchronises = configuration.location != .temporary
    }

    /// Whether nothing is being copied. While something is, no other checkpoint gets anywhere.
    var isIdle: Bool { !isCopying.load(ordering: .acquiring) }

    /// Whether there is no thread or no connection to be had, as it was found last.
    var isUnavailable: Bool { isLame.load(ordering: .relaxed) }

    /// Copies what there is now, as far as nobody reads what that would replace.
    func begin() {
        if isCopying.exchange(true, ordering: .acquiringAndReleasing) { return }
        pool.post { [self] seat in
            copy(seat)
        } refused: { [self] _ in
            end(isLame: true)
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
            if synchronises { connection.synchroniseFile() }
            end(isLame: false)
        } catch {
            end(isLame: true)
        }
    }

    private func end(isLame: Bool) {
        self.isLame.store(isLame, ordering: .relaxed)
        isCopying.store(false, ordering: .releasing)
    }

    /// Waits for the copy that is being made, and closes the connection.
    func close() {
        pool.close()
        pool.join()
    }
}
