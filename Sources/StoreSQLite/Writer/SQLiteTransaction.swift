public import Diagnostics
import SQLite
public import Store
public import Values

/// One write inside the group commit: a savepoint of its own on the writer connection.
///
/// Valid inside the closure it was given to, on the writer's thread.
public final class SQLiteTransaction {
    let connection: Connection
    private let capture: ChangeCapture
    private let tally: RowTally
    private let sequences: Sequences
    private let limit: ProgressLimit
    /// Whether foreign keys act on what refers to rows that go.
    private let actsOnForeignKeys: Bool
    /// The moment of the write, as the change log will give it.
    public let instant: Instant
    private var isDeferring = false
    /// The error that made SQLite give up the whole transaction. What came after it would commit by
    /// itself.
    private var fatal: DatabaseError?
    /// Whether a statement failed, which undid what it had done.
    private(set) var hasFailedStatement = false
    /// Whether a statement had no room on the disk.
    private(set) var hasMetFullDisk = false
    /// Whether a statement was given up because the write had used up its time.
    private(set) var isOvertime = false

    /// The memory of what is read back of it.
    let memory: AnswerMemory

    init(
        connection: Connection, capture: ChangeCapture, tally: RowTally, sequences: Sequences,
        limit: ProgressLimit, instant: Instant, memory: AnswerMemory, actsOnForeignKeys: Bool = true
    ) {
        self.actsOnForeignKeys = actsOnForeignKeys
        self.memory = memory
        self.connection = connection
        self.capture = capture
        self.tally = tally
        self.sequences = sequences
        self.limit = limit
        self.instant = instant
    }

    /// Runs a statement to its end.
    ///
    /// - Returns: the rows that it changed itself, cascades not counted.
    /// - Throws: what the database reports; the statement then changed nothing.
    @discardableResult
    public func run(_ sql: SQL, _ context: QueryContext = .none) throws(DatabaseError) -> Int {
        let sql = sql.bound
        return try run(text: sql.text, arguments: sql.arguments, context)
    }

    /// Runs a statement whose text is kept apart from its arguments.
    @discardableResult
    public func run(
        text: String, arguments: [Value], _ context: QueryContext = .none,
        use: StatementUse = .kept
    ) throws(DatabaseError) -> Int {
        let before = connection.totalChanges
        try query(text: text, arguments: arguments, context, use: use) {
            rows throws(DatabaseError) in
            while try rows.next() {}
        }
        return connection.totalChanges == before ? 0 : connection.changes
    }

    /// Runs a statement and hands its rows to `body`: a query, or a change with RETURNING.
    public func query<R>(
        _ sql: SQL, _ context: QueryContext = .none,
        _ body: (inout Rows) throws(DatabaseError) -> R
    ) throws(DatabaseError) -> R {
        let sql = sql.bound
        return try query(text: sql.text, arguments: sql.arguments, context, body)
    }

    /// Runs a statement whose text is kept apart from its arguments, and hands its rows to `body`.
    public func query<R>(
        text: String, arguments: [Value], _ context: QueryContext = .none,
        use: StatementUse = .kept, _ body: (inout Rows) throws(DatabaseError) -> R
    ) throws(DatabaseError) -> R {
        if let fatal { throw fatal }
        let captured = capture.pending.count
        let changes = connection.totalChanges
        connection.limit(limit)
        defer { connection.limit(.none) }
        do throws(DatabaseError) {
            var rows: Rows
            do throws(SQLiteError) {
                rows = Rows(
                    try connection.start(text, arguments, context, use), of: connection,
                    interruption: .timeout)
            } catch {
                throw DatabaseError(error)
            }
            return try body(&rows)
        } catch {
            // A statement that failed was undone and counts no changes (OR FAIL aside, which keeps
            // both).
            if connection.totalChanges == changes { capture.truncate(to: captured) }
            tally.loseTrack()
            hasFailedStatement = true
            if case .full = error { hasMetFullDisk = true }
            if error == .timeout { isOvertime = true }
            if !connection.isInTransaction { fatal = error }
            throw error
        }
    }

