import CSQLite

// Checkpoints, which copy the write-ahead log into the file (c3ref/wal_checkpoint_v2.html). None of
// them waits for other connections.

extension Connection {
    /// Copies the log, as far as nobody reads what that would replace. Others may write meanwhile.
    public func copyLog() { _ = checkpoint(SQLITE_CHECKPOINT_PASSIVE) }

    /// Copies the log, which begins anew with the next write, if nobody reads in it. Nobody may
    /// write meanwhile.
    ///
    /// Its file stays as long as it is, to be written over: to free hundreds of megabytes takes the
    /// file system half a second.
    ///
    /// - Returns: whether the next write is at the log's beginning.
    public func restartLog() -> Bool { checkpoint(SQLITE_CHECKPOINT_RESTART) == SQLITE_OK }

    /// Whether the log stays as it is when this connection is the last to be closed, which copies
    /// and removes it otherwise.
    public func keepLog(_ isKept: Bool) {
        unsafe _ = csqlite_db_config_int(
            handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, isKept ? 1 : 0, nil)
    }

    private func checkpoint(_ mode: Int32) -> Int32 {
        unsafe sqlite3_busy_timeout(handle, 0)
        defer { unsafe sqlite3_busy_timeout(handle, busyTimeoutMilliseconds) }
        return unsafe sqlite3_wal_checkpoint_v2(handle, nil, mode, nil, nil)
    }

    /// Waits until the disk has what was copied into the file. A checkpoint does that itself once
    /// it has copied all of the log, and then finds the less to do.
    ///
    /// - Returns: whether it has.
    public func synchroniseFile() -> Bool { unsafe csqlite_sync(handle) == SQLITE_OK }
}
