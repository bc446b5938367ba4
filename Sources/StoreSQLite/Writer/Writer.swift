import Diagnostics
import SQLite
import Store

/// The group-committing writer. It is built on, and confined to, its own thread.
///
///     BEGIN IMMEDIATE
///       as long as the turn lasts (``WriterTurn``), per write of the queue, which is fair:
///                   SAVEPOINT → the write's statements → its change-log rows → RELEASE
///                   (or, if it fails, ROLLBACK TO: the others do not notice); the first of
///                   them has the transaction for its savepoint (``UndoPoint``)
///     the identity sequences that have come up with what is written down are written down anew
///     COMMIT          one synchronisation to disk for all of them
///     publish the changes, then send the replies; whoever sleeps is woken once for both
final class Writer {
    let connection: Connection
    private let capture: ChangeCapture
    let log: ChangeLog
    let sequences: Sequences
    let retention: Retention
    let shared: SharedState
    let tally: RowTally
    var spills = SpillWatch()
    private let limit: WriteTimeLimit
    /// The memory of what a write reads back.
    private let memory: AnswerMemory
    private var logBound: LogBound
    private let hold: ArchiveHold?
    private var tablesVersion = 0
    /// Nanoseconds that a turn is to take.
    private let turnTime: UInt64
    /// Nanoseconds that the last commit took.
    private var commitTime: UInt64 = 0