    /// Runs a query whose rows become an answer, for which memory is taken: what there is no room
    /// for undoes the write.
    func answer<R>(
        text: String, arguments: [Value], _ context: QueryContext, use: StatementUse,
        _ body: (inout Rows, AnswerMemory) throws(DatabaseError) -> R
    ) throws(DatabaseError) -> R {
        do throws(DatabaseError) {
            return try query(text: text, arguments: arguments, context, use: use) {
                (rows) throws(DatabaseError) in
                try body(&rows, memory)
            }
        } catch {
            throw memory.error(error)
        }
    }

    /// The rowid of the last row inserted.
    public var lastInsertRowID: Int64 { connection.lastInsertRowID }

    /// Runs several statements, as migrations do: the only way to change the schema. Transaction
    /// statements are refused, and so is what would make something temporary. Sequences whose
    /// tables it writes are settled again before their next number.
    ///
    /// - Parameter replacesRows: whether a statement of it says REPLACE.
    /// - Throws: `other` with the line of the statement at fault; `stillReferenced` for what would
    ///   take rows of other tables along with those that it drops or replaces.
    public func executeScript(
        _ sql: String, replacesRows: Bool = false
    ) throws(DatabaseError) {
        tally.loseTrack()
        var refusal: DatabaseError?
        try guarded { () throws(DatabaseError) in
            connection.limit(limit)
            defer { connection.limit(.none) }
            do throws(SQLiteError) {
                try sequences.follow { () throws(SQLiteError) in
                    var written: Set<String> = []
                    try connection.executeScript(sql, rights: .insideTransaction) {
                        effects throws(SQLiteError) in
                        refusal = try self.refusal(of: effects, replacesRows: replacesRows)
                        if refusal != nil { throw .refused }
                        written.formUnion(effects.written)
                    }
                    return written
                }
            } catch {
                throw refusal ?? Self.scriptError(error, in: sql)
            }
        }
    }

    /// Why a statement of a script may not run. SQLite says which tables it writes, but not that
    /// REPLACE deletes the rows in the way.
    private func refusal(
        of effects: StatementEffects, replacesRows: Bool
    ) throws(SQLiteError) -> DatabaseError? {
        guard actsOnForeignKeys else { return nil }
        let replaced = replacesRows ? effects.written.sorted() : []
        let deletions =
            effects.dropped.map { (ImpliedDeletion.drop, $0) } + replaced.map { (.replace, $0) }
        for (deletion, table) in deletions {
            let referring = try tables(referringTo: table, by: deletion)
            if !referring.isEmpty {
                return .stillReferenced(deletion, table: table, by: referring)
            }
        }
        return nil
    }

    /// The tables with a foreign key to `table`; without the table itself where all of its rows go.
    ///
    /// Foreign keys act on the rows that DROP TABLE and REPLACE delete: rows that refer to them
    /// would be deleted or changed along (sqlite.org/foreignkeys.html §5, lang_conflict.html).
    private func tables(
        referringTo table: String, by deletion: ImpliedDeletion
    ) throws(SQLiteError) -> [String] {
        var run = try connection.run(
            "SELECT DISTINCT s.name FROM main.sqlite_schema AS s, "
                + "pragma_foreign_key_list(s.name, 'main') AS k WHERE s.type = 'table' "
                + "AND k.\"table\" = ?1 COLLATE NOCASE "
                + "AND (?2 OR s.name <> ?1 COLLATE NOCASE) ORDER BY s.name")
        try run.bind(table, at: 1)
        try run.bind(Int64(deletion.leavesRows ? 1 : 0), at: 2)
        var names: [String] = []
        while try run.step() { names.append(run.cell(0).text) }
        return names
    }

    /// Runs `body` unless the transaction is lost, and takes note if it is lost now.
    private func guarded<R>(_ body: () throws(DatabaseError) -> R) throws(DatabaseError) -> R {
        if let fatal { throw fatal }
        do throws(DatabaseError) {
            return try body()
        } catch {
            if !connection.isInTransaction { fatal = error }
            throw error
        }
    }

    // MARK: Identity columns

