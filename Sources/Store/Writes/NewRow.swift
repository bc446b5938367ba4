public import Diagnostics
public import Values

/// A row about to be inserted: a value for every column of its table.
public struct NewRow: Sendable {
    /// The values. That of an identity column is null where the store is to number the row.
    public var values: [Value]
    /// What is known to be wrong with the values: null where it may not be, a column's own check
    /// failed. Told only after the rules have let the row pass.
    public var fault: Problem?
    /// The same of those values that would be written into a row that is there.
    public var updateFault: Problem?

    /// A row.
    public init(_ values: [Value], fault: Problem? = nil, updateFault: Problem? = nil) {
        self.values = values
        self.fault = fault
        self.updateFault = updateFault
    }
}

/// The rows that an ``InsertProgram`` is run with.
public struct NewRows: Sendable {
    /// The rows, in the order of the body.
    public var rows: [NewRow]
    /// What an upsert writes into rows that are there, whatever the proposed row has.
    public let stamps: [Assignment]

    /// Rows.
    public init(_ rows: [NewRow], stamps: [Assignment] = []) {
        self.rows = rows
        self.stamps = stamps
    }
}

/// A column, by its place in the table, and its new value.
public struct Assignment: Hashable, Sendable {
    /// The column.
    public let column: Int
    /// The value.
    public let value: Value

    /// An assignment.
    public init(column: Int, value: Value) {
        self.column = column
        self.value = value
    }
}

/// What an ``UpdateProgram`` is run with.
public struct NewValues: Sendable {
    /// One for each of ``UpdateProgram/columns``, in any order.
    public let assignments: [Assignment]
    /// What is known to be wrong with the values; told only when a row is hit.
    public let fault: Problem?

    /// New values.
    public init(_ assignments: [Assignment], fault: Problem? = nil) {
        self.assignments = assignments
        self.fault = fault
    }
}
