import Diagnostics
import Store
import Values

extension Catalogue {
    /// The models whose rows are stored.
    public var tables: [Model] { models.filter { !$0.isView } }

    /// The models whose rows are those of a SELECT.
    public var views: [Model] { models.filter(\.isView) }

    /// Shows an engine every view, and judges what it finds by what the models declare.
    ///
    /// - Throws: `SchemaFailure` with what is wrong with them; `Problem` where the engine cannot be
    ///   asked.
    func checkViews(on engine: some MigrationEngine) throws {
        let queries = views.compactMap(\.table.query)
        if queries.isEmpty { return }
        let scratch = try engine.makeScratch()
        defer { scratch.close() }
        let findings = try scratch.rehearseMigration(withoutForeignKeys: false) {
            transaction throws(Problem) in
            try worded { () throws(DatabaseError) in
                var findings: [String: QueryFinding] = [:]
                for query in queries {
                    findings[query.name] = try transaction.finding(of: query)
                }
                return findings
            }
        }
        let report = Report()
        for model in views where !model.readsFaulty(findings) {
            if let finding = findings[model.name] { model.judge(finding, report) }
        }
        try report.throwIfAny()
    }
}

extension Model {
    /// Whether its rows are those of a SELECT: they can only be read.
    public var isView: Bool { view != nil }

    /// The models whose rows are looked at where somebody reads it: itself, or those that a view
    /// reads.
    public var modelsRead: Set<String> {
        let tables = table.query?.tables.map(\.table) ?? []
        return tables.isEmpty ? [name] : Set(tables)
    }

    /// Whether it reads a view that cannot be read, so that nothing can be said of it.
    fileprivate func readsFaulty(_ findings: [String: QueryFinding]) -> Bool {
        table.query?.queries.contains { query in
            if case .refused? = findings[query.name] { true } else { false }
        } ?? false
    }

    fileprivate func judge(_ finding: QueryFinding, _ report: Report) {
        guard let view else { return }
        switch finding {
        case .refused(let message, let offset):
            report.fault(message, at: view.location(offset ?? 0))
        case .columns(let found):
            for column in columns where !found.contains(where: { $0.name == column.name }) {
                report.fault(
                    "the SELECT of \(view.file.path) has no column \"\(column.name)\"",
                    at: column.location,
                    suggestion: nearest(column.name, in: found.map(\.name)))
            }
            for column in found { judge(column, view, report) }
        }
    }

    private func judge(_ found: QueryColumn, _ view: ViewSource, _ report: Report) {
        guard let place = columnIndex(found.name) else {
            report.fault(
                "the column \"\(found.name)\" is no property of \"\(name)\": declare it there, or "
                    + "give it the name of one with AS", at: view.location(of: found.name),
                suggestion: nearest(found.name, in: columns.map(\.name)))
            return
        }
        if found.isReadable { return }
        report.fault(
            "\"\(found.name)\" is \(found.type ?? "of another type") in the SELECT of "
                + "\(view.file.path), and \(columns[place].type.wireName) here: cast it there, or "
                + "declare its type", at: columns[place].location)
    }
}

extension TableQuery {
    /// The queries that it reads, and those that they read.
    fileprivate var queries: [TableQuery] {
        sources.flatMap { source -> [TableQuery] in
            switch source {
            case .rows: []
            case .query(let query): [query] + query.queries
            }
        }
    }
}
