import SQLite
public import Values

/// A connection for reading: one per event loop, one per thread of the slow lane, used by that one
/// only.
public final class Reader {
    let connection: Connection
    let tables: CapturedTables
    let counts: RowCounts
    var lane: Lane
    /// The writer's commits; nil where nobody shares snapshots.
    var commits: CommitCount?
    private var shared: SharedSnapshot?
    /// Where the log stood before the snapshot in use was taken.
    private(set) var snapshotMark: LogMark?

    init(connection: Connection, tables: CapturedTables, counts: RowCounts, lane: Lane) {
        self.connection = connection
        self.tables = tables
        self.counts = counts
        self.lane = lane
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
        try query(text: sql.text, arguments: sql.arguments, context, budget: budget, body)
    }

    /// Runs a query whose text is kept apart from its arguments, as cached plans keep it.
    public func query<R>(
        text: String, arguments: [Value], _ context: QueryContext = .none,
        budget: Budget = .inline, _ body: (inout Rows) throws(DatabaseError) -> R
    ) throws(DatabaseError) -> R {
        shared?.join()
        let (limit, interruption) = lane.limit(budget)
        connection.limit(limit)
        var rows: Rows
        do throws(SQLiteError) {
            rows = Rows(
                try connection.start(text, arguments, context), of: connection,
                interruption: interruption)
        } catch {
            throw DatabaseError(error, interruption: interruption)
        }
        return try body(&rows)
    }

    /// Runs several queries on one state of the database. Inside another snapshot it adds nothing.
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
        // BEGIN takes no lock and touches no file: it can only fail inside a transaction.
        guard (try? connection.execute("BEGIN")) != nil else {
            snapshotMark = nil
            return try body()
        }
        defer { try? connection.execute("COMMIT") }
        return try body()
    }

    /// Lets the reads of one turn of the loop share a snapshot, as long as nothing is committed.
    ///
    /// - Parameter atEndOfTurn: runs a closure on the loop before it sleeps.
    public func shareSnapshots(atEndOfTurn: @escaping (@escaping () -> Void) -> Void) {
        guard let commits else { return }
        shared = SharedSnapshot(connection, commits: commits, atEndOfTurn: atEndOfTurn)
    }

    /// Prepared statements kept at this moment.
    public var cachedStatements: Int { connection.cachedStatements }
}

/// Confined to its loop or thread.
@available(*, unavailable)
extension Reader: Sendable {}
