public import Store
public import Values

// Queries that answer one value: rules that ask for other rows, and counts.

extension SQLiteReader {
    /// The first value of the first row that `sql` finds; NULL when it finds none.
    public func scalar(
        _ sql: BoundSQL, _ context: QueryContext = .none,
        within time: Duration = DatabaseLimits.scalarTime
    ) throws(DatabaseError) -> Value {
        try query(text: sql.text, arguments: sql.arguments, context, budget: .timeout(time)) {
            rows throws(DatabaseError) in
            try rows.scalar()
        }
    }
}

extension Rows {
    fileprivate mutating func scalar() throws(DatabaseError) -> Value {
        try next() ? value(0) : .null
    }
}
