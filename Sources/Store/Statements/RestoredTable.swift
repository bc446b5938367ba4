public import Values

/// A table to be read as if some rows that are gone were still in it.
///
/// What a cascade takes away includes the rows that rules ask about; whoever judges a deleted row
/// asks of the tables as they were.
public struct RestoredTable: Sendable {
    /// The table's name.
    public let name: String
    /// Its columns.
    public let columns: [(name: String, type: ColumnType)]
    /// The rows that are gone, their values in the order of ``columns``.
    public private(set) var rows: [[Value]] = []

    /// A table without restored rows.
    public init(name: String, columns: [(name: String, type: ColumnType)]) {
        self.name = name
        self.columns = columns
    }

    /// Adds a row that is gone.
    public mutating func append(_ row: [Value]) { rows.append(row) }
}
