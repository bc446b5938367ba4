import Diagnostics
import Store
import Values

// The foreign keys of a model: what they refer to, what they are called, and the indexes by which
// rows are found through them.
extension Linker {
    /// The foreign keys of a model; those with faults are reported and left out.
    func foreignKeys(of draft: ModelDraft) -> [ForeignKey] {
        var taken = draft.constraintNames
        for reference in draft.references {
            guard let name = reference.name else { continue }
            if !taken.insert(name).inserted {
                report.fault(
                    "the name \"\(name)\" is already taken by a constraint of \"\(draft.name)\"",
                    at: reference.nameLocation)
            }
        }
        return draft.references.compactMap { reference in
            let name =
                reference.name
                ?? ConstraintName.free(
                    draft.name, reference.columns.map { draft.columns[$0].name }, "fkey",
                    taken: Array(taken))
            taken.insert(name)
            return foreignKey(reference, of: draft, called: name)
        }
    }

    private func foreignKey(
        _ reference: ModelDraft.Reference, of draft: ModelDraft, called name: String
    ) -> ForeignKey? {
        guard let target = target(of: reference) else { return nil }
        if target.view != nil, draft.view == nil {
            report.fault(
                "\"\(target.name)\" is a view, and rows refer to stored ones: let the view refer "
                    + "here instead, with an \"inverse\"", at: reference.targetLocation)
            return nil
        }
        guard let places = targetColumns(reference, target) else { return nil }
        if !draft.faultyColumns.isDisjoint(with: reference.columns) { return nil }
        if !target.faultyColumns.isDisjoint(with: places) { return nil }
        for (own, other) in zip(reference.columns, places) {
            let (own, other) = (draft.columns[own], target.columns[other])
            guard own.type.isComparable(with: other.type) else {
                report.fault(
                    "\"\(own.name)\" is \(own.type.wireName) but \"\(target.name).\(other.name)\" "
                        + "is \(other.type.wireName): the types must be the same",
                    at: reference.columns.count == 1 ? own.location : reference.location)
                return nil
            }
            checkDelete(reference, own)
        }
        return ForeignKey(
            name: name, columns: reference.columns, target: target.name, targetColumns: places,
            targetNames: places.map { target.columns[$0].name }, onDelete: reference.onDelete,
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

    private func targetColumns(
        _ reference: ModelDraft.Reference, _ target: ModelDraft
    ) -> [Int]? {
        /// What may follow from a fault of the target is held back.
        func fault(_ message: String, at location: SourceLocation, suggestion: String? = nil) {
            if target.hasFaults { return }
            report.fault(message, at: location, suggestion: suggestion)
        }
        guard let names = reference.targetColumns else {
            if target.primaryKey.count == reference.columns.count { return target.primaryKey }
            fault(Self.keyFault(reference, target), at: reference.targetLocation)
            return nil
        }
        guard names.count == reference.columns.count else {
            fault(
                "\"to\" names \(names.count) columns and \"columns\" "
                    + "\(reference.columns.count)", at: reference.targetColumnsLocation)
            return nil
        }
        var places: [Int] = []
        for name in names {
            guard let place = target.columnIndex(name) else {
                fault(
                    "the model \"\(target.name)\" has no column \"\(name)\"",
                    at: reference.targetColumnsLocation,
                    suggestion: nearest(name, in: target.columns.map(\.name)))
                return nil
            }
            places.append(place)
        }
        guard let message = Self.keyFault(places, names, target) else { return places }
        fault(message, at: reference.targetColumnsLocation)
        return nil
    }

    /// Why columns are no key that others may refer to; nil where they are one.
    private static func keyFault(
        _ places: [Int], _ names: [String], _ target: ModelDraft
    ) -> String? {
        if let place = places.first(where: { target.columns[$0].computed != nil }) {
            return "\"\(target.name).\(target.columns[place].name)\" is computed: a reference "
                + "needs a key that is written"
        }
        let isKey = target.isUnique(places) && Set(places).count == places.count
        return isKey ? nil : uniqueFault(names, target)
    }

    private static func uniqueFault(_ names: [String], _ target: ModelDraft) -> String {
        let list = names.map { "\"\($0)\"" }.joined(separator: ", ")
        let what =
            names.count == 1
            ? "\"\(target.name).\(names[0])\" is not unique"
            : "\(list) of \"\(target.name)\" are not unique together"
        return what + ": a reference needs a key; add [\(list)] to the \"unique\" of "
            + "\"\(target.name)\""
    }

    private static func keyFault(
        _ reference: ModelDraft.Reference, _ target: ModelDraft
    ) -> String {
        if target.numbersRows {
            return "\"\(target.name)\" has no key: name what is unique of it with "
                + (reference.columns.count > 1 ? "\"to\"" : "\"column\"")
        }
        let key = "the key of \"\(target.name)\" has \(target.primaryKey.count) columns and "
        if reference.columns.count > 1 {
            return key + "this reference \(reference.columns.count): name those of another key "
                + "with \"to\""
        }
        return key + "a reference is one column: name a unique column of it with \"column\", or "
            + "give it a key of one column"
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

    // MARK: Circles

    /// Warns of models whose required references lead back to them: a request writes one table, so
    /// none can write the first row.
    func warnOfCircles(_ keys: [String: [ForeignKey]]) {
        var told = Set<String>()
        for draft in drafts where !told.contains(draft.name) && draft.view == nil {
            guard let circle = circle(from: draft, keys) else { continue }
            told.formUnion(circle.map(\.model))
            let names = circle.map { "\"\($0.model).\($0.columns)\"" }.joined(separator: ", ")
            report.warn(
                "\(names) are required and refer in a circle: no request can write a first row; "
                    + "seeds and migrations can, whose rows are judged together",
                at: circle[0].location)
        }
    }

    private typealias Way = (model: String, columns: String, location: SourceLocation)

    /// The required references that lead from a model through others back to it.
    private func circle(from start: ModelDraft, _ keys: [String: [ForeignKey]]) -> [Way]? {
        var seen = Set<String>()
        func way(from draft: ModelDraft) -> [Way]? {
            for key in keys[draft.name] ?? [] where key.target != draft.name {
                guard let target = byName[key.target],
                    key.columns.allSatisfy({ !draft.columns[$0].isNullable })
                else { continue }
                let step: Way = (
                    draft.name, draft.names(key.columns), draft.columns[key.columns[0]].location
                )
                if target.name == start.name { return [step] }
                guard seen.insert(target.name).inserted else { continue }
                if let rest = way(from: target) { return [step] + rest }
            }
            return nil
        }
        return way(from: start)
    }

    // MARK: Indexes

    /// Embeds and cascades look rows up by their foreign keys, so each gets an index unless a key
    /// or a full index already starts with it.
    ///
    /// - Parameter taken: the names of all tables and indexes, in lower case: those of one database
    ///   are all different.
    func addKeyIndexes(
        _ draft: inout ModelDraft, _ keys: [ForeignKey], taken: inout Set<String>
    ) {
        for key in keys {
            func covers(_ columns: some Sequence<Int>) -> Bool {
                Set(columns.prefix(key.columns.count)) == Set(key.columns)
            }
            let isCovered =
                covers(draft.primaryKey) || draft.uniques.contains { covers($0.columns) }
                || draft.indexes.contains { $0.predicate == nil && covers($0.parts.map(\.column)) }
            if isCovered { continue }
            let columns = key.columns.map { draft.columns[$0].name }
            var name = ConstraintName.of(draft.name, columns, "fkey_idx")
            var number = 0
            while !taken.insert(name.lowercased()).inserted {
                number += 1
                name = ConstraintName.of(draft.name, columns, "fkey_idx\(number)")
            }
            draft.indexes.append(
                Index(
                    name: name,
                    parts: key.columns.map { Index.Part(column: $0, isDescending: false) },
                    predicate: nil))
        }
    }
}

extension ModelDraft {
    /// The names of its constraints but for foreign keys.
    fileprivate var constraintNames: Set<String> {
        Set(
            [primaryKeyName] + uniques.map(\.name) + checks.map(\.name)
                + columns.map(\.checkName))
    }
}
