import SQLite
public import Store

extension SQLiteReader {
    /// How many rows a table has in the snapshot in use, or now if there is none.
    ///
    /// A table that nobody has changed since it was counted is not counted again.
    public func rowCount(of table: String) throws(DatabaseError) -> Int {
        guard let mark = snapshotMark, connection.logMark == mark else { return try count(table) }
        if let known = counts.count(of: table, at: mark) { return known }
        let count = try count(table)
        counts.note(count, of: table, at: mark, isCurrent: connection.logMark == mark)
        return count
    }

    /// Without WHERE, which keeps SQLite from counting by the pages of the smallest index.
    private func count(_ table: String) throws(DatabaseError) -> Int {
        var sql = SQL("SELECT count(*) FROM ")
        sql.append(identifier: table)
        return try count(sql.bound, .none)
    }
}
