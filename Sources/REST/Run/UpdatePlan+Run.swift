import Database
import Diagnostics
import Schema

extension UpdatePlan {
    /// Rules on the rows as they are and as they will be, then the update.
    func run(_ run: WriteRun) throws(Problem) -> WriteResult {
        try check(run)
        let keys = try update(run)
        if !keys.isEmpty, let problem { throw problem }
        try run.judge(keys.count, returning)
        var result = WriteResult(
            status: returning.hasRepresentation ? 200 : 204, affected: keys.count)
        if returning.hasRepresentation {
            result.body = try run.representation(of: keys, returning)
        }
        return result
    }

    /// No row that is hit may become one that the rules forbid.
    private func check(_ run: WriteRun) throws(Problem) {
        let checks = checks.filter { if case .everybody = $0.rule { false } else { true } }
        guard !checks.isEmpty else { return }
        var builder = run.makeBuilder()
        builder.appendViolation(of: checks, model: model, assignments, alias: target.alias) {
            $0.appendWhere(rules, target)
        }
        guard let failed = try run.look(builder).first else { return }
        if let column = checks[Int(failed)].column {
            throw .forbiddenColumn(
                model.columns[column].name, of: model.name, isAnonymous: run.isAnonymous)
        }
        throw .rowSecurity(table: model.name, isAnonymous: run.isAnonymous)
    }

    /// The rowids of the rows changed.
    private func update(_ run: WriteRun) throws(Problem) -> [Int64] {
        var builder = run.makeBuilder()
        builder.appendUpdate(of: model, as: target.alias, assignments)
        builder.appendWhere(rules, target)
        builder.append(" RETURNING rowid")
        do throws(DatabaseError) {
            return try run.integers(builder)
        } catch {
            if let problem, error.isConstraint { throw problem }
            throw try ConstraintProbe(run: run, model: model, shown: shownColumns)
                .problem(error, updating: assignments, alias: target.alias) {
                    $0.appendWhere(rules, target)
                }
        }
    }
}

extension DeletePlan {
    /// The rows as they were are read first, with what is embedded in them; then they go.
    func run(_ run: WriteRun) throws(Problem) -> WriteResult {
        let condition: ConstraintProbe.RowCondition = { $0.appendWhere(rules, target) }
        var body: [UInt8]?
        if returning.hasRepresentation {
            var builder = run.makeBuilder()
            builder.append("SELECT ")
            builder.append(rowOf: target.alias)
            builder.append(" FROM ")
            builder.append(table: model.name, as: target.alias)
            condition(&builder)
            body = try run.representation(of: try run.look(builder), returning)
        }
        var builder = run.makeBuilder()
        builder.append("DELETE FROM ")
        builder.append(table: model.name, as: target.alias)
        condition(&builder)
        let affected: Int
        do throws(DatabaseError) {
            affected = try run.execute(builder)
        } catch {
            throw try ConstraintProbe(run: run, model: model, shown: shownColumns)
                .problem(error, deletingFrom: target.alias, where: condition)
        }
        try run.judge(affected, returning)
        return WriteResult(status: body == nil ? 204 : 200, affected: affected, body: body)
    }
}

extension DatabaseError {
    /// Whether a constraint of the schema stood in the way.
    var isConstraint: Bool {
        switch self {
        case .unique, .uniqueIndex, .notNull, .check, .foreignKey: true
        case .overBudget, .timeout, .busy, .readOnly, .full, .unavailable, .tooLarge,
            .sequenceExhausted, .stillReferenced, .tooDeep, .other:
            false
        }
    }
}
