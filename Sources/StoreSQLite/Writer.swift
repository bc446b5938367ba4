import Diagnostics
import SQLite
import Store
import Synchronization

/// The group-committing writer. It is built on, and confined to, its own thread.
///
///     BEGIN IMMEDIATE
///       per write:  SAVEPOINT → the write's statements → its change-log rows → RELEASE
///                   (or, if it fails, ROLLBACK TO: the others do not notice)
///     the identity sequences that have come up with what is written down are written down anew
///     COMMIT          one synchronisation to disk for all of them
///     publish the changes, then send the replies; whoever sleeps is woken once for both
final class Writer {
    private let connection: Connection
    private let capture: ChangeCapture
    private let log: ChangeLog
    private let sequences: Sequences
    private let retention: Retention
    private let tables: CapturedTables
    private let publishers: Publishers
    private let presence: FilePresence
    private let tally: RowTally
    private let timeout: Duration
    private var tablesVersion = 0

    init(
        connection: Connection, tables: CapturedTables, publishers: Publishers,
        presence: FilePresence, configuration: DatabaseConfiguration
    ) throws(SQLiteError) {
        self.connection = connection
        self.tables = tables
        self.publishers = publishers
        self.presence = presence
        tally = RowTally(publishers.counts)
        timeout = configuration.statementTimeout
        capture = ChangeCapture(bytesMax: configuration.changedBytesMax)
        log = try ChangeLog(connection: connection)
        sequences = Sequences(connection: connection)
        retention = Retention(connection: connection, rowsMax: configuration.changeRowsMax)
    }

    /// The hook for the connection, to be set before anything else is prepared on it.
    static func observe(_ connection: Connection) -> HookTarget {
        let target = HookTarget()
        connection.observeRowChanges { change in
            target.tally?.observe(change)
            target.capture?.observe(change)
        }
        return target
    }

    /// Takes and commits writes until the queue is closed and empty.
    func run(_ queue: WriteQueue, hook: HookTarget) {
        hook.capture = capture
        hook.tally = tally
        defer {
            hook.capture = nil
            hook.tally = nil
        }
        while true {
            let taken = queue.take(waits: !retention.isDue)
            if taken.wantsTrimming { retention.begin() }
            let jobs = taken.jobs
            var rest = jobs[...]
            do throws(SQLiteError) {
                try refreshTables()
            } catch {
                // What they change could not be told.
                for job in rest { job.fail(Problem(DatabaseError(error))) }
                rest = []
            }
            while !rest.isEmpty, !queue.isOverdue {
                let count = commit(rest.prefix(DatabaseLimits.batchWritesMax))
                rest = rest.dropFirst(count)
            }
            for job in rest { job.fail(.closed) }
            if jobs.isEmpty {
                // Nothing is trimmed in a lost file: a pass that stays due would never let it wait.
                if presence.look() { trimAlone() } else { retention.postpone() }
            }
            if taken.isClosed && jobs.isEmpty { return takeBackNumbers() }
        }
    }

    private func refreshTables() throws(SQLiteError) {
        if let changed = tables.changed(since: &tablesVersion) {
            capture.set(changed)
            retention.set(changed)
        }
        if capture.hasUnresolved { try capture.resolve(on: connection) }
    }

    /// What became of a batch so far.
    private struct Batch {
        var replies: [@Sendable () -> Void] = []
        /// The replies of writes that were undone as they wished.
        var refusals: [@Sendable () -> Void] = []
        var failures: [(job: WriteJob, problem: Problem)] = []
        var succeeded: [WriteJob] = []
        var changes: [Change] = []
        /// Writes started so far.
        var taken = 0
    }

    /// Commits as many of `jobs` as fit the time of a batch.
    ///
    /// - Returns: how many of them were dealt with, at least one.
    private func commit(_ jobs: ArraySlice<WriteJob>) -> Int {
        guard presence.lost == nil else {
            for job in jobs { job.fail(.databaseLost) }
            return jobs.count
        }
        var batch = Batch()
        let rest: ArraySlice<WriteJob>
        var isWritten = false
        do throws(SQLiteError) {
            rest = try performAll(jobs, &batch)
            trimAlong(rowsMax: 2 * batch.changes.count)
            if !batch.succeeded.isEmpty { try sequences.save() }
            guard presence.look() else { throw .databaseLost }
            isWritten = true
            try tally.commit(connection)
        } catch {
            // Nobody's write is kept: not of those that ran, nor of those that BEGIN refused.
            if connection.isInTransaction { try? connection.execute("ROLLBACK") }
            if isWritten { eraseFailedCommit() }
            let problem =
                presence.lost == nil ? Problem(DatabaseError(error)) : .databaseLost
            batch.failures += batch.succeeded.map { ($0, problem) }
            restart(&batch)
            send(batch)
            return batch.taken
        }
        if !batch.succeeded.isEmpty { sequences.didCommit() }
        publishers.publish(batch.changes)
        send(batch)
        if !batch.changes.isEmpty { publishers.endReplies() }
        return jobs.count - rest.count
    }

