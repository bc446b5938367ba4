public import Diagnostics
public import PostgresWire

/// A change as the log has it.
public struct CapturedRow: Hashable, Sendable {
    /// What happened.
    public enum Operation: UInt8, CaseIterable, Sendable {
        case insert = 0x49  // I
        case update = 0x55  // U
        case delete = 0x44  // D
        /// All rows of the table, or of one of its partitions, are gone at once: whoever follows it
        /// fetches it anew. There is no key and no image.
        case truncate = 0x54  // T
        /// Changes of the table were made that its triggers have not seen: whoever follows it
        /// fetches it anew. There is no key and no image.
        case gap = 0x47  // G
    }

    /// Its number: rises over all tables, causes before effects, with holes. Never used twice in an
    /// epoch.
    public let sequence: Int64
    /// The number of its transaction's first change. A transaction's changes follow one another.
    public let transaction: Int64
    /// The cut that it belongs to.
    public let cut: Int64
    /// PostgreSQL's number of the transaction, for comparison with snapshots.
    public let xid: UInt64
    /// When its transaction made its last change, by the server's clock.
    public let committedAt: Instant
    /// The table.
    public let table: String
    /// What happened.
    public let operation: Operation
    /// The row after an insert or update, as a JSON object in the bytes that `ColumnType` encodes,
    /// with all columns that the table has then. Nil also when it is too large.
    public let new: [UInt8]?
    /// The row before an update or delete; nil also when it is too large.
    public let old: [UInt8]?
}

extension CapturedRow {
    /// Reads a row of ``ChangeStatements/changes``.
    public init(_ row: DataRow) throws(LogFault) {
        var reader = RowReader(row)
        sequence = try reader.int8("seq")
        transaction = try reader.int8("first_seq")
        cut = try reader.int8("cut")
        xid = try reader.xid8("xid")
        committedAt = Instant(microseconds: try reader.microseconds("at"))
        table = try reader.text("model")
        let letter = try reader.letter("op")
        guard let operation = Operation(rawValue: letter) else {
            throw .unknownOperation(letter, sequence: sequence)
        }
        self.operation = operation
        new = try reader.json("new")
        old = try reader.json("old")
    }
}
