import SQLite

/// Whether a transaction may be committed. Confined to the writer's thread.
///
/// One with more pages than the cache has room for has them in the log before its COMMIT. If some
/// of them are undone then, to a savepoint or with a statement that fails, SQLite before 3.50
/// writes frames with wrong checksums: nobody notices until the log is read after a crash, which
/// ends there. Such a transaction is given up, and its writes run once more with all pages in
/// memory.
struct SpillWatch {
    private var pagesBefore = 0
    private var isUndone = false

    /// A transaction has begun.
    mutating func begin(_ connection: Connection) {
        pagesBefore = connection.spilledPages
        isUndone = false
    }

    /// Something of the transaction was undone, and the rest of it goes on.
    mutating func noteUndone() { isUndone = true }

    /// Whether what the log holds of the transaction is sound.
    func allowsCommit(_ connection: Connection) -> Bool {
        !isUndone || connection.spilledPages == pagesBefore
    }
}
