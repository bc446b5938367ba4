public import Values

/// A read, ready to be run any number of times: finished statements, and the shape of what they
/// give. Belongs to a shape of request and a role, not to a caller, who is in the context.
public final class ReadQuery: Sendable {
    /// Finds the rows: its last two arguments are the most of them, and those left out before.
    public let rows: BoundSQL
    /// The members of a row.
    public let layout: RowLayout
    /// What the rows become.
    public let form: RowForm
    /// How it is found out how many rows there are in all.
    public let counting: Counting
    private let dialect: any Dialect
    /// Made into text by the one answer in many that needs it.
    private let windowCount: SelectStatement

    /// A read of the rows of `select`, which has a limit and an offset.
    ///
    /// - Parameters:
    ///   - windowCount: Counts the rows of the window.
    ///   - use: Whether it is likely to be run again.
    public init(
        _ select: SelectStatement, _ layout: RowLayout, as form: RowForm, counting: Counting,
        windowCount: SelectStatement, dialect: any Dialect, use: StatementUse = .kept
    ) {
        var rows = dialect.text(of: select)
        rows.use = use
        self.rows = rows
        self.layout = layout
        self.form = form
        self.counting = counting.used(use)
        self.windowCount = windowCount
        self.dialect = dialect
    }

    /// Bytes of the texts of its statements.
    public var textBytes: Int {
        rows.text.utf8.count + (counting.statement?.text.utf8.count ?? 0)
    }

    /// The most rows, and the rows left out before, of a run.
    public func window(of arguments: ReadArguments) -> (limit: Int, offset: Int) {
        func number(_ value: Value) -> Int {
            if case .integer(let number) = value { Int(number) } else { 0 }
        }
        let last = arguments.rows.count - 1
        return (number(arguments.rows[last - 1]), number(arguments.rows[last]))
    }

    /// Finds how many rows lie in the window, with the arguments of a run: what an answer must say
    /// before its rows are read.
    public func windowCount(_ arguments: ReadArguments) -> BoundSQL {
        var count = dialect.text(of: windowCount)
        count.use = rows.use
        for slot in count.slots {
            if let known = rows.slots.first(where: { $0.source == slot.source }) {
                count.arguments[slot.argument] = arguments.rows[known.argument]
            }
        }
        return count
    }

    /// The number of the last of all rows, if it is among the `rowCount` that were read.
    public func lastRow(_ rowCount: Int?, _ arguments: ReadArguments) -> Int? {
        let window = window(of: arguments)
        guard let rowCount, rowCount < window.limit, rowCount > 0 || window.offset == 0 else {
            return nil
        }
        return window.offset + rowCount
    }
}

/// How a read finds out how many rows there are in all, whatever its window.
public enum Counting: Sendable {
    /// Nobody asked.
    case no
    /// One row stands for all: those that are read tell.
    case rowsTell
    /// All rows of a table are meant.
    case table(String)
    /// A statement counts.
    case statement(BoundSQL)

    /// The statement, if there is one.
    public var statement: BoundSQL? { if case .statement(let sql) = self { sql } else { nil } }

    fileprivate func used(_ use: StatementUse) -> Counting {
        guard case .statement(var sql) = self else { return self }
        sql.use = use
        return .statement(sql)
    }
}

/// The arguments of one run of a ``ReadQuery``.
public struct ReadArguments: Sendable {
    /// Those of the rows.
    public let rows: [Value]
    /// Those of the count; empty where no statement counts.
    public let count: [Value]

    /// Arguments for both statements.
    public init(rows: [Value], count: [Value]) {
        self.rows = rows
        self.count = count
    }

    /// Those of the request that the query was made for.
    public init(_ query: ReadQuery) {
        rows = query.rows.arguments
        count = query.counting.statement?.arguments ?? []
    }
}
