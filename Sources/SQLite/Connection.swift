import CSQLite
import CSQLiteLog
import CSQLiteMemory

/// How a connection opens its file.
public struct ConnectionOptions: Hashable, Sendable {
    /// Whether the file may be created, or must exist.
    public enum Mode: Hashable, Sendable {
        case create
        case existing
    }

    /// Whether the file may be created.
    public var mode: Mode
    /// Milliseconds to wait for another process's lock.
    public var busyTimeoutMilliseconds: Int32
    /// Prepared statements kept for reuse.
    public var cachedStatementsMax: Int
    /// Bytes of memory that they may take together.
    public var cachedStatementBytesMax: Int
    /// Whether what it adds to the write-ahead log goes there in large pieces: for one that writes.
    public var gathersLog = false

    /// Options.
    public init(
        mode: Mode, busyTimeoutMilliseconds: Int32, cachedStatementsMax: Int,
        cachedStatementBytesMax: Int
    ) {
        self.mode = mode
        self.busyTimeoutMilliseconds = busyTimeoutMilliseconds
        self.cachedStatementsMax = cachedStatementsMax
        self.cachedStatementBytesMax = cachedStatementBytesMax
    }
}

/// One connection to one database file, used by one thread at a time.
///
/// Opened with `SQLITE_OPEN_NOMUTEX`: SQLite takes no locks of its own, so two threads must never
/// be inside at once. Double-quoted strings are off, the schema is not trusted, and defensive mode
/// is on: nobody can corrupt the file through SQL.
@safe public final class Connection {
    let handle: OpaquePointer
    let progress: UnsafeMutablePointer<ProgressState>
    private var cache: StatementCache
    let busyTimeoutMilliseconds: Int32
    /// What C callbacks point at. Released when the connection is closed.
    var preupdateHook: PreupdateHook?

    /// Opens `path`.
    public init(path: String, options: ConnectionOptions) throws(SQLiteError) {
        _ = Self.settings
        var flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
        if options.mode == .create { flags |= SQLITE_OPEN_CREATE }
        var opened: OpaquePointer?
        let code = unsafe sqlite3_open_v2(
            path, &opened, flags, options.gathersLog ? csqlite_log_vfs() : nil)
        guard code == SQLITE_OK, let handle = unsafe opened else {
            let error = unsafe SQLiteError(code: code, handle: opened)
            unsafe sqlite3_close_v2(opened)
            throw error
        }
        unsafe self.handle = handle
        unsafe progress = .allocate(capacity: 1)
        unsafe progress.initialize(to: ProgressState())
        cache = StatementCache(
            capacity: options.cachedStatementsMax, bytesMax: options.cachedStatementBytesMax)
        busyTimeoutMilliseconds = options.busyTimeoutMilliseconds
        unsafe sqlite3_busy_timeout(handle, busyTimeoutMilliseconds)
        for (setting, value) in Self.switches {
            unsafe _ = csqlite_db_config_int(handle, setting, value, nil)
        }
        unsafe sqlite3_progress_handler(
            handle, ProgressState.interval,
            {
                unsafe $0.unsafelyUnwrapped.assumingMemoryBound(to: ProgressState.self).pointee
                    .tick()
            },
            progress)
    }

    /// The library's version: `3.40.1`.
    public static var libraryVersion: String { unsafe String(cString: sqlite3_libversion()) }

    /// The same as a number: 3,040,001.
    public static var libraryVersionNumber: Int { Int(sqlite3_libversion_number()) }

    /// Settings of the library, made once before anything is opened. SQLite's own count of the
    /// memory it uses would make all threads meet at one lock; large pieces alone are counted.
    private static let settings: Void = {
        _ = csqlite_stop_memory_statistics()
        _ = csqlite_memory_count()
    }()

    private static let switches: [(Int32, Int32)] = [
        (SQLITE_DBCONFIG_DQS_DML, 0), (SQLITE_DBCONFIG_DQS_DDL, 0),
        (SQLITE_DBCONFIG_DEFENSIVE, 1), (SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0),
    ]

    deinit {
        cache.removeAll()
        unsafe sqlite3_close_v2(handle)
        unsafe progress.deinitialize(count: 1)
        unsafe progress.deallocate()
    }

    /// What functions note about the size of what they make; nothing again with each `limit`.
    public var producedBytes = 0
    /// Up to which they need not ask.
    private var freeBytesMax = Int.max
    /// Asked beyond that, with how much there is.
    private var mayProduce: ((Int) -> Bool)?

    /// Bounds what the functions of each statement make.
    ///
    /// - Parameter mayProduce: Told how much there is beyond so many bytes; whether they may go on.
    public func boundProduced(at bytesMax: Int, _ mayProduce: @escaping (Int) -> Bool) {
        freeBytesMax = bytesMax
        self.mayProduce = mayProduce
    }

    /// Whether functions that have made so much may go on.
    public var isWithinProduced: Bool {
        producedBytes <= freeBytesMax || mayProduce?(producedBytes) ?? true
    }

    /// What functions keep for one another while a bound holds; let go with the next `limit`.
    public var scratch: AnyObject?

    /// Bounds what follows, until it is set again. Reaching the bound makes a step fail with
    /// `interrupt`.
    public func limit(_ limit: ProgressLimit) {
        producedBytes = 0
        if scratch != nil { scratch = nil }
        unsafe progress.pointee.set(limit)
    }

