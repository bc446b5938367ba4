/// A transaction that asks and writes, as ``Database/write(_:for:_:)`` runs it.
///
/// A statement that fails changes nothing. Whatever its error was, an engine may refuse all that
/// follows it in the transaction.
public protocol WriteTransaction: RowSource {
    /// Runs a statement to its end.
    ///
    /// - Returns: the rows that it changed itself, cascades not counted.
    /// - Throws: what the database reports: `unique` or `uniqueIndex` for a value that must be
    ///   unique and is not.
    @discardableResult
    func run(_ statement: SQL) throws(DatabaseError) -> Int

    /// Makes a table with its indexes. One of its name that is there already is left as it is.
    ///
    /// - Throws: what the database reports.
    func create(_ table: TableDefinition) throws(DatabaseError)

    /// Makes an index of a table that is there, in the place of another one, which may be gone
    /// already.
    ///
    /// - Throws: what the database reports.
    func replaceIndex(
        _ old: String, with index: TableDefinition.Index, of table: TableDefinition
    ) throws(DatabaseError)
}
