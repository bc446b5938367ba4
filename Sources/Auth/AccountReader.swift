import Database
import Diagnostics
import Synchronization

/// This room's own connection for looking up accounts.
///
/// Such a look-up takes tens of microseconds, less than a trip to another thread and back, so it
/// runs where the request is. A connection may go from thread to thread as long as one thread uses
/// it at a time (sqlite.org/threadsafe.html, multi-thread mode): the lock sees to that.
final class AccountReader: Sendable {
    private let reader: Mutex<Reader>

    init(_ database: DatabasePool) throws(Problem) {
        do throws(DatabaseError) {
            reader = Mutex(try database.makeReader())
        } catch {
            throw Problem(store: error)
        }
    }

    /// Runs look-ups on one state of the store.
    func read<R: Sendable>(
        _ body: @Sendable (Reader) throws(Problem) -> R
    ) throws(Problem) -> R {
        try reader.withLock { reader throws(Problem) in
            let reader = reader
            return try reader.snapshot { () throws(Problem) in try body(reader) }
        }
    }
}
