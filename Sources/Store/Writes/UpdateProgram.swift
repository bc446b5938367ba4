/// An UPDATE of rows that conditions choose: all but its values.
///
/// A run asks and tells in this order:
///
/// 1. ``checks`` of the rows that are hit.
/// 2. What is known to be wrong with the values, if a row is hit; else the constraint that breaks.
/// 3. How many rows there are, and whether their writer may see them.
public struct UpdateProgram: Sendable {
    /// The rows.
    public let target: WriteTarget
    /// The columns that are assigned, each once, in the order of the assignments.
    public let columns: [Int]
    /// What a row must fulfil as it was (``Alias/old``) and will be (``Alias/new``).
    public let checks: [ValueExpression]
    /// What comes back.
    public let returning: Returning
    /// Whether it is likely to be run again.
    public let use: StatementUse

    /// An update.
    public init(
        of target: WriteTarget, columns: [Int], checks: [ValueExpression] = [],
        returning: Returning = Returning(), use: StatementUse = .kept
    ) {
        self.target = target
        self.columns = columns
        self.checks = checks
        self.returning = returning
        self.use = use
    }
}

/// A DELETE of rows that conditions choose. What comes back of them is as it was before.
public struct DeleteProgram: Sendable {
    /// The rows.
    public let target: WriteTarget
    /// What comes back.
    public let returning: Returning
    /// Whether it is likely to be run again.
    public let use: StatementUse

    /// A delete.
    public init(
        of target: WriteTarget, returning: Returning = Returning(), use: StatementUse = .kept
    ) {
        self.target = target
        self.returning = returning
        self.use = use
    }
}

/// The rows that an UPDATE or DELETE is about.
///
/// Which rows these are is found out on a reader first, however long that takes; where they are
/// written, the rows found are judged again and reached by what identifies them.
public struct WriteTarget: Sendable {
    /// The table.
    public let table: Table
    /// What ``conditions`` call a row.
    public let alias: String
    /// What a row must fulfil: rules first, then what the request asks. Those that every row
    /// fulfils are left out.
    public let conditions: [ValueExpression]
    /// Whether the conditions give the columns of a key, so that a search would save nothing.
    public let isNamedByKey: Bool
    /// The most rows that it may find, for engines that find them where they are written; nil for
    /// any number.
    public let rowsMax: Int?

    /// Rows of a table.
    public init(
        _ table: Table, as alias: String, where conditions: [ValueExpression] = [],
        isNamedByKey: Bool = false, rowsMax: Int? = nil
    ) {
        self.table = table
        self.alias = alias
        self.conditions = conditions.filter { $0 != .yes }
        self.isNamedByKey = isNamedByKey
        self.rowsMax = rowsMax
    }

    /// Whether the rows are searched for on a reader before they are written. Nothing is saved
    /// where a key names them, or every row is meant.
    public var isSearched: Bool { !conditions.isEmpty && !isNamedByKey }
}
