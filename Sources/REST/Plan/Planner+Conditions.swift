import Database
import Diagnostics
import Expressions
import Schema

extension Planner {
    /// What a filter or logic tree asks of the rows of `table`.
    func condition(_ filter: FilterParameter, in table: TablePlan) throws(Problem) -> Condition {
        if let comparison = filter.comparison, let condition = try condition(comparison, in: table)
        {
            return condition
        }
        return try condition(filter.node, in: table)
    }

    /// A plain comparison; nil where the general way has to judge it.
    private func condition(
        _ comparison: FilterParameter.Comparison, in table: TablePlan
    ) throws(Problem) -> Condition? {
        guard let column = table.model.columnIndex(comparison.column) else { return nil }
        let type = table.model.columns[column].type
        if type == .json { return nil }
        try requireReadable(column, of: table.model)
        let value = try type.parse(comparand: comparison.value)
        return .comparison(
            column: column, comparison.operator, value, parameter: comparison.parameter)
    }
}

extension Planner {
    /// The conditions of a parsed filter, in which names of embeds stand for the embeds.
    private func condition(_ node: FilterNode, in table: TablePlan) throws(Problem) -> Condition {
        var values = node.values[...]
        return try condition(node.shape, &values, in: table)
    }

    /// Takes as many of `values` as `shape` has.
    private func condition(
        _ shape: FilterShape, _ values: inout ArraySlice<String?>, in table: TablePlan
    ) throws(Problem) -> Condition {
        guard shape.tests.contains(where: { embedTest($0, in: table) != nil }) else {
            let count = shape.tests.reduce(0) { $0 + $1.valueCount }
            let own = Array(values.prefix(count))
            values = values.dropFirst(count)
            return try condition(shape, own, in: table)
        }
        switch shape {
        case .test(let test):
            guard let (index, exists) = embedTest(test, in: table) else { return .all([]) }
            values = values.dropFirst(test.valueCount)
            return .embed(index, exists: exists)
        case .all(let parts): return .all(try conditions(parts, &values, in: table))
        case .any(let parts): return .any(try conditions(parts, &values, in: table))
        case .not(let part): return .not(try condition(part, &values, in: table))
        }
    }

    private func conditions(
        _ parts: [FilterShape], _ values: inout ArraySlice<String?>, in table: TablePlan
    ) throws(Problem) -> [Condition] {
        var conditions: [Condition] = []
        for part in parts { conditions.append(try condition(part, &values, in: table)) }
        return conditions
    }

    /// A condition on columns alone, all of which the caller must be free to read.
    private func condition(
        _ shape: FilterShape, _ values: [String?], in table: TablePlan
    ) throws(Problem) -> Condition {
        let plan = try FilterPlan(shape, table.model)
        let predicate = plan.predicate.bound(to: try plan.arguments(values))
        for test in shape.tests {
            if let column = table.model.columnIndex(test.field.name) {
                try requireReadable(column, of: table.model)
            }
        }
        return .predicate(predicate)
    }

    /// The embed that a test asks for rows, and whether it wants some (rest.md §8.5).
    private func embedTest(_ test: FilterTest, in table: TablePlan) -> (index: Int, exists: Bool)? {
        guard test.field.steps.isEmpty, case .state(let state) = test.operation,
            state == .null || state == .notNull, let index = table.embedIndex(test.field.name)
        else { return nil }
        return (index, (state == .notNull) != test.isNegated)
    }
}
