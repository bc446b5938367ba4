public import Diagnostics
public import Quotas
import SQLite
public import Store
import Synchronization
import Work

/// The store as everything above sees it: readers, one group-committing writer, a slow lane for
/// expensive reads, and the log of changes. Usable from every thread.
public final class SQLiteDatabase: Sendable {
    let files: DatabaseFiles
    private let configuration: DatabaseConfiguration
    private let queue: WriteQueue
    private let writerThread: PosixThread
    let reads: LastingReads
    let shared: SharedState
    private let isClosed = Atomic(false)

    /// What statements are written in.
    public let dialect: any Dialect = SQLiteDialect()
    /// What names this history of changes: 64 random bits, made with the file.
    public let epoch: String
    /// What the server has noted about this database, by name.
    let facts: Mutex<[String: String]>
    /// The connection of ``reading(_:)``.
    let lookUps = Mutex<SQLiteReader?>(nil)

    /// Opens or makes a database.
    ///
    /// - Throws: 55006 when another server uses it, 58030 when the file or its folder cannot be
    ///   made, opened or written, XX001 when it is damaged or not a database.
    public static func open(_ configuration: DatabaseConfiguration) throws(Problem)
        -> SQLiteDatabase
    {
        let files = try DatabaseFiles(configuration.location)
        var shared = SharedState()
        let queue = WriteQueue(configuration, load: shared.load)
        let opened = Handover<Result<[String: String], Problem>>()
        let path = files.path
        shared.archive = configuration.archive.map { archive in
            LogArchive(archive, databaseAt: path, wakeWriter: { queue.wake() })
        }
        if shared.archive == nil { shared.waiting = WaitingLog(databaseAt: path) }
        let reads = LastingReads(configuration, path: path, publishers: shared.publishers)
        let logBound = LogBound(
            configuration, copies: LogCopies(path: path, configuration), reads: reads,
            size: shared.logSize, waiting: shared.waiting)
        let thread = PosixThread(name: "writer", slice: PosixThread.promptSlice) { [shared] in
            WriterThread.run(
                path: path, configuration: configuration, queue: queue, shared: shared,
                logBound: logBound, opened: opened)
        }
        guard let thread else {
            throw PosixThread.refused
        }
        do throws(Problem) {
            let facts = try opened.take().get()
            return SQLiteDatabase(
                files: files, configuration: configuration, queue: queue, thread: thread,
                shared: shared, reads: reads, facts: facts)
        } catch {
            thread.join()
            throw error
        }
    }

    private init(
        files: DatabaseFiles, configuration: DatabaseConfiguration, queue: WriteQueue,
        thread: PosixThread, shared: SharedState, reads: LastingReads, facts: [String: String]
    ) {
        self.files = files
        self.configuration = configuration
        self.queue = queue
        self.shared = shared
        epoch = facts["epoch"] ?? ""
        self.facts = Mutex(facts)
        writerThread = thread
        self.reads = reads
    }

    deinit {
        close()
    }

    /// A reader for the calling loop or thread.
    public func makeReader() throws(DatabaseError) -> SQLiteReader {
        if isClosed.load(ordering: .acquiring) { throw .unavailable("the database is closed") }
        let reader = try Opening.reader(
            path: files.path, cacheKiB: configuration.pageCacheKiB,
            counts: shared.publishers.counts, inlineTime: configuration.inlineTime)
        reader.commits = shared.publishers.commits
        reader.slowLane = slowLane
        return reader
    }

    var slowLane: SlowLane { reads.slowLane }

    /// The reads that took too long for a loop.
    public var slowReads: SlowReadCounts { slowLane.counts }

    /// The answers that leave in parts.
    public var longAnswers: LongReadCounts { reads.longReads.counts }

    /// Statements that this process has prepared and not finalised.
    public var preparedStatements: Int { Connection.preparedStatements }

    /// Bytes of the write-ahead log that are in use.
    public var walBytes: Int { shared.logSize.byteCount }

    /// What has been archived of the log; nil where it is not.
    public var archiveCounts: ArchiveCounts? { shared.archive?.counts }

    /// Why nothing of the log can be archived now; nil while it can, or is not to be.
    public var archiveProblem: Problem? { shared.archive?.problem }

    /// Runs a write in its own savepoint and returns once it is durable.
    ///
    /// `body` runs on the writer's thread. It may run again if another write's error cost both
    /// their transaction, so it must have no effect outside of the database. What it throws undoes
    /// all it did.
    ///
    /// A write that has not begun when the calling task is cancelled is dropped.
    ///
    /// - Parameters:
    ///   - priority: How it takes its turn.
    ///   - caller: Whose share of the writer it takes.
    /// - Throws: what `body` throws; 23503 for a foreign key left open; 53400 when too many writes
    ///   wait; 54000 when it takes too long; 53100, 58030 when the commit failed, 58P01 when the
    ///   file was removed or replaced, 57P03 after `close`, 57014 when dropped.
    @discardableResult
    public func write<R: Sendable>(
        _ priority: WritePriority = .first, for caller: Caller = .server,
        _ body: @escaping @Sendable (SQLiteTransaction) throws(Problem) -> R
    ) async throws(Problem) -> R {
        let withdrawal = Cancellation()
        let result: Result<R, Problem> = await withTaskCancellationHandler {
            await unsafe withUnsafeContinuation { continuation in
                submit(priority, for: caller, withdrawal, body) {
                    unsafe continuation.resume(returning: $0)
                }
            }
        } onCancel: {
            withdraw(withdrawal, of: caller)
        }
        return try result.get()
    }

