import CSQLite

// A copy of a whole database, page by page (c3ref/backup_finish.html).

extension Connection {
    /// Copies every page of the database into the one that `target` has open, which must be empty
    /// and nobody else's.
    ///
    /// What is copied is what this connection's transaction sees: without one the copy would begin
    /// anew whenever another connection has written, and beside a busy one it would never end.
    ///
    /// - Parameters:
    ///   - count: How many pages there are between two calls of `progress`.
    ///   - progress: told how many pages have been copied, and how many there are; false ends the
    ///     copy.
    /// - Throws: what either database says, `interrupt` where `progress` has ended it.
    public func copyPages(
        to target: Connection, atATime count: Int32, progress: (_ done: Int, _ all: Int) -> Bool
    ) throws(SQLiteError) {
        guard let copy = unsafe sqlite3_backup_init(target.handle, "main", handle, "main") else {
            throw unsafe SQLiteError(
                code: sqlite3_extended_errcode(target.handle), handle: target.handle)
        }
        var code = SQLITE_OK
        while code == SQLITE_OK {
            code = unsafe sqlite3_backup_step(copy, count)
            let all = unsafe Int(sqlite3_backup_pagecount(copy))
            let left = unsafe Int(sqlite3_backup_remaining(copy))
            if !progress(all - left, all), code == SQLITE_OK { code = SQLITE_INTERRUPT }
        }
        // It gives back the error of a step that failed for good, and leaves it on the target.
        let end = unsafe sqlite3_backup_finish(copy)
        if end != SQLITE_OK { throw unsafe SQLiteError(code: end, handle: target.handle) }
        if code != SQLITE_DONE { throw unsafe SQLiteError(code: code, handle: nil) }
    }
}
