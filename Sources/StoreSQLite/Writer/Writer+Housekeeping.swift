import SQLite

// What the writer does besides: it trims the log of changes, and gives back numbers.

extension Writer {
    /// Trims the log as part of a batch, if it is due: no extra commit.
    ///
    /// - Parameter rowsMax: how many rows it looks at, if that is more than usual: twice what the
    ///   batch added keeps the log within its bound however large the writes are.
    func trimAlong(rowsMax: Int) {
        guard retention.isDue else { return }
        do throws(SQLiteError) {
            try connection.execute("SAVEPOINT trim")
            try retention.step(at: log.instant(), head: log.head, rowsMax: rowsMax)
            try connection.execute("RELEASE trim")
            tally.keep()
        } catch {
            tally.drop()
            // Trimming is housekeeping: the writes of the batch matter more, and the next step
            // tries again.
            retention.postpone()
            if connection.isInTransaction {
                try? connection.execute("ROLLBACK TO trim")
                try? connection.execute("RELEASE trim")
                spills.noteUndone(connection)
            }
        }
    }

    /// Trims the log while nobody writes.
    func trimAlone() {
        guard retention.isDue else { return }
        let isDone = transaction { trimAlong(rowsMax: 0) }
        if !isDone { retention.postpone() }
    }

    /// Writes down which numbers were given, before the file is closed.
    func takeBackNumbers() {
        guard sequences.areAhead, shared.presence.look() else { return }
        // If it fails there is a gap, as after a crash.
        transaction { () throws(SQLiteError) in try sequences.takeBack() }
    }

    /// Runs housekeeping in a transaction of its own.
    ///
    /// - Returns: whether it was committed.
    @discardableResult
    private func transaction(_ body: () throws(SQLiteError) -> Void) -> Bool {
        do throws(SQLiteError) {
            try begin()
            try body()
            if spills.isSound {
                noteCommit()
                try tally.commit(connection)
                return true
            }
        } catch {}
        if connection.isInTransaction { try? connection.execute("ROLLBACK") }
        return false
    }
}
