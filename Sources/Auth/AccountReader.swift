import Diagnostics
import Store
import StoreSQLite
import Synchronization

/// This room's own connection for looking up accounts.
///
/// Such a look-up takes tens of microseconds, less than a trip to another thread and back, so it
/// runs where the request is. A connection may go from thread to thread as long as one thread uses
/// it at a time (sqlite.org/threadsafe.html, multi-thread mode): the lock sees to that.
final class AccountReader: Sendable {
    private let database: SQLiteDatabase
    /// Opened for the first look-up: a start need not wait for it.
    private let opened = Mutex<SQLiteReader?>(nil)

    init(_ database: SQLiteDatabase) { self.database = database }

    /// Runs look-ups on one state of the store.
    func read<R: Sendable>(
        _ body: @Sendable (SQLiteReader) throws(Problem) -> R
    ) throws(Problem) -> R {
        try opened.withLock { opened throws(Problem) in
            let reader = if let opened { opened } else { try open() }
            opened = reader
            return try reader.snapshot { () throws(Problem) in try body(reader) }
        }
    }

    private func open() throws(Problem) -> SQLiteReader {
        do throws(DatabaseError) {
            return try database.makeReader()
        } catch {
            throw Problem(store: error)
        }
    }
}
