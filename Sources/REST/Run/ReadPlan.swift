import Database
import Diagnostics
import HTTP
import Values

/// A read, ready to run: finished statements, the shape of the answer, and which arguments a
/// repeated request brings anew. Belongs to a shape of request and a role, not to a caller: who
/// calls is in the statement's context.
final class ReadPlan: Sendable {
    let rows: BoundSQL
    /// Whether the answer tells how many rows there are in all.
    let countsRows: Bool
    /// Finds that out; nil when the answer is one row anyway, or all rows of a table are meant.
    let count: BoundSQL?
    /// The table whose rows are meant, all of them.
    let countedTable: String?
    let layout: RowLayout
    let media: MediaType
    /// Arguments of ``rows`` that hold the window.
    let limitArgument: Int
    let offsetArgument: Int
    /// Field lines that are the same for every answer.
    let fieldLines: [UInt8]
    /// What the statements were made of, for the one that only long answers need.
    private let table: TablePlan
    private let window: WindowPlan

    init(
        _ table: TablePlan, window: WindowPlan, countsRows: Bool, media: MediaType,
        fieldLines: [UInt8]
    ) {
        var builder = StatementBuilder(rowsMax: window.rowsMax)
        builder.appendRows(of: table, window: window)
        rows = builder.statement.bound
        limitArgument = rows.arguments.count - 2
        offsetArgument = rows.arguments.count - 1
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
        layout = RowLayout(table.members.map { ($0.key, $0.type) })
        self.media = media
        self.fieldLines = fieldLines
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

/// The arguments of one run of a ``ReadPlan``.
struct ReadArguments: Sendable {
    var rows: [Value]
    var count: [Value]

    /// Those of the request the plan was made for.
    init(_ plan: ReadPlan) {
        rows = plan.rows.arguments
        count = plan.count?.arguments ?? []
    }

    /// Those of a request that differs from it in the masked operands only.
    init(_ plan: ReadPlan, operands: [MaskedOperand]) throws(Problem) {
        self.init(plan)
        try Self.fill(&rows, plan.rows.slots, operands)
        if let count = plan.count { try Self.fill(&self.count, count.slots, operands) }
    }

    private static func fill(
        _ arguments: inout [Value], _ slots: [ArgumentSlot], _ operands: [MaskedOperand]
    ) throws(Problem) {
        for slot in slots {
            guard case .operand(let parameter, let content) = slot.source,
                let operand = operands.first(where: { $0.parameter == parameter })
            else { continue }
            arguments[slot.argument] = try operand.value(content)
        }
    }
}

/// What one run of a ``ReadPlan`` found.
struct ReadResult: Sendable {
    /// The rows as a JSON array, or the one row.
    var content: Content
    var rowCount: Int
    /// All rows, whatever the window; nil when nobody asked.
    var total: Int?
}
