import Bytes
import Diagnostics
import Schema
import Store

extension Planner {
    /// The plan of a write, prepared by the engine, and whether other callers of the same standing
    /// may use it.
    mutating func writePlan(
        _ request: ApiRequest, _ action: WriteAction, for engine: any WriteEngine
    ) throws(Problem) -> (plan: WritePlan, isShared: Bool) {
        let plan: WritePlan
        switch action {
        case .insert: plan = .insert(try insertPlan(request, for: engine))
        case .update: plan = try updatePlan(request, for: engine)
        case .delete: plan = .delete(try deletePlan(request, for: engine))
        }
        // What is handed back is of the table that is written, with the embeds of the filters.
        return (plan, !dependsOnCaller(plan.returning.table))
    }

    /// What comes back from a write.
    mutating func returnPlan(
        _ request: ApiRequest, _ action: WriteAction, model: Model, resolvesConflicts: Bool = false
    ) throws(Problem) -> ReturnPlan {
        var table = try tablePlan(request, model: model, appliesRootFilters: false)
        // They were judged as they were where they were found, and are deleted now.
        if action == .delete, model.deletedAt != nil { table.rule = .everybody }
        try requireKnownPreferences(request)
        try requireMedia(request)
        noteWritten(request, model)
        let preferences = request.preferences
        let hasBody = preferences.return == .representation
        return ReturnPlan(
            table, preferences, media: request.media,
            fields: AnswerFields(
                media: hasBody ? request.media : nil,
                applied: preferences.applied(to: action, resolvesConflicts: resolvesConflicts),
                schema: request.hasProfile ? Catalogue.schemaName : nil,
                outdated: outdated.names),
            rowsMax: settings.rowsMax)
    }

    /// Takes note of the columns that a write names.
    private func noteWritten(_ request: ApiRequest, _ model: Model) {
        let keys = request.payload?.rows.first?.members.prefix(2 * model.columns.count)
            .compactMap(\.key.string)
        for name in (request.columns ?? keys ?? []) + (request.onConflict ?? []) {
            if let column = model.columnIndex(asked: name) {
                outdated.note(name, column, of: model)
            }
        }
    }

    /// Refuses preferences nobody knows under `handling=strict`.
    func requireKnownPreferences(_ request: ApiRequest) throws(Problem) {
        if request.preferences.isStrict, !request.preferences.unknown.isEmpty {
            throw .preferences(request.preferences.unknown)
        }
    }

    /// Refuses media types that nobody gives.
    func requireMedia(_ request: ApiRequest) throws(Problem) {
        if case .unavailable(let wanted) = request.media { throw .mediaTypes(wanted) }
    }

    /// The plan of a PATCH (rest.md §12.6).
    mutating func updatePlan(
        _ request: ApiRequest, for engine: any WriteEngine
    ) throws(Problem) -> WritePlan {
        let (model, target, returning) = try writeDraft(request, .update)
        let rows = (request.payload?.rows ?? []).prefix(1)
        let reader = try PayloadReader(rows: Array(rows), columns: request.columns, model: model)
        try requireFilter(target, .update)
        if rows.isEmpty || reader.columns.isEmpty { return .nothing(returning) }
        try requireWritable(reader.columns, of: model, .update)
        return .update(
            UpdatePlan(
                of: model, writeTarget(target, .update, returning), reader: reader,
                fillsGaps: request.preferences.missing == .default,
                checks: updateChecks(model, columns: reader.columns), returning: returning,
                shownColumns: shownColumns(model, target, returning), use: use, for: engine))
    }

    /// The model that a write is about, whose rows are stored.
    func table(named name: String, for action: WriteAction) throws(Problem) -> Model {
        let model = try model(named: name)
        if model.isView { throw .notWritable(view: model.name, action) }
        return model
    }

    /// What an update and a delete begin with: the rows they are about, and what comes back.
    private mutating func writeDraft(
        _ request: ApiRequest, _ action: WriteAction
    ) throws(Problem) -> (model: Model, target: TablePlan, returning: ReturnPlan) {
        let model = try table(named: request.table, for: action)
        let target = try tablePlan(request, model: model, appliesRootFilters: true)
        return (model, target, try returnPlan(request, action, model: model))
    }

    /// Refuses a write of all rows, where the project wants that.
    private func requireFilter(
        _ target: TablePlan, _ action: WriteAction
    ) throws(Problem) {
        if target.filters.isEmpty, settings.refusesUnfilteredWrites { throw .unfiltered(action) }
    }

    /// The rows that a write may touch. As in PostgreSQL, a write that looks at rows,
    /// because it filters or hands them back, reaches only those its caller may read: without that
    /// a filter would tell what hidden rows hold.
    private func writeTarget(
        _ table: TablePlan, _ action: WriteAction, _ returning: ReturnPlan
    ) -> WriteTarget {
        var rules = [permissions.using(table.model, action.verb)]
        // The service role's rule is that of rows which are there.
        if permissions.isService || looks(table, returning) { rules.append(table.rule) }
        return table.target(
            rules, rowsMax: settings.rowsMax, writing: settings.writeRowsMax, use)
    }

    private func looks(_ target: TablePlan, _ returning: ReturnPlan) -> Bool {
        !target.filters.isEmpty || returning.hasBody
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
    mutating func deletePlan(
        _ request: ApiRequest, for engine: any WriteEngine
    ) throws(Problem) -> DeletePlan {
        let (model, target, returning) = try writeDraft(request, .delete)
        try requireFilter(target, .delete)
        let removes = permissions.isService && target.looksForDeleted
        return DeletePlan(
            of: model, writeTarget(target, .delete, returning), returning: returning,
            shownColumns: shownColumns(model, target, returning), removesRows: removes,
            use: use, for: engine)
    }
}
