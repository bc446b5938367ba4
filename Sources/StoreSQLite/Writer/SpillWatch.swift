import SQLite

/// Whether a transaction may be committed. Confined to the writer's thread.
///
/// One with more pages than the cache has room for has them in the log before its COMMIT. If some
/// of them are undone then, to a savepoint or with a statement that fails, SQLite before 3.50
/// writes frames with wrong checksums: nobody notices until the log is read after a crash, which
/// ends there. Such a transaction is given up, and what has succeeded of it runs once more.
struct SpillWatch {
    private var pagesBefore = 0
    /// Whether what the log holds of the transaction is sound.
    private(set) var isSound = true

    /// A transaction has begun.
    mutating func begin(_ connection: Connection) {
        pagesBefore = connection.spilledPages
        isSound = true
    }

    /// Something of the transaction was undone, and the rest of it goes on. That does no harm
    /// before any of its pages are in the log.
    mutating func noteUndone(_ connection: Connection) {
        if connection.spilledPages != pagesBefore { isSound = false }
    }
}
