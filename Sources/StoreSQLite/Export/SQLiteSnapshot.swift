public import Diagnostics
import SQLite
public import Store

/// The database file at one moment, beside whoever uses it or without anybody. It takes no lock on
/// the data directory and writes nothing; as long as it is there, the write-ahead log does not
/// begin anew. For one thread.
public final class SQLiteSnapshot: TableSnapshot {
    private let connection: Connection
    private let path: String

    /// Takes the snapshot.
    ///
    /// - Throws: 58030 where the file cannot be read, XX001 where it is none of ours.
    public init(ofDatabaseAt path: String) throws(Problem) {
        self.path = path
        do throws(SQLiteError) {
            connection = try Opening.whole(path: path)
            try connection.execute("PRAGMA query_only = ON")
            guard connection.beginReading() else { throw SQLiteError.noSnapshot }
        } catch {
            throw Opening.problem(error, path: path)
        }
    }

    deinit { connection.endReading() }

    /// See ``Store/TableSnapshot/rows(of:_:)``.
    public func rows(
        of table: Table, _ take: @escaping (WireRow) throws(Problem) -> Void
    ) throws(Problem) {
        let text = SQLiteDialect().text(of: table.everything).text
        var rows = Rows(
            try named(table) { () throws(SQLiteError) in
                try connection.run(text, isKept: false)
            }, of: connection, interruption: .timeout)
        var row = WireRow()
        while try worded({ () throws(DatabaseError) in try rows.next() }) {
            row.removeAll()
            for (index, column) in table.shown.enumerated() {
                row.append { rows.appendJSON(index, as: column.type, to: &$0) }
            }
            try take(row)
        }
    }

    private func named<R: ~Copyable>(
        _ table: Table, _ work: () throws(SQLiteError) -> R
    ) throws(Problem) -> R {
        do throws(SQLiteError) {
            return try work()
        } catch {
            throw .unreadable(table.name, error.message)
        }
    }
}

/// For one thread at a time.
@available(*, unavailable)
extension SQLiteSnapshot: Sendable {}
