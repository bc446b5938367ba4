import Diagnostics
import Store
import Values

/// Links the drafts of all model files: finds the targets of references, makes the relationships,
/// and reports what only shows when all files are seen together: but nothing that follows from a
/// fault of a file which is reported already.
struct Linker {
    let drafts: [ModelDraft]
    /// The models whose files could not be read.
    let unread: Set<String>
    /// The files that may hold the SELECTs of views.
    let viewFiles: [SourceFile]
    let report: Report
    let byName: [String: ModelDraft]

    init(
        drafts: [ModelDraft], unread: Set<String>, viewFiles: [SourceFile], report: Report
    ) {
        self.drafts = drafts
        self.unread = unread
        self.viewFiles = viewFiles
        self.report = report
        byName = Dictionary(drafts.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The models; incomplete when something was reported.
    func link() -> [Model] {
        checkGlobalNames()
        var former = FormerNames(of: "model", report)
        for draft in drafts {
            let location = draft.renamedFromLocation ?? SourceLocation(file: draft.file)
            former.take(draft.renamedFrom, of: draft.name, at: location)
        }
        var keys: [String: [ForeignKey]] = [:]
        for draft in drafts {
            keys[draft.name] = foreignKeys(of: draft)
        }
        warnOfCircles(keys)
        let views = ViewLinker(
            drafts: drafts, files: viewFiles, hasUnread: !unread.isEmpty, report: report)
        let sources = views.read()
        checkRelationNames()
        let relationships = RelationshipBuilder(drafts: drafts, keys: keys).build()
        let tables = TableBuilder(drafts: drafts, keys: keys, queries: views.queries(sources))
        var taken = Set(drafts.map { $0.name.lowercased() })
        for draft in drafts { taken.formUnion(draft.globalNames.map { $0.0.lowercased() }) }
        return drafts.map { draft in
            var draft = draft
            if draft.view == nil { addKeyIndexes(&draft, keys[draft.name] ?? [], taken: &taken) }
            return Model(
                draft, tables.table(of: draft), view: sources[draft.name],
                references: keys[draft.name] ?? [],
                relationships: relationships.filter { $0.source == draft.name })
        }
    }

    // MARK: Names

    /// Index and constraint names share one name space with the tables.
    private func checkGlobalNames() {
        var taken: [String: String] = [:]
        for draft in drafts {
            if let other = taken.updateValue(draft.name, forKey: draft.name.lowercased()) {
                report.fault(
                    other == draft.name
                        ? "the model \"\(other)\" is declared twice"
                        : "the model \"\(draft.name)\" differs from \"\(other)\" only in upper and "
                            + "lower case",
                    at: SourceLocation(file: draft.file))
            }
        }
        for draft in drafts {
            for (name, location) in draft.globalNames {
                if taken.updateValue(name, forKey: name.lowercased()) != nil {
                    report.fault(
                        "the name \"\(name)\" is already taken in the database", at: location)
                }
            }
        }
    }

    /// `as` must be new among the columns and relations of its model, `inverse` among those of the
    /// target.
    private func checkRelationNames() {
        var taken: [String: [String: String]] = [:]
        for draft in drafts {
            for column in draft.columns {
                taken[draft.name, default: [:]][column.name] = "a column"
            }
        }
        func claim(_ name: String?, of model: String, at location: SourceLocation) {
            guard let name, byName[model] != nil else { return }
            if let other = taken[model, default: [:]].updateValue("another relation", forKey: name)
            {
                report.fault("\"\(name)\" is already \(other) of \"\(model)\"", at: location)
            }
        }
        for draft in drafts {
            for reference in draft.references {
                claim(reference.alias, of: draft.name, at: reference.aliasLocation)
                claim(reference.inverse, of: reference.target, at: reference.inverseLocation)
            }
        }
    }
}
