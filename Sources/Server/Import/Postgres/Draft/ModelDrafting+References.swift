import Bytes

// References, indexes, and what triggers do that models say as well.
extension ModelDrafting {
    /// What references do to rows that a model has as well.
    private static let actions: Set = ["restrict", "cascade", "setNull", "setDefault"]

    mutating func draftReferences(_ model: inout DraftedModel) {
        for reference in model.table.references {
            let name = "\(model.name): \(reference.name)"
            for excess in reference.excess {
                note(
                    ImportNote(
                        subject: .reference, name: name, text: "has no \(excess) here",
                        line: reference.line))
            }
            guard reference.target.schema == schema else {
                noteForeign(reference, name)
                continue
            }
            let omitted = ImportNote(
                subject: .reference, name: name,
                text: "does not refer to \(reference.target): any value is taken",
                line: reference.line)
            model.parts.append(
                reference.columns.count == 1
                    ? single(reference, omitted) : several(reference, omitted))
        }
    }

    /// A reference to what is no model: most often to the accounts.
    private mutating func noteForeign(_ reference: SourceReference, _ name: String) {
        let isAccount = reference.target == SourceName("auth", "users")
        let cascade = reference.onDelete == "cascade"
        note(
            ImportNote(
                subject: .reference, name: name,
                text: isAccount
                    ? "referred to accounts, which are no model: ids stay as they are, unchecked"
                        + (cascade ? ", and rows do not go with their account" : "")
                    : "referred to \(reference.target), which is not imported: any value is taken",
                line: reference.line))
    }

    private func words(_ reference: SourceReference) -> JSON {
        var words: JSON = ["model": .string(reference.target.name)]
        if Self.actions.contains(reference.onDelete) {
            words["onDelete"] = .string(reference.onDelete)
        }
        return words
    }

    private func single(
        _ reference: SourceReference, _ omitted: ImportNote
    ) -> DraftedModel.Part {
        var words = words(reference)
        let key = database.table(reference.target)?.primaryKey
        if let other = reference.targetColumns.first, key != [other] {
            words["column"] = .string(other)
        }
        words["name"] = .string(reference.name)
        return DraftedModel.Part(
            place: .property(reference.columns[0], word: "references"), value: words,
            note: omitted)
    }

    private func several(
        _ reference: SourceReference, _ omitted: ImportNote
    ) -> DraftedModel.Part {
        var words = words(reference)
        words["columns"] = .array(reference.columns.map(JSON.string))
        if !reference.targetColumns.isEmpty,
            database.table(reference.target)?.primaryKey != reference.targetColumns
        {
            words["to"] = .array(reference.targetColumns.map(JSON.string))
        }
        words["name"] = .string(reference.name)
        return DraftedModel.Part(
            place: .element(of: "references"), value: words, note: omitted)
    }

    // MARK: Indexes

    mutating func draftIndexes(_ model: inout DraftedModel) {
        for index in model.table.indexes { draft(index, &model) }
    }

    private mutating func draft(_ index: SourceIndex, _ model: inout DraftedModel) {
        let name = "\(model.name): \(index.name)"
        let effect = index.isUnique ? "is not unique" : "is not there: such searches read more rows"
        var omitted = ImportNote(
            subject: .index, name: name, text: effect, line: index.line, source: index.text)
        omitted.isUrgent = index.isUnique
        guard let columns = index.columns else {
            return note(omitted.because("it is of an expression"))
        }
        guard index.method == "btree" else {
            return note(omitted.because("it is of the kind \(index.method)"))
        }
        if index.isUnique {
            guard index.condition == nil else {
                return note(omitted.because("it is of some rows only"))
            }
            let plain = columns.map { $0.hasSuffix(" desc") ? String($0.dropLast(5)) : $0 }
            guard !model.table.uniques.contains(where: { $0.columns == plain }) else { return }
            return addUnique(plain, index.name, index.line, &model)
        }
        var words: JSON = ["on": .array(columns.map(JSON.string))]
        if let condition = index.condition {
            do throws(Untranslated) {
                let rule = try RuleTranslator(database, .row, of: model.table).rule(condition)
                words["where"] = .string(rule.text)
            } catch {
                return note(omitted.because(error.reason))
            }
        }
        words["name"] = .string(index.name)
        model.parts.append(
            DraftedModel.Part(place: .element(of: "indexes"), value: words, note: omitted))
    }

    // MARK: Triggers

    /// Has columns set at each update that a trigger sets to the time.
    mutating func draftTriggers(_ model: inout DraftedModel) {
        for trigger in database.triggers where trigger.table == model.table.name {
            let name = "\(model.name): \(trigger.name)"
            let omitted = ImportNote(
                subject: .trigger, name: name,
                text: "is not there: nothing calls \(trigger.function)()",
                advice: "What it does is a default, an \"onUpdate\", a check, or work of a "
                    + "program that listens to the feed.", line: trigger.line)
            guard trigger.isBeforeUpdate, !trigger.isConditional,
                let column = columnOfTime(trigger), model.table.column(column) != nil
            else {
                note(omitted)
                continue
            }
            model.parts.append(
                DraftedModel.Part(
                    place: .property(column, word: "onUpdate"), value: ["$expr": "now()"],
                    note: omitted))
        }
    }

    /// The column that a trigger sets to the time, where it does nothing else.
    private func columnOfTime(_ trigger: SourceTrigger) -> String? {
        if trigger.function.name == "moddatetime" { return trigger.arguments.first }
        guard let function = database.functions[trigger.function], function.language == "plpgsql",
            var cursor = try? TokenCursor(Array(function.body.utf8)), cursor.accept("begin"),
            let path = try? cursor.path(), path.count == 2, path[0] == "new",
            cursor.accept(symbol: ":=") || cursor.accept(symbol: "="),
            let value = try? cursor.expression(), value.isNow, cursor.accept(symbol: ";"),
            cursor.accept("return", "new"), cursor.accept(symbol: ";"), cursor.accept("end")
        else { return nil }
        return path[1]
    }
}

extension SQLNode {
    fileprivate var isNow: Bool {
        if case .cast(let inner, _) = self { return inner.isNow }
        guard case .call(let parts, let list) = self else { return false }
        if parts == ["timezone"] { return list.count == 2 && list[1].isNow }
        return [
            "now", "current_timestamp", "clock_timestamp", "statement_timestamp",
            "transaction_timestamp",
        ].contains(parts.joined(separator: "."))
    }
}
