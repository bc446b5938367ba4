/// An INSERT, or an upsert: all but its rows. Belongs to a shape of request and a role, not to a
/// caller, who is in the context.
///
/// A run asks and tells in this order, whatever the number of rows:
///
/// 1. Rows without a number of their own get the next ones, in their order.
/// 2. ``checks``, row by row. Who fails them is told nothing else, and uses no number up.
/// 3. ``conflict``: keys proposed twice, hidden rows, checks of rows that are there, row by row.
/// 4. Values that are known to be faulty, row by row.
/// 5. The rows are written; what the store's constraints say is told of the first that breaks one.
/// 6. How many rows there are, and whether their writer may see them.
public struct InsertProgram: Sendable {
    /// The table.
    public let table: Table
    /// What a proposed row (``Alias/new``) must fulfil. Rules that can be judged without the store
    /// are not among them.
    public let checks: [ValueExpression]
    /// What is done where a key is there already; nil for a plain INSERT.
    public let conflict: Conflict?
    /// What comes back.
    public let returning: Returning
    /// What a new row (``Alias/old``) must fulfil for its primary key to be told
    /// (``WriteResult/key``), where it is the only one; nil if nobody asks.
    public let keyRule: ValueExpression?
    /// Whether it is likely to be run again.
    public let use: StatementUse

    /// An insert.
    public init(
        into table: Table, checks: [ValueExpression] = [], conflict: Conflict? = nil,
        returning: Returning = Returning(), keyRule: ValueExpression? = nil,
        use: StatementUse = .kept
    ) {
        self.table = table
        self.checks = checks
        self.conflict = conflict
        self.returning = returning
        self.keyRule = keyRule
        self.use = use
    }

    /// What an upsert does where a key is there already.
    ///
    /// Rows whose key holds null conflict with none, nor do rows that the store has numbered with
    /// a part of the key: a number that happens to be taken does not mean the row that is there.
    public struct Conflict: Sendable {
        /// What becomes of the proposed row.
        public enum Resolution: Hashable, Sendable {
            /// It is left out. Of several proposed rows with one key the first counts.
            case ignore
            /// Its values are written into the row that is there, which happens once to a row.
            case merge
        }

        /// What becomes of the proposed row.
        public let resolution: Resolution
        /// The columns whose values mean "the same row": those of one of the table's keys.
        public let key: [Int]
        /// What the row that is there (``Alias/old``) must fulfil, else it is hidden; for merges.
        public let using: [ValueExpression]
        /// What it must fulfil as it was (``Alias/old``) and will be (``Alias/new``); for merges.
        public let checks: [ValueExpression]
        /// The columns that are written into it; none leaves it as it is.
        public let changed: [Int]

        /// A conflict's handling.
        public init(
            _ resolution: Resolution, on key: [Int], using: [ValueExpression] = [],
            checks: [ValueExpression] = [], changed: [Int] = []
        ) {
            self.resolution = resolution
            self.key = key
            self.using = using
            self.checks = checks
            self.changed = changed
        }
    }
}