    /// Overwrites in the log what a COMMIT has left there that failed: after a crash it would be
    /// found whole, and writes that were refused would be there.
    ///
    /// SQLite writes a transaction's pages into the log, synchronises it, and then counts them. If
    /// the synchronising fails they are not counted, and the next commit goes where they lie
    /// (walformat.html §4.2). One that rewrites the first page as it is does so at once; it need
    /// not be synchronised, since it is for the case that the failed one is there.
    private func eraseFailedCommit() {
        try? connection.execute("PRAGMA application_id = \(Opening.applicationID)")
    }

    private func send(_ batch: Batch) {
        for reply in batch.replies { reply() }
        for reply in batch.refusals { reply() }
        for (job, problem) in batch.failures { job.fail(problem) }
    }

    /// Begins a transaction and runs writes in it until the batch's time is over.
    ///
    /// - Returns: the writes that are left for the next batch.
    /// - Throws: when no transaction can be begun; `batch.succeeded` then holds everybody to be
    ///   told.
    private func performAll(
        _ jobs: ArraySlice<WriteJob>, _ batch: inout Batch
    ) throws(SQLiteError) -> ArraySlice<WriteJob> {
        let deadline = monotonicNanoseconds() + DatabaseLimits.batchNanosecondsMax
        var waiting = jobs
        var isFirstTry = true
        try begin(jobs, &batch)
        while let job = waiting.first {
            waiting.removeFirst()
            batch.taken += 1
            if perform(job, &batch) {
                // After a restart the order is no longer that of `jobs`: then all of them are done.
                if isFirstTry && monotonicNanoseconds() > deadline { break }
            } else {
                // This write's error cost the others their transaction: they are done again without
                // it.
                waiting = (batch.succeeded + waiting)[...]
                restart(&batch)
                isFirstTry = false
                try begin(waiting, &batch)
            }
        }
        return waiting
    }

    private func begin(_ jobs: ArraySlice<WriteJob>, _ batch: inout Batch) throws(SQLiteError) {
        do throws(SQLiteError) {
            try connection.execute("BEGIN IMMEDIATE")
            tally.begin(connection)
        } catch {
            batch.succeeded = Array(jobs)
            batch.taken = .max
            throw error
        }
    }

    /// Runs one write in its savepoint.
    ///
    /// - Returns: false if SQLite gave up the whole transaction (lang_transaction.html §3.2: full
    ///   disk, input/output error, no memory, interrupt).
    private func perform(_ job: WriteJob, _ batch: inout Batch) -> Bool {
        if job.withdrawal?.isRaised == true {
            batch.failures.append((job, .withdrawn))
            return true
        }
        let head = log.head
        let limit: ProgressLimit = job.isBounded ? .deadline(moment(after: timeout)) : .none
        let transaction = SQLiteTransaction(
            connection: connection, capture: capture, tally: tally, sequences: sequences,
            limit: limit, instant: log.instant())
        do throws(Problem) {
            try mapped { () throws(SQLiteError) in try connection.execute("SAVEPOINT job") }
            let reply: @Sendable () -> Void
            switch job.perform(transaction) {
            case .kept(let kept): reply = kept
            case .undone(let refusal):
                batch.refusals.append(refusal)
                return undo(transaction, to: head)
            }
            batch.changes += try keep(transaction)
            batch.replies.append(reply)
            batch.succeeded.append(job)
            return true
        } catch {
            batch.failures.append((job, error))
            return undo(transaction, to: head)
        }
    }

