import Diagnostics
import Schema
import Store
import StoreSQLite

extension UpdatePlan {
    /// Rules on the rows as they are and as they will be, then the update.
    func run(_ run: WriteRun, _ values: NewValues) throws(Problem) -> WriteResult {
        try check(run, values)
        let keys = try update(run, values)
        if !keys.isEmpty, let problem = values.problem { throw problem }
        try returning.requireCount(keys.count)
        guard let representation = returning.representation else {
            return WriteResult(status: 204, affected: keys.count)
        }
        return WriteResult(
            status: 200, affected: keys.count,
            body: try run.representation(representation, of: keys, returning))
    }

    /// No row that is hit may become one that the rules forbid.
    private func check(_ run: WriteRun, _ values: NewValues) throws(Problem) {
        guard let violation else { return }
        let arguments = run.arguments(of: violation, assigning: values.assignments)
        guard let failed = try run.look(violation.text, arguments).first else { return }
        throw run.refusal(by: checks[Int(failed)], of: model)
    }

    /// The rowids of the rows changed.
    private func update(_ run: WriteRun, _ values: NewValues) throws(Problem) -> [Int64] {
        do throws(DatabaseError) {
            return try run.integers(
                statement.text, run.arguments(of: statement, assigning: values.assignments))
        } catch {
            if let problem = values.problem, error.isConstraint { throw problem }
            throw try ConstraintProbe(run: run, model: model, shown: shownColumns)
                .problem(error, updating: values.assignments, alias: target.alias) {
                    $0.appendChoice(of: target)
                }
        }
    }
}

extension DatabaseError {
    /// Whether a constraint of the schema stood in the way.
    var isConstraint: Bool {
        switch self {
        case .unique, .uniqueIndex, .notNull, .check, .foreignKey: true
        case .overBudget, .timeout, .busy, .readOnly, .full, .unavailable, .tooLarge,
            .sequenceExhausted, .stillReferenced, .tooDeep:
            false
        case .other: isMissingRowID
        }
    }
}
