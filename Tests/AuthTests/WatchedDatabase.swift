import Diagnostics
import Quotas
import Store
import StoreSQLite
import Synchronization
import Values

@testable import Auth

/// A store that notes how much each transaction does, and can stop writing.
final class WatchedDatabase: DatabaseInFront {
    let database: any Database
    private let notes = Mutex(Notes())
    private let writesLeft = Mutex(Int.max)
    private let writers = Mutex<[Caller]>([])

    init(_ database: any Database) { self.database = database }

    /// The most rows that one transaction has found and changed so far.
    var rowsMax: Int { notes.withLock { $0.rowsMax } }

    /// For whom it has written, the last one last.
    var callersOfWrites: [Caller] { writers.withLock(\.self) }

    /// How SQLite goes about what it was asked of sessions so far: lines of EXPLAIN QUERY PLAN.
    var plans: Set<String> { notes.withLock { $0.plans } }

    /// Fails every write after so many more.
    func stop(afterWrites count: Int) { writesLeft.withLock { $0 = count } }

    /// Writes again.
    func goOn() { stop(afterWrites: .max) }

    func reading<R: Sendable>(
        for caller: Caller, _ body: @escaping @Sendable (any RowSource) throws(Problem) -> R
    ) throws(Problem) -> Reading<R> {
        try database.reading(for: caller) { [self] source throws(Problem) in
            let watched = WatchedSource(source, explains: explains)
            defer { note(watched.notes) }
            return try body(watched)
        }
    }

    func write<R: Sendable>(
        _ priority: WritePriority, for caller: Caller,
        _ body: @escaping @Sendable (any WriteTransaction) throws(Problem) -> R
    ) async throws(Problem) -> R {
        let isStopped = writesLeft.withLock { left in
            left -= 1
            return left < 0
        }
        guard !isStopped else { throw .conflict }
        writers.withLock { $0.append(caller) }
        return try await database.write(priority, for: caller) {
            [self] transaction throws(Problem) in
            let watched = WatchedTransaction(transaction, explains: explains)
            defer { note(watched.notes) }
            return try body(watched)
        }
    }

    private var explains: Bool { database.engine.hasPrefix("SQLite") }

    private func note(_ transaction: Notes) {
        notes.withLock { notes in
            notes.rowsMax = max(notes.rowsMax, transaction.rowsMax)
            notes.plans.formUnion(transaction.plans)
        }
    }
}

private struct Notes: Sendable {
    var rowsMax = 0
    var plans: Set<String> = []
}

/// What is asked in a transaction, with notes of it.
private class WatchedSource: RowSource {
    private let source: any RowSource
    private let explains: Bool
    var notes = Notes()

    init(_ source: any RowSource, explains: Bool) {
        self.source = source
        self.explains = explains
    }

    func rows(_ query: SQL, as columns: [ColumnType]) throws(DatabaseError) -> [[Value]] {
        try explain(query)
        let found = try source.rows(query, as: columns)
        notes.rowsMax += found.count
        return found
    }

    func explain(_ statement: SQL) throws(DatabaseError) {
        guard explains, statement.bound.text.contains("_sessions") else { return }
        let lines = try source.rows(
            "EXPLAIN QUERY PLAN \(statement)", as: [.integer, .integer, .integer, .text])
        notes.plans.formUnion(lines.compactMap { $0[3].text })
    }
}

/// The same for one that writes.
private final class WatchedTransaction: WatchedSource, WriteTransaction {
    private let transaction: any WriteTransaction

    init(_ transaction: any WriteTransaction, explains: Bool) {
        self.transaction = transaction
        super.init(transaction, explains: explains)
    }

    func run(_ statement: SQL) throws(DatabaseError) -> Int {
        try explain(statement)
        let changed = try transaction.run(statement)
        notes.rowsMax += changed
        return changed
    }

    func create(_ table: TableDefinition) throws(DatabaseError) {
        try transaction.create(table)
    }

    func replaceIndex(
        _ old: String, with index: TableDefinition.Index, of table: TableDefinition
    ) throws(DatabaseError) {
        try transaction.replaceIndex(old, with: index, of: table)
    }
}
