import Database

/// A read, ready to run: finished statements, the shape of the answer, and which arguments a
/// repeated request brings anew. Belongs to a shape of request and a role, not to a caller: who
/// calls is in the statement's context.
final class ReadPlan: Sendable {
    let rows: BoundSQL
    /// Whether the answer tells how many rows there are in all.
    let countsRows: Bool
    /// Finds that out; nil when the answer is one row anyway, or all rows of a table are meant.
    let count: BoundSQL?
    /// What is known of how long that takes.
    let longCount = LongCount()
    /// The table whose rows are meant, all of them.
    let countedTable: String?
    let layout: RowLayout
    let media: MediaType
    /// The arguments of ``rows`` that hold the window.
    let windowArguments: WindowPlan.Arguments
    let fields: AnswerFields
    /// What the statements were made of, for the one that only long answers need.
    private let table: TablePlan
    private let window: WindowPlan

    init(
        _ table: TablePlan, window: WindowPlan, countsRows: Bool, media: MediaType,
        fields: AnswerFields
    ) {
        var builder = StatementBuilder(rowsMax: window.rowsMax)
        windowArguments = builder.appendRows(of: table, window: window)
        rows = builder.statement.bound
        self.countsRows = countsRows
        let countsSome = countsRows && !table.isCount
        countedTable = countsSome ? table.wholeTable : nil
        if countsSome, countedTable == nil {
            var builder = StatementBuilder(rowsMax: window.rowsMax)
            builder.appendCount(of: table)
            count = builder.statement.bound
        } else {
            count = nil
        }
        layout = table.layout
        self.media = media
        self.fields = fields
        self.table = table
        self.window = window
    }

    /// Finds how many rows lie in the window, with the arguments of a run: what an answer must say
    /// before its rows are read.
    func windowCount(_ arguments: ReadArguments) -> BoundSQL {
        var builder = StatementBuilder(rowsMax: window.rowsMax)
        builder.appendCount(of: table, within: window)
        var count = builder.statement.bound
        for slot in count.slots {
            guard let same = rows.slots.first(where: { $0.source == slot.source }) else { continue }
            count.arguments[slot.argument] = arguments.rows[same.argument]
        }
        return count
    }

    /// Whether every one of these parameters has its place in the statement, so that the plan
    /// serves requests that differ in them.
    func covers(_ parameters: [Int]) -> Bool {
        parameters.allSatisfy { parameter in
            rows.slots.contains { $0.source.parameter == parameter }
        }
    }
}
