public import Values

/// What small queries are asked of: one state of the database, or a transaction that sees its own
/// changes. Valid inside the closure it was given to, on its thread.
public protocol RowSource: AnyObject {
    /// All rows of a query.
    ///
    /// - Parameter columns: the types of its columns, in order.
    /// - Returns: the rows, each with a value for each column.
    /// - Throws: what the database reports.
    func rows(_ query: SQL, as columns: [ColumnType]) throws(DatabaseError) -> [[Value]]
}
