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
    let report: Report
    private let byName: [String: ModelDraft]

    init(drafts: [ModelDraft], unread: Set<String>, report: Report) {
        self.drafts = drafts
        self.unread = unread
        self.report = report
        byName = Dictionary(drafts.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The models; incomplete when something was reported.
    func link() -> [Model] {
        checkGlobalNames()
        var keys: [String: [ForeignKey]] = [:]
        for draft in drafts {
            keys[draft.name] = draft.references.compactMap { foreignKey($0, of: draft) }
        }
        checkRelationNames()
        let relationships = RelationshipBuilder(drafts: drafts, keys: keys).build()
        let tables = TableBuilder(drafts: drafts, keys: keys)
        var taken = Set(drafts.map { $0.name.lowercased() })
        for draft in drafts { taken.formUnion(draft.globalNames.map { $0.0.lowercased() }) }
        return drafts.map { draft in
            var draft = draft
            addKeyIndexes(&draft, keys[draft.name] ?? [], taken: &taken)
            return Model(
                draft, tables.table(of: draft), references: keys[draft.name] ?? [],
                relationships: relationships.filter { $0.source == draft.name })
        }
    }

    // MARK: References

    private func foreignKey(_ reference: ModelDraft.Reference, of draft: ModelDraft) -> ForeignKey?
    {
        guard let target = target(of: reference) else { return nil }
        guard let column = targetColumn(reference, target) else { return nil }
        if draft.faultyColumns.contains(reference.column) { return nil }
        if target.faultyColumns.contains(column) { return nil }
        let own = draft.columns[reference.column]
        let other = target.columns[column]
        guard own.type.isComparable(with: other.type) else {
            report.fault(
                "\"\(own.name)\" is \(own.type.wireName) but \"\(target.name).\(other.name)\" is "
                    + "\(other.type.wireName): the types must be the same", at: own.location)
            return nil
        }
        checkDelete(reference, own)
        return ForeignKey(
            name: ConstraintName.of(draft.name, [own.name], "fkey"), columns: [reference.column],
            target: target.name, targetColumns: [column], targetName: other.name,
            onDelete: reference.onDelete,
            alias: reference.alias, inverse: reference.inverse)
    }

    private func target(of reference: ModelDraft.Reference) -> ModelDraft? {
        if let target = byName[reference.target] { return target }
        if reference.target.contains("/") {
            report.fault(
                "a model is a file of its name, which holds no \"/\"",
                at: reference.targetLocation)
        } else if !unread.contains(reference.target) {
            report.fault(
                "there is no model \"\(reference.target)\"", at: reference.targetLocation,
                suggestion: nearest(reference.target, in: drafts.map(\.name) + unread.sorted()))
        }
        return nil
    }

    private func targetColumn(_ reference: ModelDraft.Reference, _ target: ModelDraft) -> Int? {
        /// What may follow from a fault of the target is held back.
        func fault(_ message: String, at location: SourceLocation, suggestion: String? = nil) {
            if target.hasFaults { return }
            report.fault(message, at: location, suggestion: suggestion)
        }
        guard let name = reference.targetColumn else {
            if target.primaryKey.count == 1 { return target.primaryKey[0] }
            fault(
                "the key of \"\(target.name)\" has \(target.primaryKey.count) columns and a "
                    + "reference is one column: name a unique column of it with \"column\", or "
                    + "give it a key of one column", at: reference.targetLocation)
            return nil
        }
        guard let index = target.columnIndex(name) else {
            fault(
                "the model \"\(target.name)\" has no column \"\(name)\"",
                at: reference.targetColumnLocation,
                suggestion: nearest(name, in: target.columns.map(\.name)))
            return nil
        }
        guard target.isUnique(index) else {
            fault(
                "\"\(target.name).\(name)\" is not unique: a reference needs a key; add "
                    + "[\"\(name)\"] to the \"unique\" of \"\(target.name)\"",
                at: reference.targetColumnLocation)
            return nil
        }
        return index
    }

    private func checkDelete(_ reference: ModelDraft.Reference, _ column: Column) {
        switch reference.onDelete {
        case .setNull where !column.isNullable:
            report.fault(
                "onDelete \"setNull\" needs a column that may be null, and \"\(column.name)\" is "
                    + "required",
                at: reference.onDeleteLocation)
        case .setDefault where !column.isNullable:
            if case .constant? = column.default { return }
            report.fault(
                "onDelete \"setDefault\" needs a constant default, and \"\(column.name)\" has none",
                at: reference.onDeleteLocation)
        case .setNull, .setDefault, .noAction, .restrict, .cascade: break
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

    /// Embeds and cascades look rows up by their foreign keys, so each gets an index unless a key
    /// or a full index already starts with it.
    ///
    /// - Parameter taken: the names of all tables and indexes, in lower case: those of one database
    ///   are all different.
    private func addKeyIndexes(
        _ draft: inout ModelDraft, _ keys: [ForeignKey], taken: inout Set<String>
    ) {
        for key in keys {
            let column = key.columns[0]
            let isCovered =
                draft.primaryKey.first == column
                || draft.uniques.contains { $0.columns.first == column }
                || draft.indexes.contains {
                    $0.parts.first?.column == column && $0.predicate == nil
                }
            if isCovered { continue }
            let columns = [draft.columns[column].name]
            var name = ConstraintName.of(draft.name, columns, "fkey_idx")
            var number = 0
            while !taken.insert(name.lowercased()).inserted {
                number += 1
                name = ConstraintName.of(draft.name, columns, "fkey_idx\(number)")
            }
            draft.indexes.append(
                Index(
                    name: name,
                    parts: [Index.Part(column: column, isDescending: false)],
                    predicate: nil))
        }
    }
}
