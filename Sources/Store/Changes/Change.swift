public import Diagnostics
public import Values

/// A table whose changes feed the change log.
public struct CapturedTable: Sendable {
    /// The table's name.
    public let name: String
    /// Its columns in the table's own order, all of them.
    public let columns: [(name: String, type: ColumnType)]
    /// Positions of the key columns in `columns`.
    public let key: [Int]
    /// How long its changes are kept at least.
    public let retain: Duration

    /// A table to capture.
    public init(
        name: String, columns: [(name: String, type: ColumnType)], key: [Int], retain: Duration
    ) {
        self.name = name
        self.columns = columns
        self.key = key
        self.retain = retain
    }
}

/// One row before or after a change, as values and as the JSON object that clients receive.
public final class RowImage: Sendable {
    /// The values in column order.
    public let values: [Value]
    /// The row as a wire-form JSON object.
    public let json: [UInt8]

    /// An image whose JSON was encoded by the caller.
    public init(values: [Value], json: [UInt8]) {
        self.values = values
        self.json = json
    }
}

/// One committed change of one row, or word that a table's changes cannot be told row by row.
public struct Change: Sendable {
    /// What happened to the row.
    public enum Operation: String, Sendable {
        case insert = "INSERT"
        case update = "UPDATE"
        case delete = "DELETE"
        /// What happened cannot be told row by row: whoever follows the table fetches it anew.
        /// There is no key and no row; ``Change/reset`` says why.
        case reset = "RESET"
    }

    /// Why a table's changes cannot be told row by row.
    public enum Reset: String, CaseIterable, Sendable {
        /// All rows of the table, or of a part of it, were removed at once.
        case truncated
        /// Changes were deleted from the log before they were told.
        case trimmed
        /// The log is another one, or lacks what was told: the database was restored or has failed
        /// over. Numbers may begin again from an earlier one.
        case epoch
        /// A change is there and cannot be read.
        case unreadable
        /// Changes were made while nobody saw them: what captures them had been taken away.
        case missed
    }

    /// The change's number: rises over all tables, in commit order, and is never used twice while
    /// the history lasts. Engines may leave numbers out.
    public let sequence: Int64
    /// The first number of the write that this change belongs to.
    public let transaction: Int64
    /// When the write was made.
    public let committedAt: Instant
    /// The table.
    public let table: String
    /// What happened.
    public let operation: Operation
    /// The key's values: of the new row, or of the old one for a delete.
    public let key: [Value]
    /// The row after an insert or update.
    public let new: RowImage?
    /// The row before an update or delete.
    public let old: RowImage?
    /// Why the table must be fetched anew; nil but for `Operation.reset`.
    public let reset: Reset?

    /// A change of a row.
    public init(
        sequence: Int64, transaction: Int64, committedAt: Instant, table: String,
        operation: Operation, key: [Value], new: RowImage?, old: RowImage?
    ) {
        self.sequence = sequence
        self.transaction = transaction
        self.committedAt = committedAt
        self.table = table
        self.operation = operation
        self.key = key
        self.new = new
        self.old = old
        reset = nil
    }

    /// The change as those see it for whom it is another one: a row comes or goes.
    public func told(
        as operation: Operation, key: [Value], new: RowImage?, old: RowImage?
    ) -> Change {
        Change(
            sequence: sequence, transaction: transaction, committedAt: committedAt, table: table,
            operation: operation, key: key, new: new, old: old)
    }

    /// Bytes that it takes.
    public var byteCount: Int { Self.byteCount(new: new, old: old) }

    /// Bytes that a change takes: its images as text, as much again for the values, and what holds
    /// both.
    public static func byteCount(new: RowImage?, old: RowImage?) -> Int {
        256 + 2 * ((new?.json.count ?? 0) + (old?.json.count ?? 0))
    }

    /// Word that whoever follows a table fetches it anew.
    ///
    /// - Parameter sequence: the number of the change that cannot be told, or of the last one that
    ///   was told before.
    public init(
        reset: Reset, of table: String, sequence: Int64, transaction: Int64, committedAt: Instant
    ) {
        self.sequence = sequence
        self.transaction = transaction
        self.committedAt = committedAt
        self.table = table
        operation = .reset
        key = []
        new = nil
        old = nil
        self.reset = reset
    }
}
