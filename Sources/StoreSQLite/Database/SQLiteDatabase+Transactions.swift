public import Diagnostics
public import Quotas
public import Store
import Synchronization
public import Values

extension SQLiteDatabase: Database {
    /// See ``Store/Database/engine``.
    public var engine: String { Self.engine }

    /// See ``Store/LookUpSource``: at once, whoever asks. A loop has a reader of its own for what
    /// its callers ask often.
    ///
    /// A look-up takes tens of microseconds, less than a trip to another thread and back, so it
    /// runs where the question is. All share one connection, which may go from thread to thread as
    /// long as one uses it at a time (sqlite.org/threadsafe.html, multi-thread mode): the lock sees
    /// to that. It is opened for the first of them: a start need not wait for it.
    public func reading<R: Sendable>(
        for caller: Caller, _ body: @escaping @Sendable (any RowSource) throws(Problem) -> R
    ) throws(Problem) -> Reading<R> {
        .done(
            try lookUps.withLock { opened throws(Problem) in
                let reader =
                    if let opened {
                        opened
                    } else {
                        try worded { () throws(DatabaseError) in try makeReader() }
                    }
                opened = reader
                return try reader.snapshot { () throws(Problem) in try body(reader) }
            })
    }

    /// See ``Store/Database/write(_:for:_:)``.
    @discardableResult
    public func write<R: Sendable>(
        _ priority: WritePriority, for caller: Caller,
        _ body: @escaping @Sendable (any WriteTransaction) throws(Problem) -> R
    ) async throws(Problem) -> R {
        let write: @Sendable (SQLiteTransaction) throws(Problem) -> R = {
            transaction throws(Problem) in try body(transaction)
        }
        return try await self.write(priority, for: caller, write)
    }

    /// See ``Store/Database/writeAndWait(_:)``.
    @discardableResult
    public func writeAndWait<R: Sendable>(
        _ body: @escaping @Sendable (any WriteTransaction) throws(Problem) -> R
    ) throws(Problem) -> R {
        let write: @Sendable (SQLiteTransaction) throws(Problem) -> R = {
            transaction throws(Problem) in try body(transaction)
        }
        return try writeAndWait(write)
    }
}

extension SQLiteReader: RowSource {
    /// See ``Store/RowSource/rows(_:as:)``. A value has the type that it was stored with.
    public func rows(
        _ query: SQL, as columns: [ColumnType]
    ) throws(DatabaseError) -> [[Value]] {
        try self.query(query, budget: .timeout(DatabaseLimits.lookUpTime)) {
            (rows: inout Rows) throws(DatabaseError) in try rows.values(columns.count)
        }
    }
}

extension SQLiteTransaction: WriteTransaction {
    /// See ``Store/RowSource/rows(_:as:)``. A value has the type that it was stored with.
    public func rows(
        _ query: SQL, as columns: [ColumnType]
    ) throws(DatabaseError) -> [[Value]] {
        try self.query(query) {
            (rows: inout Rows) throws(DatabaseError) in try rows.values(columns.count)
        }
    }

    /// See ``Store/WriteTransaction/run(_:)``.
    @discardableResult
    public func run(_ statement: SQL) throws(DatabaseError) -> Int { try run(statement, .none) }

    /// See ``Store/WriteTransaction/create(_:)``.
    public func create(_ table: TableDefinition) throws(DatabaseError) {
        let known = try rows(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name = \(table.name)",
            as: [.text])
        guard known.isEmpty else { return }
        try executeScript(SQLiteDialect().create(table).joined(separator: ";\n"))
    }

    /// See ``Store/WriteTransaction/replaceIndex(_:with:of:)``.
    public func replaceIndex(
        _ old: String, with index: TableDefinition.Index, of table: TableDefinition
    ) throws(DatabaseError) {
        let statements = SQLiteDialect().replaceIndex(old, with: index, of: table)
        try executeScript(statements.joined(separator: ";\n"))
    }
}

extension Rows {
    /// What is left of the rows, each with its first `columns` values.
    fileprivate mutating func values(_ columns: Int) throws(DatabaseError) -> [[Value]] {
        var found: [[Value]] = []
        while try next() { found.append((0..<columns).map { value($0) }) }
        return found
    }
}