    /// Keeps what one write did, and logs its changes.
    private func keep(_ transaction: SQLiteTransaction) throws(Problem) -> [Change] {
        guard connection.isInTransaction else { throw .transactionLost }
        if connection.hasUnresolvedForeignKeys { throw Problem(.foreignKey) }
        if capture.isOverfull { throw .tooMuchChanged }
        transaction.finish()
        let captured = capture.takePending()
        var changes: [Change] = []
        try mapped { () throws(SQLiteError) in
            if !captured.isEmpty {
                changes = try log.append(captured, at: transaction.instant)
            }
            try connection.execute("RELEASE job")
        }
        tally.keep()
        sequences.endWrite(isUndone: false)
        return changes
    }

    /// Undoes one write, and what was noted of it.
    ///
    /// - Returns: as `perform`.
    private func undo(_ transaction: SQLiteTransaction, to head: Int64) -> Bool {
        capture.truncate(to: 0)
        tally.drop()
        log.rewind(to: head)
        sequences.endWrite(isUndone: true)
        guard connection.isInTransaction else { return false }
        transaction.finish()
        let isUndone =
            (try? connection.execute("ROLLBACK TO job")) != nil
            && (try? connection.execute("RELEASE job")) != nil
        if !isUndone { try? connection.execute("ROLLBACK") }
        return isUndone
    }

    private func mapped(_ body: () throws(SQLiteError) -> Void) throws(Problem) {
        do throws(SQLiteError) { try body() } catch { throw Problem(DatabaseError(error)) }
    }

    /// Forgets what the lost transaction had done. Its failures stand.
    private func restart(_ batch: inout Batch) {
        batch.replies = []
        batch.succeeded = []
        batch.changes = []
        try? log.reload()
        sequences.forget()
    }

    /// Trims the log as part of a batch, if it is due: no extra commit.
    ///
    /// - Parameter rowsMax: how many rows it looks at, if that is more than usual: twice what the
    ///   batch added keeps the log within its bound however large the writes are.
    private func trimAlong(rowsMax: Int) {
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
            }
        }
    }

    /// Trims the log while nobody writes.
    private func trimAlone() {
        guard retention.isDue else { return }
        let isDone = transaction { trimAlong(rowsMax: 0) }
        if !isDone { retention.postpone() }
    }

    /// Writes down which numbers were given, before the file is closed.
    private func takeBackNumbers() {
        guard sequences.areAhead, presence.look() else { return }
        // If it fails there is a gap, as after a crash.
        transaction { () throws(SQLiteError) in try sequences.takeBack() }
    }

    /// Runs housekeeping in a transaction of its own.
    ///
    /// - Returns: whether it was committed.
    @discardableResult
    private func transaction(_ body: () throws(SQLiteError) -> Void) -> Bool {
        do throws(SQLiteError) {
            try connection.execute("BEGIN IMMEDIATE")
            tally.begin(connection)
            try body()
            try tally.commit(connection)
            return true
        } catch {
            if connection.isInTransaction { try? connection.execute("ROLLBACK") }
            return false
        }
    }
}

/// Where the hook finds those who look at changes. The hook is set before the writer exists.
final class HookTarget {
    var capture: ChangeCapture?
    var tally: RowTally?
}

/// Those who are told of committed changes.
final class Publishers: Sendable {
    /// Every commit counts, with or without changes of watched tables.
    let commits = CommitCount()
    /// What is known of the rows of each table.
    let counts = RowCounts()
    /// One who is told, and told again when the replies have been sent.
    struct Publisher: Sendable {
        let publish: @Sendable ([Change]) -> Void
        let afterReplies: @Sendable () -> Void
    }

    private let list = Mutex<[Publisher]>([])

    func add(_ publisher: Publisher) { list.withLock { $0.append(publisher) } }

    func publish(_ changes: [Change]) {
        commits.advance()
        if changes.isEmpty { return }
        for publisher in list.withLock({ $0 }) { publisher.publish(changes) }
    }

    /// The replies to the writes whose changes were published have been sent.
    func endReplies() {
        for publisher in list.withLock({ $0 }) { publisher.afterReplies() }
    }
}

extension SQLiteError {
    /// What SQLite would say of it (rescode.html#readonly_dbmoved).
    fileprivate static let databaseLost = SQLiteError(
        code: ResultCode.readOnly, message: "a file of the database was removed or replaced")
}

extension Problem {
    /// A write's changes are more than is kept in memory until the commit.
    static let tooMuchChanged = Problem(
        code: "54000", status: 413, message: "The write changes too much at once.",
        hint: "Change fewer rows in each request.")

    /// The write's closure went on after an error that had ended the transaction.
    static let transactionLost = Problem(
        code: "25P02", status: 503, message: "The transaction was aborted: nothing was written.")
}
