import Store
import StoreSQLite

/// A read, ready to run: finished statements, the shape of the answer, and which arguments a
/// repeated request brings anew. Belongs to a shape of request and a role, not to a caller: who
/// calls is in the statement's context.
final class ReadPlan: Sendable {
    let rows: BoundSQL
    let counting: Counting
    let layout: RowLayout
    let media: MediaType
    /// The arguments of ``rows`` that hold the window.
    let windowArguments: WindowPlan.Arguments
    let fields: AnswerFields
    /// What the statements were made of, for the one that only long answers need.
    private let table: TablePlan
    private let window: WindowPlan
    private let dialect: any Dialect

    /// - Parameter countsRows: Whether the answer tells how many rows there are in all.
    init(
        _ table: TablePlan, window: WindowPlan, countsRows: Bool, media: MediaType,
        fields: AnswerFields, dialect: any Dialect
    ) {
        rows = dialect.text(of: table.select(window))
        windowArguments = WindowPlan.Arguments(
            limit: rows.arguments.count - 2, offset: rows.arguments.count - 1)
        counting =
            countsRows ? Counting(of: table, rowsMax: window.rowsMax, dialect: dialect) : .no
        self.dialect = dialect
        layout = table.layout
        self.media = media
        self.fields = fields
        self.table = table
        self.window = window
    }

    /// Finds how many rows lie in the window, with the arguments of a run: what an answer must say
    /// before its rows are read.
    func windowCount(_ arguments: ReadArguments) -> BoundSQL {
        var count = dialect.text(of: table.count(within: window))
        count.arguments = count.makeArguments { source in
            rows.slots.first { $0.source == source }.map { arguments.rows[$0.argument] }
        }
        return count
    }
}
