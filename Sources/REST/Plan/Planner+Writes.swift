import Bytes
import Database
import Diagnostics
import Expressions
import Schema
import Values

extension Planner {
    /// What comes back from a write.
    mutating func returnPlan(
        _ request: ApiRequest, model: Model, resolvesConflicts: Bool
    ) throws(Problem) -> ReturnPlan {
        let table = try tablePlan(request, model: model, appliesRootFilters: false)
        try requireSound(request)
        let preferences = request.preferences
        return ReturnPlan(
            preference: preferences.return ?? .minimal, table: table, media: request.media,
            countsRows: preferences.count != nil,
            maxAffected: preferences.isStrict ? preferences.maxAffected : nil,
            applied: preferences.applied(to: request.action, resolvesConflicts: resolvesConflicts))
    }

    /// Preferences nobody knows under `handling=strict`, and media types nobody gives.
    func requireSound(_ request: ApiRequest) throws(Problem) {
        if request.preferences.isStrict, !request.preferences.unknown.isEmpty {
            throw .preferences(request.preferences.unknown)
        }
        if case .unavailable(let wanted) = request.media { throw .mediaTypes(wanted) }
    }

    /// The plan of a PATCH (rest.md §12.6). Nil when its body changes nothing.
    mutating func updatePlan(
        _ request: ApiRequest, identity: Identity, now: Instant
    ) throws(Problem) -> (plan: UpdatePlan?, returning: ReturnPlan) {
        let model = try model(named: request.table)
        let target = try tablePlan(request, model: model, appliesRootFilters: true)
        let returning = try returnPlan(request, model: model, resolvesConflicts: false)
        let rows = (request.payload?.rows ?? []).prefix(1)
        let reader = try PayloadReader(rows: Array(rows), columns: request.columns, model: model)
        if target.filters.isEmpty, settings.refusesUnfilteredWrites {
            throw .unfiltered("UPDATE")
        }
        guard let row = rows.first, !reader.columns.isEmpty else { return (nil, returning) }
        try requireWritable(reader.columns, of: model, .update)
        let assignments = try assignments(
            try reader.values(of: row), reader.columns, request, model, identity: identity, now: now
        )
        let plan = UpdatePlan(
            model: model, assignments: assignments,
            problem: Self.problem(in: assignments, of: model),
            target: target, rules: writeRules(model, .update, target, returning),
            checks: updateChecks(model, columns: reader.columns), returning: returning,
            shownColumns: shownColumns(model, target, returning))
        return (plan, returning)
    }

    private func assignments(
        _ given: [Value?], _ columns: [Int], _ request: ApiRequest, _ model: Model,
        identity: Identity,
        now: Instant
    ) throws(Problem) -> [Assignment] {
        let defaults = DefaultSource(
            rulebook: permissions.rulebook, model: model, identity: identity, now: now)
        let takesDefault = request.preferences.missing == .default
        let stamps = try stamps(model, identity: identity, now: now)
        var assignments: [Assignment] = []
        for (position, column) in columns.enumerated()
        where !stamps.contains(where: { $0.column == column }) {
            let value: Value
            if let known = given[position] {
                value = known
            } else {
                value = takesDefault ? try defaults.value(of: column) : .null
            }
            assignments.append(Assignment(column: column, value: value))
        }
        return assignments + stamps
    }

    private static func problem(in assignments: [Assignment], of model: Model) -> Problem? {
        for assignment in assignments {
            let column = model.columns[assignment.column]
            if assignment.value.isNull, !column.isNullable {
                return .notNull(column.name, table: model.name)
            }
        }
        for assignment in assignments {
            do throws(Problem) {
                try model.columns[assignment.column].check(assignment.value)
            } catch {
                return error
            }
        }
        return nil
    }

    /// The rules of the rows a write may touch. As in PostgreSQL, a write that looks at rows,
    /// because it filters or hands them back, reaches only those its caller may read: without that
    /// a filter would tell what hidden rows hold.
    private func writeRules(
        _ model: Model, _ verb: Verb, _ target: TablePlan, _ returning: ReturnPlan
    ) -> [RowRule] {
        let rule = permissions.using(model, verb)
        return looks(target, returning) ? [rule, permissions.using(model, .read)] : [rule]
    }

    private func looks(_ target: TablePlan, _ returning: ReturnPlan) -> Bool {
        !target.filters.isEmpty || returning.hasRepresentation
    }

    /// The columns that messages about the rows of an update or delete may show: none where it
    /// also reaches rows that the caller may not read.
    private func shownColumns(
        _ model: Model, _ target: TablePlan, _ returning: ReturnPlan
    ) -> [Int] {
        if !looks(target, returning) {
            guard case .everybody = permissions.using(model, .read) else { return [] }
        }
        return shownColumns(of: model)
    }

    /// The plan of a DELETE (rest.md §12.7).
    mutating func deletePlan(_ request: ApiRequest) throws(Problem) -> DeletePlan {
        let model = try model(named: request.table)
        let target = try tablePlan(request, model: model, appliesRootFilters: true)
        let returning = try returnPlan(request, model: model, resolvesConflicts: false)
        if target.filters.isEmpty, settings.refusesUnfilteredWrites {
            throw .unfiltered("DELETE")
        }
        return DeletePlan(
            model: model, target: target, rules: writeRules(model, .delete, target, returning),
            returning: returning, shownColumns: shownColumns(model, target, returning))
    }
}
