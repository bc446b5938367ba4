public import Diagnostics
public import Values

/// A row about to be inserted: a value for every column of its table.
public struct NewRow: Sendable {
    /// The values. That of an identity column is null where the store is to number the row.
    public var values: [Value]
    /// What is known to be wrong with the values: null where it may not be, a column's own check
    /// failed. Told only after the rules have let the row pass.
    public var fault: Problem? { knownFault?.problem }
    /// The same of those values that would be written into a row that is there.
    public var updateFault: Problem? { knownUpdateFault?.problem }
    private let knownFault: KnownFault?
    private let knownUpdateFault: KnownFault?

    /// A row.
    public init(_ values: [Value], fault: Problem? = nil, updateFault: Problem? = nil) {
        self.values = values
        knownFault = fault.map(KnownFault.init)
        knownUpdateFault = updateFault.map(KnownFault.init)
    }
}

/// A fault of values. Few have one, and those without shall be small: there are many, and they are
/// passed on from hand to hand.
private final class KnownFault: Sendable {
    let problem: Problem

    init(_ problem: Problem) { self.problem = problem }
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
    public var fault: Problem? { knownFault?.problem }
    private let knownFault: KnownFault?

    /// New values.
    public init(_ assignments: [Assignment], fault: Problem? = nil) {
        self.assignments = assignments
        knownFault = fault.map(KnownFault.init)
    }
}
