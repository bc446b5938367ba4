public import Values

/// Rows of one table that are to be there, told by their primary keys. All of them give the same
/// columns.
public struct SeedRows: Sendable {
    /// The table.
    public let table: Table
    /// The places of the columns that the rows give themselves.
    public let given: [Int]
    /// The places of all columns that they have values for: behind those given, those with a
    /// default.
    public let columns: [Int]
    /// The rows: a value for each of ``columns``.
    public var rows: [[Value]]

    /// Rows of a table.
    ///
    /// - Parameter defaults: the columns with a default, which a row that is there need not have.
    public init(_ rows: [[Value]], of table: Table, given: [Int], defaults: [Int]) {
        self.table = table
        self.given = given
        columns = given + defaults
        self.rows = rows
    }
}

/// What became of ``SeedRows``.
public struct SeedOutcome: Sendable {
    /// How many rows are new.
    public let added: Int
    /// Those, by their places, whose keys are there with other values than they give.
    public let others: [Int]

    /// An outcome.
    public init(added: Int, others: [Int]) {
        self.added = added
        self.others = others
    }
}
