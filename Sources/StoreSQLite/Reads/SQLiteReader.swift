import Quotas
import SQLite
public import Store
public import Values

/// A connection for reading: one per event loop, one per thread of the slow lane, used by that one
/// only.
public final class SQLiteReader {
    /// What its queries are written in.
    public let dialect: any Dialect = SQLiteDialect()
    let connection: Connection
    let counts: RowCounts
    var lane: Lane
    /// The writer's commits; nil where nobody shares snapshots.
    var commits: CommitCount?
    private var shared: SharedSnapshot?
    /// Where the log stood before the snapshot in use was taken.
    private(set) var snapshotMark: LogMark?
    /// Where reads go on that take too long for a loop; nil where nobody hurries.
    var slowLane: SlowLane?
    /// How the loop's time is shared out.
    var loopTime: LoopTime
    /// The loop's turns; nil where there are none, and each read has all of its time.
    private(set) var turns: LoopTurns?
    /// The read that a loop is at.
    let inline = InlineRead()
    /// What feeds have asked, the first of it begun.
    var asked: [AskedLookUps] = []
    /// Where reads of many rows go on; nil on a loop.
    var longReads: LongReads?
    /// What long answers are taken from.
    var memory = MemoryPool(bytesMax: .max, perCallerMax: .max)
    /// Whether the connection has left with a read of many rows: it is no longer this thread's.
    var hasLeft = false
    /// What it has left with, until that is handed over.
    var leaving: PartMaker?

    init(
        connection: Connection, counts: RowCounts, inlineTime: UInt64, cacheKiB: Int
    ) {
        lane = .loop(inlineTime)
        loopTime = LoopTime(readMax: inlineTime)
        self.cacheKiB = cacheKiB
        self.connection = connection
        connection.boundArrays()
        self.counts = counts
    }

    /// The most page cache, in KiB.
    var cacheKiB: Int {
        didSet { try? connection.execute("PRAGMA cache_size = -\(cacheKiB)") }
    }

    /// Lets `cancellation` interrupt what runs here.
    func obey(_ cancellation: Cancellation) { connection.obey(cancellation) }

    /// Runs a query and hands its rows to `body`.
    ///
    /// - Throws: what the database reports, or what `body` throws.
    public func query<R>(
        _ sql: SQL, _ context: QueryContext = .none, budget: Budget = .inline,
        _ body: (inout Rows) throws(DatabaseError) -> R
    ) throws(DatabaseError) -> R {
        let sql = sql.bound
        return try query(text: sql.text, arguments: sql.arguments, context, budget: budget, body)
    }

    /// Runs a query whose text is kept apart from its arguments, as cached plans keep it.
    public func query<R>(
        text: String, arguments: [Value], _ context: QueryContext = .none,
        budget: Budget = .inline, _ body: (inout Rows) throws(DatabaseError) -> R
    ) throws(DatabaseError) -> R {
        var rows = try start(text: text, arguments: arguments, context, budget: budget)
        return try body(&rows)
    }

    /// Starts a query whose rows are taken step by step.
    func start(
        text: String, arguments: [Value], _ context: QueryContext, budget: Budget,
        use: StatementUse = .kept
    ) throws(DatabaseError) -> Rows {
        shared?.join()
        let (limit, interruption) = lane.limit(budget)
        connection.limit(limit)
        do throws(SQLiteError) {
            return Rows(
                try connection.start(text, arguments, context, use), of: connection,
                interruption: interruption)
        } catch {
            throw DatabaseError(error, interruption: interruption)
        }
    }

    /// Starts a statement of the read that a loop is at, in the time that is left of it; elsewhere
    /// as ``start(text:arguments:_:budget:use:)`` does.
    ///
    /// - Throws: `overBudget` also for a statement that is known to be too slow for a loop.
    func startOfRead(
        text: String, arguments: [Value], _ context: QueryContext, use: StatementUse = .kept
    ) throws(DatabaseError) -> Rows {
        guard inline.isRunning else {
            return try start(
                text: text, arguments: arguments, context, budget: .inline, use: use)
        }
        shared?.join()
        connection.limit(.time(inline.beginStatement(on: connection)))
        do throws(SQLiteError) {
            let run = try connection.start(text, arguments, context, use)
            if inline.isKnownToBeSlow(run) {
                throw SQLiteError(code: ResultCode.interrupt, message: "known to be slow")
            }
            return Rows(run, of: connection, interruption: .overBudget, in: inline)
        } catch {
            throw DatabaseError(error, interruption: .overBudget)
        }
    }

    /// Runs several queries on one state of the database. Inside another snapshot it adds nothing.
    /// A read that leaves in `body` takes the snapshot with it.
    public func snapshot<R, E: Error>(_ body: () throws(E) -> R) throws(E) -> R {
        shared?.join()
        shared?.pins += 1
        let outer = snapshotMark
        defer {
            shared?.pins -= 1
            snapshotMark = outer
        }
        if connection.isInTransaction {
            snapshotMark = outer ?? shared?.mark
            return try body()
        }
        snapshotMark = connection.logMark
        // It takes no lock and touches no file: only memory can be wanting.
        guard connection.beginReading() else {
            snapshotMark = nil
            return try body()
        }
        defer { if !hasLeft { connection.endReading() } }
        return try body()
    }

    /// Lets the reads of one turn of the loop share a snapshot, as long as nothing is committed,
    /// and the time of the turn.
    ///
    /// - Parameters:
    ///   - atEndOfTurn: Runs a closure on the loop before it sleeps.
    ///   - wake: Has the loop call ``runWaiting()`` soon, from any thread.
    public func shareTurns(
        atEndOfTurn: @escaping (@escaping () -> Void) -> Void, wake: @escaping @Sendable () -> Void
    ) {
        turns = LoopTurns(
            atEnd: atEndOfTurn, waiting: WaitingReads(countedBy: slowLane, wake: wake))
        guard let commits else { return }
        shared = SharedSnapshot(connection, commits: commits, atEndOfTurn: atEndOfTurn)
    }
}

/// Confined to its loop or thread.
@available(*, unavailable)
extension SQLiteReader: Sendable {}