    /// As `write`, blocking the calling thread and without a limit of time: for start-up and the
    /// command line. Never to be called on a loop, nor on the writer's thread.
    @discardableResult
    public func writeAndWait<R: Sendable>(
        _ body: @escaping @Sendable (SQLiteTransaction) throws(Problem) -> R
    ) throws(Problem) -> R {
        let answer = Handover<Result<R, Problem>>()
        submit(.first, for: .server, nil, body) { answer.give($0) }
        return try answer.take().get()
    }

    /// As `writeAndWait`, in a transaction of its own with foreign keys off.
    @discardableResult
    public func writeAlone<R: Sendable>(
        _ body: @escaping @Sendable (SQLiteTransaction) throws(Problem) -> R
    ) throws(Problem) -> R {
        let answer = Handover<Result<R, Problem>>()
        submit(.first, for: .server, nil, suspendsForeignKeys: true, body) { answer.give($0) }
        return try answer.take().get()
    }

    /// - Parameter withdrawal: Ends the write before it begins; one without is not bounded in time.
    private func submit<R: Sendable>(
        _ priority: WritePriority, for caller: Caller, _ withdrawal: Cancellation?,
        suspendsForeignKeys: Bool = false,
        _ body: @escaping @Sendable (SQLiteTransaction) throws(Problem) -> R,
        _ reply: @escaping @Sendable (Result<R, Problem>) -> Void
    ) {
        submit(
            WriteJob(
                perform: { transaction in
                    do throws(Problem) {
                        let value = try body(transaction)
                        return .kept { reply(.success(value)) }
                    } catch {
                        return .undone { reply(.failure(error)) }
                    }
                }, fail: { reply(.failure($0)) }, isBounded: withdrawal != nil,
                withdrawal: withdrawal, caller: caller, priority: priority,
                suspendsForeignKeys: suspendsForeignKeys))
    }

    func submit(_ job: WriteJob) {
        do throws(Problem) {
            try queue.append(job)
        } catch {
            job.fail(error)
        }
    }

    /// Drops a write that nobody wants any more. What waits is let go of at once, with its rows;
    /// what has begun goes on. Any thread.
    func withdraw(_ withdrawal: Cancellation, of caller: Caller) {
        withdrawal.raise()
        queue.take(withdrawn: withdrawal, of: caller)?.fail(.withdrawn)
    }

    /// What waits for the writer, and what it has done.
    public var writeLoad: WriteLoad {
        var load = shared.load.counted
        load.waiting = queue.count
        load.longWaiting = queue.longCount
        return load
    }

    /// Says which tables feed the change log, from the next write on. To be called again after a
    /// reload.
    public func setCaptured(_ tables: [CapturedTable]) {
        shared.tables.set(tables)
    }

    /// Hands the changes of every commit to `publish`, in order, once they are durable. Called on
    /// the writer's thread: it should pass them on and return.
    ///
    /// - Parameters:
    ///   - afterReplies: called when those who wrote have been answered as well, and so the one
    ///     time to wake a thread for both.
    ///   - listenedTo: not asked: all changes are at hand.
    public func onCommit(
        _ publish: @escaping @Sendable ([Change]) -> Void,
        afterReplies: @escaping @Sendable () -> Void = {},
        listenedTo: @escaping @Sendable () -> Set<String> = { [] }
    ) {
        shared.publishers.add(Publishers.Publisher(publish: publish, afterReplies: afterReplies))
    }

    /// Nil: changes are handed over by the commit that has made them.
    public var newestChange: Int64? { nil }

    /// Asks the writer to remove changes that are older than they are to be kept, a few rows at a
    /// time between the writes. Returns at once. To be called each minute.
    public func trimChanges() { queue.askForTrimming() }

    /// Asks the writer to look whether its files are still there. It looks before each commit, too:
    /// to be called each second, for the time when nobody writes. Returns at once.
    public func checkFiles() { queue.wake() }

    /// Ends slow reads, finishes the waiting writes (those that have not begun after `time` fail
    /// with 57P03), closes the file and gives up the lock. Readers must be gone or idle. Calling it
    /// again does nothing.
    public func close(within time: Duration) {
        guard !isClosed.exchange(true, ordering: .acquiringAndReleasing) else { return }
        lookUps.withLock { $0 = nil }
        reads.close()
        queue.close(within: time)
        writerThread.join()
        files.close()
    }
}
