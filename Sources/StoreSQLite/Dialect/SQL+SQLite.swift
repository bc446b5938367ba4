public import Store

extension SQL {
    /// The statement as SQLite runs it.
    public var bound: BoundSQL { SQLiteDialect().text(of: self) }
}
