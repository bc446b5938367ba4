import Diagnostics
import Expressions
import Schema
import Store

extension Planner {
    /// The plan of a POST (rest.md §12.3, §12.4).
    mutating func insertPlan(
        _ request: ApiRequest, for engine: any WriteEngine
    ) throws(Problem) -> InsertPlan {
        let model = try table(named: request.table, for: .insert)
        let returning = try returnPlan(
            request, .insert, model: model, resolvesConflicts: resolves(request, model))
        let reader = try PayloadReader(
            rows: request.payload?.rows ?? [], columns: request.columns, model: model)
        try requireWritable(reader.columns, of: model, .insert)
        let upsert = try upsertPlan(request, model: model, given: reader.columns)
        return InsertPlan(
            model: model, reader: reader, fillsGaps: request.preferences.missing == .default,
            checks: createChecks(
                model, columns: reader.columns, resolvesConflicts: upsert != nil),
            upsert: upsert, returning: returning, shownColumns: shownColumns(of: model),
            rulebook: permissions.rulebook, use: use, for: engine)
    }

    /// Whether `Prefer: resolution=` is honoured: there is a key to resolve by.
    private func resolves(_ request: ApiRequest, _ model: Model) -> Bool {
        request.preferences.resolution != nil
            && (request.onConflict != nil || !model.primaryKey.isEmpty)
    }

    private func upsertPlan(
        _ request: ApiRequest, model: Model, given: [Int]
    ) throws(Problem) -> UpsertPlan? {
        guard let resolution = request.preferences.resolution, resolves(request, model) else {
            return nil
        }
        var key = model.primaryKey
        if let names = request.onConflict {
            key = []
            for name in names { key.append(try columnIndex(name, of: model)) }
        }
        guard model.uniqueName(over: key) != nil else { throw .noConflictKey }
        // What becomes of a row tells whether its key is there.
        try requireReadable(key, of: model)
        // Columns of the key are equal already where a row conflicts, so only the others are
        // updated.
        let changed = resolution == .merge ? given.filter { !key.contains($0) } : []
        try requireWritable(changed, of: model, .update)
        return UpsertPlan(
            of: model, resolution, key: key,
            // The key looks the row up, so it must be one the caller may read: else an upsert would
            // change what a PATCH by the same key does not find.
            using: [permissions.using(model, .update), permissions.using(model, .read)],
            checks: updateChecks(model, columns: changed), given: given,
            updated: changed)
    }

    /// What proposed rows must fulfil. As in PostgreSQL, those of an upsert, which looks for rows
    /// like them, must be rows their writer may read.
    private func createChecks(
        _ model: Model, columns: [Int], resolvesConflicts: Bool
    ) -> [RowCheck] {
        var checks = [proposed(permissions.check(model, .create))]
        if resolvesConflicts { checks.append(proposed(permissions.using(model, .read))) }
        return checks + columnChecks(model, columns: columns, verb: .create)
    }

    func updateChecks(_ model: Model, columns: [Int]) -> [RowCheck] {
        [proposed(permissions.check(model, .update))]
            + columnChecks(model, columns: columns, verb: .update)
    }

    /// A check of rows for which the store has computed nothing yet.
    private func proposed(_ rule: RowRule, column: Int? = nil) -> RowCheck {
        guard case .matching(let predicate) = rule else {
            return RowCheck(rule: rule, column: column)
        }
        return RowCheck(
            rule: RowRule(permissions.rulebook.ofProposed(predicate)), column: column)
    }

    private func columnChecks(_ model: Model, columns: [Int], verb: Verb) -> [RowCheck] {
        columns.compactMap { index in
            guard case .matching(let predicate) = permissions.column(index, of: model, verb) else {
                return nil
            }
            return proposed(.matching(predicate), column: index)
        }
    }

    /// Refuses columns that only the server writes, and those the caller may never write.
    func requireWritable(
        _ columns: [Int], of model: Model, _ action: WriteAction
    ) throws(Problem) {
        for index in columns where model.columns[index].computed != nil {
            throw .computedColumn(model.columns[index].name, action)
        }
        if permissions.isService { return }
        for index in columns {
            if model.columns[index].isReadOnly {
                throw .readOnlyColumn(model.columns[index].name, action)
            }
            if case .denied = permissions.column(index, of: model, action.verb) {
                throw forbidden(index, of: model)
            }
        }
    }

    /// The columns that messages about a row may show.
    func shownColumns(of model: Model) -> [Int] {
        model.columns.indices.filter {
            if case .free = permissions.column($0, of: model, .read) { true } else { false }
        }
    }
}
