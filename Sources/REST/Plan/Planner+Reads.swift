import Diagnostics
import Expressions
import Query
import Schema

extension Planner {
    /// The plan of a GET or HEAD, and whether other callers of the same standing may use it.
    mutating func readPlan(_ request: ApiRequest) throws(Problem) -> (
        plan: ReadPlan, isShared: Bool
    ) {
        let model = try model(named: request.table)
        var table = try tablePlan(request, model: model, appliesRootFilters: true)
        try requireMedia(request)
        try requireKnownPreferences(request)
        applyRange(request.range, to: &table)
        let window = WindowPlan(limit: table.limit, offset: table.offset, rowsMax: settings.rowsMax)
        if window.limit.number == 0, window.offset.number > 0 { throw Problem(.reversedRange) }
        let plan = ReadPlan(
            table, window: window, countsRows: request.preferences.count != nil,
            media: request.media,
            fields: AnswerFields(
                media: request.media,
                applied: request.preferences.applied(to: nil, resolvesConflicts: false),
                schema: request.hasProfile ? Catalogue.schemaName : nil,
                outdated: outdated.names),
            dialect: dialect, use: use)
        return (plan, !dependsOnCaller(table))
    }

    /// The `Range` header narrows what `limit` and `offset` ask for.
    private func applyRange(_ range: Window?, to table: inout TablePlan) {
        guard let range else { return }
        let asked = Window(offset: table.offset?.number ?? 0, limit: table.limit?.number)
        let window = asked.intersected(with: range)
        table.offset = WindowParameter(number: window.offset)
        table.limit = window.limit.map { WindowParameter(number: $0) }
    }

    /// Columns of a junction are judged as well, though none of them is shown.
    private func dependsOnCaller(_ link: Link) -> Bool {
        link.junction.map { permissions.columnsDependOnCaller($0.model) } ?? false
    }

    func dependsOnCaller(_ table: TablePlan) -> Bool {
        permissions.columnsDependOnCaller(table.model)
            || table.embeds.contains { dependsOnCaller($0.table) || dependsOnCaller($0.link) }
    }

    /// What a filter asks of the rows of `table`. Names of embeds in it stand for the embeds; the
    /// caller must be free to read every column it tests.
    func resolve(_ filter: Filter, in table: TablePlan) throws(Problem) -> ResolvedFilter {
        try filter.resolved(for: table.model, in: judging(table))
    }
}