    init(
        connection: Connection, shared: SharedState, logBound: LogBound,
        hold: ArchiveHold?, configuration: DatabaseConfiguration
    ) throws(SQLiteError) {
        self.logBound = logBound
        self.hold = hold
        self.connection = connection
        self.shared = shared
        turnTime = configuration.writerTurn.nanoseconds
        tally = RowTally(shared.publishers.counts)
        limit = WriteTimeLimit(configuration)
        memory = AnswerMemory(configuration.memory)
        memory.bound(connection)
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
            let found = queue.look(waits: !retention.isDue, until: logBound.nextLook)
            if found.wantsTrimming { retention.begin() }
            if let job = queue.nextAlone() { takeAlone(job, queue) }
            if found.hasWrites { takeTurn(queue) }
            logBound.look(connection, hold)
            if found.hasWrites || found.hasAlone { continue }
            // Nothing is trimmed in a lost file: a pass that stays due would never let it wait.
            if shared.presence.look() { trimAlone() } else { retention.postpone() }
            if found.isClosed { return takeBackNumbers() }
        }
    }

    /// Writes and commits what fits a turn; refuses all that waits where nothing can be written.
    private func takeTurn(_ queue: WriteQueue) {
        let began = monotonicNanoseconds()
        if let problem = begin(isOverdue: queue.isOverdue) {
            for job in queue.takeAll() { job.fail(problem) }
            return
        }
        let turn = WriterTurn(at: began, aim: turnTime, commitTime: commitTime)
        let overtime = commit(queue) { batch throws(SQLiteError) in
            try perform(queue, turn, &batch)
        }
        shared.load.countTurn(nanoseconds: monotonicNanoseconds() - began, overtime: overtime)
    }

    /// Runs one write with foreign keys off, which can be said outside of a transaction only
    /// (pragma.html#pragma_foreign_keys): a table that others refer to is made anew. It may leave
    /// tables with other columns.
    private func takeAlone(_ job: WriteJob, _ queue: WriteQueue) {
        do throws(SQLiteError) {
            try connection.execute("PRAGMA foreign_keys = OFF")
        } catch {
            return job.fail(Problem(DatabaseError(error)))
        }
        defer {
            try? connection.execute("PRAGMA foreign_keys = ON")
            capture.unsettle()
        }
        if let problem = begin(isOverdue: queue.isOverdue) { return job.fail(problem) }
        _ = commit(queue) { batch throws(SQLiteError) in
            if !perform(job, &batch) { try performAgain(&batch) }
        }
    }

    /// Begins a transaction; why none can be.
    private func begin(isOverdue: Bool) -> Problem? {
        if isOverdue { return .closed }
        if shared.presence.lost != nil { return .databaseLost }
        do throws(SQLiteError) {
            // What is changed could not be told otherwise.
            try refreshTables()
            try begin()
            return nil
        } catch {
            return Problem(DatabaseError(error))
        }
    }

    private func refreshTables() throws(SQLiteError) {
        if let changed = shared.tables.changed(since: &tablesVersion) {
            capture.set(changed)
            retention.set(changed)
        }
        if capture.hasUnresolved { try capture.resolve(on: connection) }
    }

    func begin() throws(SQLiteError) {
        try connection.execute("BEGIN IMMEDIATE")
        tally.begin(connection)
        spills.begin(connection)
    }

    /// What became of a turn's writes so far.
    private struct Batch {
        var replies: [@Sendable () -> Void] = []
        /// The replies of writes that were undone as they wished.
        var refusals: [@Sendable () -> Void] = []
        var failures: [(job: WriteJob, problem: Problem)] = []
        var succeeded: [WriteJob] = []
        var changes: [Change] = []
        /// Writes undone because they took too long.
        var overtime = 0
    }

    /// Runs writes in the transaction that has begun, and commits it.
    ///
    /// - Parameter run: runs them.
    /// - Returns: how many were undone because they took too long.
    private func commit(
        _ queue: WriteQueue, _ run: (inout Batch) throws(SQLiteError) -> Void
    ) -> Int {
        var batch = Batch()
        var isWritten = false
        do throws(SQLiteError) {
            try run(&batch)
            trimAlong(rowsMax: 2 * batch.changes.count)
            if !spills.isSound { try performSoundly(&batch) }
            let began = monotonicNanoseconds()
            if !batch.succeeded.isEmpty { try sequences.save() }
            guard shared.presence.look() else { throw .databaseLost }
            isWritten = true
            noteCommit()
            try tally.commit(connection)
            commitTime = monotonicNanoseconds() - began
            queue.charge(commit: commitTime, to: batch.succeeded)
        } catch {
            // Nobody's write is kept.
            if connection.isInTransaction { try? connection.execute("ROLLBACK") }
            if error.primary == ResultCode.full { logBound.noteFullDisk() }
            if isWritten { eraseFailedCommit() }
            let problem =
                shared.presence.lost == nil ? Problem(DatabaseError(error)) : .databaseLost
            batch.failures += batch.succeeded.map { ($0, problem) }
            restart(&batch)
            send(batch)
            return batch.overtime
        }
        if !batch.succeeded.isEmpty { sequences.didCommit() }
        shared.publishers.publish(batch.changes)
        send(batch)
        if !batch.changes.isEmpty { shared.publishers.endReplies() }
        return batch.overtime
    }

    /// Notes for the archive when the transaction is committed: after all of it was asked for, and
    /// before anybody hears of it.
    func noteCommit() {
        guard shared.archive != nil || shared.waiting != nil, let mark = connection.logMark else {
            return
        }
        shared.archive?.noteCommit(after: mark)
        shared.waiting?.noteCommit(after: mark)
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

    /// Runs writes until the turn is over.
    ///
    /// - Throws: when the transaction is lost and none can be begun; `batch.succeeded` then holds
    ///   everybody to be told.
    private func perform(
        _ queue: WriteQueue, _ turn: WriterTurn, _ batch: inout Batch
    ) throws(SQLiteError) {
        var turn = turn
        while let job = queue.next(in: &turn, at: monotonicNanoseconds()) {
            if perform(job, &batch) { continue }
            // Its error cost the others their transaction, and costs it their time. None is begun
            // behind it: the next such would have them all run once more.
            turn.isOver = true
            try performAgain(&batch)
        }
    }

    /// Runs the writes once more of a transaction that must not be committed (``SpillWatch``).
    /// Those that were undone are not among them, so that nothing is this time; unless one goes on
    /// after a statement of its own that fails, or fails itself now.
    private func performSoundly(_ batch: inout Batch) throws(SQLiteError) {
        for _ in 0..<DatabaseLimits.soundRunsMax where !spills.isSound {
            try connection.execute("ROLLBACK")
            retention.postpone()
            try performAgain(&batch)
        }
        guard spills.isSound else { throw .unsound }
    }

    /// Runs the writes once more that were lost with the transaction.
    private func performAgain(_ batch: inout Batch) throws(SQLiteError) {
        var lost = batch.succeeded[...]
        restart(&batch)
        do throws(SQLiteError) {
            try begin()
            while let job = lost.popFirst() {
                if perform(job, &batch) { continue }
                lost = (batch.succeeded + lost)[...]
                restart(&batch)
                try begin()
            }
        } catch {
            batch.succeeded = Array(lost)
            throw error
        }
    }

    /// Runs one write, which can be undone by itself.
    ///
    /// - Returns: false if SQLite gave up the whole transaction (lang_transaction.html §3.2: full
    ///   disk, input/output error, no memory, interrupt).
    private func perform(_ job: WriteJob, _ batch: inout Batch) -> Bool {
        if job.withdrawal?.isRaised == true {
            batch.failures.append((job, .withdrawn))
            return true
        }
        let head = log.head
        let point: UndoPoint = batch.succeeded.isEmpty ? .beginning : .savepoint
        memory.begin(for: job.caller)
        defer { memory.end() }
        let transaction = SQLiteTransaction(
            connection: connection, capture: capture, tally: tally, sequences: sequences,
            limit: job.isBounded ? limit.fromNow : .none, instant: log.instant(),
            memory: memory, actsOnForeignKeys: !job.suspendsForeignKeys)
        do throws(Problem) {
            try mapped { () throws(SQLiteError) in try point.set(on: connection) }
            let reply: @Sendable () -> Void
            switch job.perform(transaction) {
            case .kept(let kept): reply = kept
            case .undone(let refusal):
                if transaction.isOvertime, let problem = limit.problem {
                    batch.overtime += 1
                    throw problem
                }
                batch.refusals.append(refusal)
                return undo(transaction, to: point, head)
            }
            batch.changes += try keep(transaction, point)
            batch.replies.append(reply)
            batch.succeeded.append(job)
            return true
        } catch {
            batch.failures.append((job, error))
            return undo(transaction, to: point, head)
        }
    }

    /// Keeps what one write did, and logs its changes.
    private func keep(
        _ transaction: SQLiteTransaction, _ point: UndoPoint
    ) throws(Problem) -> [Change] {
        guard connection.isInTransaction else { throw .transactionLost }
        if connection.hasUnresolvedForeignKeys { throw Problem(.foreignKey) }
        if capture.isOverfull { throw .tooMuchChanged }
        transaction.finish()
        if transaction.hasFailedStatement { spills.noteUndone(connection) }
        let captured = capture.takePending()
        var changes: [Change] = []
        try mapped { () throws(SQLiteError) in
            if !captured.isEmpty {
                changes = try log.append(captured, at: transaction.instant)
            }
            try point.keep(on: connection)
        }
        tally.keep()
        sequences.endWrite(isUndone: false)
        return changes
    }

    /// Undoes one write, and what was noted of it.
    ///
    /// - Returns: as `perform`.
    private func undo(
        _ transaction: SQLiteTransaction, to point: UndoPoint, _ head: Int64
    ) -> Bool {
        if transaction.hasMetFullDisk { logBound.noteFullDisk() }
        capture.truncate(to: 0)
        tally.drop()
        log.rewind(to: head)
        sequences.endWrite(isUndone: true)
        guard connection.isInTransaction else { return false }
        transaction.finish()
        do throws(SQLiteError) {
            try point.undo(on: connection)
            switch point {
            case .beginning: try begin()
            case .savepoint: spills.noteUndone(connection)
            }
            return true
        } catch {
            if connection.isInTransaction { try? connection.execute("ROLLBACK") }
            return false
        }
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
}

extension SQLiteError {
    /// Writes would be lost after a crash that SQLite takes for committed.
    fileprivate static let unsound = SQLiteError(
        code: ResultCode.inputOutput, message: "pages were undone that the log holds already")

    /// What SQLite would say of it (rescode.html#readonly_dbmoved).
    fileprivate static let databaseLost = SQLiteError(
        code: ResultCode.readOnly, message: "a file of the database was removed or replaced")
}

extension Problem {
    /// A write's changes are more than is kept in memory until the commit.
    static let tooMuchChanged = Problem(
        code: "54000", status: 413, message: "The write changes too much at once.",
        hint: "Change fewer rows in each request; those that would go along by a cascade can be "
            + "deleted first.")

    /// The write's closure went on after an error that had ended the transaction.
    static let transactionLost = Problem(
        code: "25P02", status: 503, message: "The transaction was aborted: nothing was written.")
}