    /// The numbers of an identity column that come next, at least one. Until they are used, whoever
    /// asks next gets them too.
    ///
    /// - Throws: `sequenceExhausted` when there are fewer.
    public func upcomingNumbers(
        _ count: Int, of sequence: IdentitySequence
    ) throws(DatabaseError) -> ClosedRange<Int64> {
        try guarded { () throws(DatabaseError) in try sequences.upcoming(count, of: sequence) }
    }

    /// Uses up upcoming numbers, even if this write is undone.
    public func use(_ numbers: ClosedRange<Int64>, of sequence: IdentitySequence) {
        sequences.use(numbers, of: sequence)
    }

    /// Lets a sequence go on after the greatest value that its table holds now: for rows that the
    /// project itself brings along.
    public func raise(_ sequence: IdentitySequence) throws(DatabaseError) {
        try guarded { () throws(DatabaseError) in try sequences.raise(sequence) }
    }

    /// Lets a sequence go on after a number.
    public func raise(
        _ sequence: IdentitySequence, to number: Int64
    ) throws(DatabaseError) {
        try guarded { () throws(DatabaseError) in try sequences.raise(sequence, to: number) }
    }

    /// Forgets the sequences of tables that are gone, at the end of a migration file: in between,
    /// a table may be dropped to make room for its successor.
    public func forgetDroppedSequences() throws(DatabaseError) {
        try guarded { () throws(DatabaseError) in
            do throws(SQLiteError) {
                try sequences.forgetDropped()
            } catch {
                throw DatabaseError(error)
            }
        }
    }

    /// Checks immediate foreign keys at the end of this write instead of after each statement, as
    /// rows that refer to one another need.
    public func deferForeignKeys() throws(DatabaseError) {
        isDeferring = true
        try run(SQL("PRAGMA defer_foreign_keys = ON"))
    }

    /// Whether a row breaks a foreign key at this moment: after `deferForeignKeys`, before the
    /// write ends. O(1).
    public var hasUnresolvedForeignKeys: Bool { connection.hasUnresolvedForeignKeys }

    /// The rows that break a foreign key at this moment: after `deferForeignKeys`, before the write
    /// ends.
    ///
    /// - Parameter table: looks at this table's references only.
    public func foreignKeyViolations(
        in table: String? = nil, limit: Int = 10
    ) throws(DatabaseError) -> [ForeignKeyViolation] {
        var sql = SQL("SELECT \"table\", rowid, parent FROM pragma_foreign_key_check")
        if let table {
            sql.append("(")
            sql.append(argument: .text(table), .text)
            sql.append(")")
        }
        sql.append(" LIMIT \(limit)")
        return try query(sql) { rows throws(DatabaseError) in
            var found: [ForeignKeyViolation] = []
            while try rows.next() {
                found.append(
                    ForeignKeyViolation(
                        table: rows.text(0), rowID: rows.isNull(1) ? nil : rows.int64(1),
                        parent: rows.text(2)))
            }
            return found
        }
    }

    /// Undoes `deferForeignKeys` for the writes that share the commit.
    func finish() {
        if isDeferring { try? connection.execute("PRAGMA defer_foreign_keys = OFF") }
    }

    private static func scriptError(_ error: SQLiteError, in script: String) -> DatabaseError {
        switch DatabaseError(error) {
        case .other(let code, let message, _):
            .other(code: code, message: message, line: line(error.offset, script))
        case let known: known
        }
    }

    private static func line(_ offset: Int?, _ script: String) -> Int {
        script.utf8.prefix(offset ?? 0).reduce(1) { $1 == UInt8(ascii: "\n") ? $0 + 1 : $0 }
    }
}

/// Confined to the writer's thread.
@available(*, unavailable)
extension SQLiteTransaction: Sendable {}

/// A row that refers to a row that is not there (pragma.html#pragma_foreign_key_check).
public struct ForeignKeyViolation: Hashable, Sendable {
    /// The table of the row.
    public let table: String
    /// The row's rowid; nil in a table without rowids.
    public let rowID: Int64?
    /// The table referred to.
    public let parent: String
}

extension SQLiteError {
    /// A statement that a `DatabaseError` stands for.
    fileprivate static let refused = SQLiteError(
        code: ResultCode.authorisation, message: "not authorized")
}
