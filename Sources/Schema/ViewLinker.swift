import Diagnostics
import Store

/// Finds the files of views, and makes queries of them: each after those that it reads.
struct ViewLinker {
    /// All models.
    let drafts: [ModelDraft]
    /// The files that may be views'.
    let files: [SourceFile]
    /// Whether there are models whose files could not be read, which may have views.
    let hasUnread: Bool
    let report: Report

    /// What was read of each view, by its model.
    func read() -> [String: ViewSource] {
        var sources: [String: ViewSource] = [:]
        for draft in drafts {
            guard let view = draft.view else { continue }
            if let file = file(of: view, beside: draft.file) {
                sources[draft.name] = ViewReader(file: file, report: report).read()
            }
        }
        refuseCircles(sources)
        refuseUnnamed()
        return sources
    }

    /// Files that no model names; nothing is said where one may be meant that cannot be read, or is
    /// named wrongly.
    private func refuseUnnamed() {
        let named = drafts.compactMap { draft in draft.view.map { path($0, draft.file) } }
        guard !hasUnread, named.allSatisfy({ path in files.contains { $0.path == path } }) else {
            return
        }
        for file in files where !named.contains(file.path) {
            report.fault("no model has this file as its \"view\"", at: file.location(0))
        }
    }

    private func path(_ view: ModelDraft.View, _ model: String) -> String {
        let folder = model.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        return (folder + [view.fileName[...]]).joined(separator: "/")
    }

    private func file(of view: ModelDraft.View, beside model: String) -> SourceFile? {
        let path = path(view, model)
        if let file = files.first(where: { $0.path == path }) { return file }
        // A name that can be none is told of.
        guard view.fileName.hasSuffix(".sql"), !view.fileName.contains("/") else { return nil }
        let names = files.compactMap { $0.path.split(separator: "/").last.map(String.init) }
        report.fault(
            "there is no file \"\(path)\"", at: view.location,
            suggestion: nearest(view.fileName, in: names))
        return nil
    }

    // MARK: What views read

    /// The models that a view names, but for itself: a column may be called as it is.
    private func models(of draft: ModelDraft, _ source: ViewSource) -> [ModelDraft] {
        drafts.filter { source.names.contains($0.name.lowercased()) && $0.name != draft.name }
    }

    /// Views that read each other have no rows to begin with.
    private func refuseCircles(_ sources: [String: ViewSource]) {
        for draft in drafts {
            guard let view = draft.view, let circle = circle(from: draft, sources),
                circle.min() == draft.name
            else { continue }
            let names = circle.map { "\"\($0)\"" }.joined(separator: ", ")
            report.fault("the views \(names) read each other in a circle", at: view.location)
        }
    }

    /// The names of views that lead from one through others back to it.
    private func circle(
        from start: ModelDraft, _ sources: [String: ViewSource]
    ) -> [String]? {
        var seen = Set<String>()
        func way(from draft: ModelDraft) -> [String]? {
            guard let source = sources[draft.name] else { return nil }
            for next in models(of: draft, source) {
                if next.name == start.name { return [draft.name] }
                guard seen.insert(next.name).inserted else { continue }
                if let rest = way(from: next) { return [draft.name] + rest }
            }
            return nil
        }
        return way(from: start)
    }

    /// The queries of all views, by their models; none of views that read each other in a circle.
    func queries(_ sources: [String: ViewSource]) -> [String: TableQuery] {
        var made: [String: TableQuery] = [:]
        var begun = Set<String>()
        func make(_ draft: ModelDraft) -> TableQuery? {
            if let query = made[draft.name] { return query }
            guard let source = sources[draft.name], begun.insert(draft.name).inserted else {
                return nil
            }
            let read = models(of: draft, source).compactMap { model -> TableQuery.Source? in
                if model.view != nil { return make(model).map { .query($0) } }
                return .rows(
                    TableQuery.Rows(
                        of: model.name, model.tableColumns, deletedAt: model.deletedAt))
            }
            let query = TableQuery(draft.name, draft.tableColumns, text: source.text, over: read)
            made[draft.name] = query
            return query
        }
        for draft in drafts where draft.view != nil { _ = make(draft) }
        return made
    }
}
