public import Diagnostics
public import Quotas
public import Values

/// What a loop, or a thread, reads with. Confined to it.
public protocol Reader: AnyObject {
    /// What its queries are written in.
    var dialect: any Dialect { get }

    /// Reads rows and encodes them. With a count, both see the same moment.
    ///
    /// - Parameter caller: Whose share of what is scarce the read takes.
    /// - Throws: what the database reports.
    func read(
        _ query: ReadQuery, _ arguments: ReadArguments, _ context: QueryContext,
        for caller: Caller
    ) throws(DatabaseError) -> Reading<RowsAnswer>

    /// Finds the rows that a write is about.
    ///
    /// - Parameters:
    ///   - search: That of a ``PreparedUpdate`` or ``PreparedDelete`` of the same engine.
    ///   - caller: Whose share of what is scarce the search takes.
    /// - Throws: what the database reports.
    func find(
        _ search: BoundSQL, _ operands: Operands, _ context: QueryContext, for caller: Caller
    ) throws(DatabaseError) -> Reading<FoundRows>

    /// The first value of the first row that a query finds, NULL when it finds none; nil where the
    /// engine must be asked for it, with others like it: it has none at hand, or not in the time.
    ///
    /// - Throws: what the database reports.
    func scalarAtHand(
        _ query: ScalarQuery, within time: Duration
    ) throws(DatabaseError) -> Value?

    /// Asks for several such values at once.
    ///
    /// - Parameter reply: takes what became of each, in the order of the queries, once, on this
    ///   reader's own thread.
    func ask(
        _ queries: [ScalarQuery], reply: @escaping ([Result<Value, Problem>]) -> Void)
}

/// A query of one value, and who asks.
public struct ScalarQuery: Hashable, Sendable {
    /// The query.
    public let sql: BoundSQL
    /// The caller and the moment.
    public let context: QueryContext

    /// A query.
    public init(_ sql: BoundSQL, _ context: QueryContext) {
        self.sql = sql
        self.context = context
    }

    /// Whether both ask the same.
    public static func == (left: ScalarQuery, right: ScalarQuery) -> Bool {
        left.sql.text.hasSameBytes(as: right.sql.text) && left.sql.arguments == right.sql.arguments
            && left.context == right.context
    }

    /// Hashes text, arguments and context.
    public func hash(into hasher: inout Hasher) {
        sql.text.hashBytes(into: &hasher)
        hasher.combine(sql.arguments)
        hasher.combine(context)
    }
}