    /// Lets `cancellation` interrupt this connection, besides the bounds.
    public func obey(_ cancellation: Cancellation) {
        unsafe progress.pointee.cancellation = cancellation
    }

    /// Asks at a moment of the monotonic clock, in nanoseconds, until when what runs here may go on
    /// without being asked again; nil interrupts it as a bound does. Replaces the last one.
    public func review(at moment: UInt64, _ ask: @escaping () -> UInt64?) {
        unsafe progress.pointee.review = (moment, ask)
    }

    /// Nobody asks any more.
    public func endReview() { unsafe progress.pointee.review = nil }

    /// Counts work done outside of SQLite against the bound, in nanoseconds as
    /// `FunctionCall.charge` does.
    public func charge(_ nanoseconds: Int) {
        unsafe _ = progress.pointee.charge(nanoseconds)
    }

    /// Whether the bound was reached since it was set.
    public var isOverLimit: Bool { unsafe progress.pointee.isOver }

    /// Nanoseconds since the clock was first looked at for the bound; 0 for what was too short to
    /// look. The time of a read that ended before is known to be some microseconds.
    public var timeSpent: UInt64 { unsafe progress.pointee.timeSpent }

    /// When it was last looked whether a bound is reached, some microseconds of work ago: a moment
    /// of the monotonic clock, in nanoseconds.
    public var lastLook: UInt64 { unsafe progress.pointee.lastLook }

    /// A run of `sql`, prepared now or found among the kept statements.
    ///
    /// The text must hold one statement. If its statement is running already, a second one is
    /// prepared.
    ///
    /// - Parameter isKept: Whether a statement that is prepared now is kept for the next run, as
    ///   long as there is room.
    public func run(_ sql: String, isKept: Bool = true) throws(SQLiteError) -> StatementRun {
        if let statement = cache.find(sql) { return StatementRun(statement) }
        // Preparing counts: it takes as long as some short reads, and sees no bound itself.
        unsafe progress.pointee.look(ahead: 0)
        let statement = try Statement(sql, connection: self, isKept: isKept)
        unsafe progress.pointee.look(ahead: 0)
        if isKept { cache.keep(statement, for: sql) }
        return StatementRun(statement)
    }

    /// Runs a statement that needs no arguments and whose rows do not matter.
    public func execute(_ sql: String) throws(SQLiteError) {
        var run = try run(sql)
        while try run.step() {}
    }

    /// Begins a transaction that only reads, unless one is open.
    ///
    /// SQLite looks at the bound as a statement ends, also at one that was reached before `BEGIN`:
    /// it may then be called interrupted though the transaction is open.
    ///
    /// - Returns: whether one is open.
    public func beginReading() -> Bool {
        if !isInTransaction { try? execute("BEGIN") }
        return isInTransaction
    }

    /// Ends a transaction that only read. A bound that was reached before, or a cancellation, may
    /// interrupt `COMMIT` as any statement; what reads next would then see an old state for ever.
    public func endReading() {
        if (try? execute("COMMIT")) != nil || !isInTransaction { return }
        let bound = unsafe progress.pointee
        unsafe progress.pointee = ProgressState()
        defer { unsafe progress.pointee = bound }
        try? execute("COMMIT")
    }

    /// The first column of the first row, as an integer; 0 for no row.
    public func integer(_ sql: String) throws(SQLiteError) -> Int64 {
        var run = try run(sql)
        return try run.step() ? run.cell(0).integer : 0
    }

    /// The first column of the first row, as text; empty for no row.
    public func text(_ sql: String) throws(SQLiteError) -> String {
        var run = try run(sql)
        return try run.step() ? run.cell(0).text : ""
    }

    /// Whether a transaction is open. SQLite closes it by itself after some errors
    /// (lang_transaction.html).
    public var isInTransaction: Bool { unsafe sqlite3_get_autocommit(handle) == 0 }

    /// Rows that the last INSERT, UPDATE or DELETE changed itself, cascades not counted.
    public var changes: Int { unsafe Int(sqlite3_changes64(handle)) }

    /// Rows changed since the connection opened, cascades counted. A statement that is undone adds
    /// nothing.
    public var totalChanges: Int64 { unsafe sqlite3_total_changes64(handle) }

    /// The rowid of the last row inserted.
    public var lastInsertRowID: Int64 { unsafe sqlite3_last_insert_rowid(handle) }

    /// Whether a foreign key is violated at this moment of the transaction: such a commit would
    /// fail.
    public var hasUnresolvedForeignKeys: Bool { status(SQLITE_DBSTATUS_DEFERRED_FKS) != 0 }

    /// How many pages have been written into the log before the COMMIT, for lack of room in the
    /// cache, since the connection was opened.
    public var spilledPages: Int { Int(status(SQLITE_DBSTATUS_CACHE_SPILL)) }

    private func status(_ name: Int32) -> Int32 {
        var current: Int32 = 0
        var highest: Int32 = 0
        unsafe sqlite3_db_status(handle, name, &current, &highest, 0)
        return current
    }

    /// Statements kept for reuse at this moment.
    var cachedStatements: Int { cache.count }

    /// Statements of all connections that are prepared and not finalised. From any thread.
    public static var preparedStatements: Int { Statement.countOfAll }

    /// Forgets the kept statements.
    public func forgetStatements() { cache.removeAll() }
}

/// Confined to one thread at a time; whoever hands it on must stop using it.
@available(*, unavailable)
extension Connection: Sendable {}
