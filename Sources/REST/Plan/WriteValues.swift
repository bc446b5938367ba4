import Bytes
import Diagnostics
import Expressions
import Schema
import Values

/// A write's plan and the values that one request gives it.
enum PlannedWrite: Sendable {
    case insert(InsertPlan, NewRows)
    case update(UpdatePlan, NewValues)
    case delete(DeletePlan)
    case nothing(ReturnPlan)

    /// - Parameter rows: The rows of the body.
    init(
        _ plan: WritePlan, _ rows: [JSONValue], _ computed: ComputedValues
    ) throws(Problem) {
        switch plan {
        case .insert(let plan): self = .insert(plan, try plan.rows(of: rows, computed))
        case .update(let plan): self = .update(plan, try plan.values(of: rows, computed))
        case .delete(let plan): self = .delete(plan)
        case .nothing(let returning): self = .nothing(returning)
        }
    }

    var returning: ReturnPlan {
        switch self {
        case .insert(let plan, _): plan.returning
        case .update(let plan, _): plan.returning
        case .delete(let plan): plan.returning
        case .nothing(let returning): returning
        }
    }
}

/// The rows about to be inserted.
struct NewRows: Sendable {
    var rows: [NewRow]
    /// What an upsert writes into rows that are there, beside the values of the body.
    let stamps: [Assignment]
}

/// A row about to be inserted: a value for every column of its model.
struct NewRow: Sendable {
    var values: [Value]
    /// What is wrong with the row; told only after the rules have let it pass.
    var problem: Problem?
    /// What is wrong with the values the body gave: all that matters where they update a row.
    var updateProblem: Problem?
    /// Whether its identity column holds a number given to it, not a value of the body.
    var isNumbered = false
}

/// What an update writes.
struct NewValues: Sendable {
    let assignments: [Assignment]
    /// What is wrong with the values; told only when a row is hit.
    let problem: Problem?
}

extension InsertPlan {
    /// The rows of a body, whole: what they leave out has its default.
    func rows(
        of rows: [JSONValue], _ computed: ComputedValues
    ) throws(Problem) -> NewRows {
        try reader.requireAlike(rows)
        let stamps = conflict == nil ? [] : try computed.stamps(of: model)
        var newRows: [NewRow] = []
        newRows.reserveCapacity(rows.count)
        for row in rows {
            let values = try computed.row(
                try reader.values(of: row), at: reader.places, of: model, fillsGaps: fillsGaps)
            var newRow = NewRow(values: values)
            newRow.problem = problem(in: values, demands)
            if let conflict { newRow.updateProblem = problem(in: values, conflict.demands) }
            newRows.append(newRow)
        }
        return NewRows(rows: newRows, stamps: stamps)
    }

    /// The first fault of a row, as it would be told.
    private func problem(in values: [Value], _ demands: ColumnDemands) -> Problem? {
        demands.problem(of: model) { values[$0] }?
            .withFailingRow(values, of: model, shown: shownColumns)
    }
}

extension UpdatePlan {
    /// What a body's first row and the server write.
    func values(
        of rows: [JSONValue], _ computed: ComputedValues
    ) throws(Problem) -> NewValues {
        let rows = rows.prefix(1)
        try reader.requireAlike(Array(rows))
        guard let row = rows.first else { return NewValues(assignments: [], problem: nil) }
        let given = try reader.values(of: row)
        let stamps = try computed.stamps(of: model)
        var assignments: [Assignment] = []
        for (position, column) in reader.columns.enumerated()
        where model.columns[column].onUpdate == nil {
            let value: Value
            if let known = given[position] {
                value = known
            } else {
                value = fillsGaps ? try computed.defaultValue(of: column, in: model) : .null
            }
            assignments.append(Assignment(column: column, value: value))
        }
        assignments += stamps
        let problem = demands.problem(of: model) { [assignments] column in
            assignments.first { $0.column == column }?.value ?? .null
        }
        return NewValues(assignments: assignments, problem: problem)
    }
}
