import Bytes
import Diagnostics
import Expressions
import Schema
import Store
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

extension InsertPlan {
    /// The rows of a body, whole: what they leave out has its default.
    func rows(
        of rows: [JSONValue], _ computed: ComputedValues
    ) throws(Problem) -> NewRows {
        try reader.requireAlike(rows)
        let stamps = upsert == nil ? [] : try computed.stamps(of: model)
        var newRows: [NewRow] = []
        newRows.reserveCapacity(rows.count)
        for row in rows {
            var values = try computed.row(
                try reader.values(of: row), at: reader.places, of: model, fillsGaps: fillsGaps)
            if !model.computedColumns.isEmpty {
                values = try computed.rulebook.computing(values, of: model)
            }
            newRows.append(
                NewRow(
                    values, fault: fault(in: values, demands),
                    updateFault: upsert.flatMap { fault(in: values, $0.demands) }))
        }
        return NewRows(newRows, stamps: stamps)
    }

    /// The first fault of a row, as it would be told.
    private func fault(in values: [Value], _ demands: ColumnDemands) -> Problem? {
        demands.problem(of: model) { values[$0] }?
            .withFailingRow(values, of: model, shown: shownColumns)
    }

    /// Refuses rows that the caller may not create, as far as their own values tell.
    func requirePermitted(
        _ new: NewRows, _ context: QueryContext, isAnonymous: Bool
    ) throws(Problem) {
        if checks.isEmpty { return }
        let evaluation = Evaluation(context: context)
        for row in new.rows {
            let input = RowInput(new: row.values, model: model)
            for check in checks where try !check.rule.holds(of: input, evaluation) {
                throw .refusal(by: check, of: model, isAnonymous: isAnonymous)
            }
        }
    }
}

extension RowRule {
    /// Whether a row fulfils a rule that asks for no other rows.
    fileprivate func holds(of row: RowInput, _ evaluation: Evaluation) throws(Problem) -> Bool {
        switch self {
        case .everybody: true
        case .nobody: false
        case .matching(let predicate): try predicate.evaluate(row, in: evaluation) == true
        }
    }
}

extension UpdatePlan {
    /// What a body's first row and the server write.
    func values(
        of rows: [JSONValue], _ computed: ComputedValues
    ) throws(Problem) -> NewValues {
        let rows = rows.prefix(1)
        try reader.requireAlike(Array(rows))
        guard let row = rows.first else { return NewValues([]) }
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
        let fault = demands.problem(of: model) { [assignments] column in
            assignments.first { $0.column == column }?.value ?? .null
        }
        return NewValues(assignments, fault: fault)
    }
}
