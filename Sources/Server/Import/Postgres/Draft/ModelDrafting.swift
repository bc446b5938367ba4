import Bytes
import Schema
import Store

/// Drafts the models of a schema of the source.
struct ModelDrafting {
    let database: SourceDatabase
    let schema: String
    private(set) var models: [DraftedModel] = []
    private(set) var notes: [ImportNote] = []

    init(_ database: SourceDatabase, schema: String) {
        self.database = database
        self.schema = schema
        for table in database.tables where table.name.schema == schema {
            guard isPossible(table) else { continue }
            models.append(draft(table))
        }
        noteOthers()
    }

    mutating func note(_ note: ImportNote) { notes.append(note) }

    // MARK: Tables

    /// Whether a table can be a model: by its name, and by having columns.
    private mutating func isPossible(_ table: SourceTable) -> Bool {
        let name = table.name.name
        func no(_ why: String) -> ImportNote {
            ImportNote(
                subject: .table, name: name,
                text: "is not taken\(database.andItsRows(table.name)): \(why)",
                advice: "Rename it in the source, and import again.", line: table.line)
        }
        if let whole = table.partOf {
            note(
                ImportNote(
                    subject: .table, name: name,
                    text: "was a part of \(whole): its rows are there", line: table.line))
            return false
        }
        if name.contains("/") || name.hasPrefix(".") {
            note(no("no file can be called that"))
            return false
        }
        if EngineNames.isReserved(name) {
            note(no("names that begin so are the server's own"))
            return false
        }
        if table.columns.isEmpty {
            note(no("it has no columns"))
            return false
        }
        return true
    }

    private mutating func draft(_ table: SourceTable) -> DraftedModel {
        var model = DraftedModel(
            name: table.name.name, table: table, description: table.comment,
            primaryKey: table.primaryKey ?? substituteKey(table))
        if table.hasParts {
            note(
                ImportNote(
                    subject: .table, name: model.name,
                    text: "was kept in parts; is one table here", line: table.line))
        }
        for column in table.columns { draft(column, &model) }
        draftConstraints(&model)
        draftReferences(&model)
        draftIndexes(&model)
        draftTriggers(&model)
        draftAccess(&model)
        if database.publishesAll || database.published.contains(table.name) {
            model.parts.append(
                DraftedModel.Part(
                    place: .word("realtime"), value: true,
                    note: ImportNote(
                        subject: .table, name: model.name, text: "has no feed",
                        line: table.line)))
        }
        return model
    }

    /// The key of a table that has none: something unique that is never null; else it stays
    /// without.
    private mutating func substituteKey(_ table: SourceTable) -> [String] {
        let unique = table.uniques.map(\.columns).first { columns in
            columns.allSatisfy { table.column($0)?.isNullable == false }
        }
        guard let unique else { return [] }
        note(
            ImportNote(
                subject: .table, name: table.name.name,
                text: "had no primary key; the key here is what is unique: "
                    + unique.joined(separator: ", "), line: table.line))
        return unique
    }

    // MARK: Columns

    private mutating func draft(_ column: SourceColumn, _ model: inout DraftedModel) {
        let name = "\(model.name).\(column.name)"
        var type = PropertyType(column.type, in: database, hasNulls: column.hasNullElements)
        if column.hasNestedElements, column.type.dimensions == 1 { type.forgetElements() }
        var words = type.words
        if let comment = column.comment {
            words.append(JSON.Member("description", .string(comment)))
        }
        if let remark = type.remark {
            note(ImportNote(subject: .column, name: name, text: remark, line: column.line))
        }
        model.columns.append((column.name, words, type.form))
        let domain = database.domains[
            SourceName(column.type.schema ?? "public", column.type.name)]
        if !column.isNullable || domain?.isNullable == false,
            !model.primaryKey.contains(column.name)
        {
            model.required.append(column.name)
        }
        draftChecks(of: domain, column, &model)
        if let generated = column.generated {
            draftGenerated(generated, column, &model)
        } else {
            draftDefault(column, domain?.default, &model)
        }
    }

    /// A column that the source computes by others: computed here, where that can be said.
    private mutating func draftGenerated(
        _ expression: SourceExpression, _ column: SourceColumn, _ model: inout DraftedModel
    ) {
        model.required.removeAll { $0 == column.name }
        let omitted = ImportNote(
            subject: .column, name: "\(model.name).\(column.name)",
            text: "was generated; is a plain column without values: dumps leave them out",
            advice: "Have writers give it, or compute it when it is read.",
            line: column.line, source: expression.text)
        do throws(Untranslated) {
            let value = try RuleTranslator(database, .row, of: model.table).value(expression)
            model.parts.append(
                DraftedModel.Part(
                    place: .property(column.name, word: "computed"), value: .string(value.text),
                    note: omitted))
        } catch {
            notes.append(omitted.because(error.reason))
        }
    }

    private mutating func draftDefault(
        _ column: SourceColumn, _ inherited: SourceExpression?, _ model: inout DraftedModel
    ) {
        let name = "\(model.name).\(column.name)"
        let omitted = ImportNote(
            subject: .column, name: name,
            text: model.required.contains(column.name)
                ? "has no default: each new row has to give it"
                : "has no default: new rows that do not give it have null",
            line: column.line)
        if column.isIdentity || countsUp(column) {
            model.lastNumber = database.lastNumber(of: column, in: model.table.name)
            model.parts.append(
                DraftedModel.Part(
                    place: .property(column.name, word: "identity"), value: true, note: omitted))
            return
        }
        guard let value = column.default ?? inherited else { return }
        var note = omitted
        note.source = value.text
        note.line = value.line
        do throws(Untranslated) {
            guard let json = try DefaultValue(database, column).json(value) else { return }
            model.parts.append(
                DraftedModel.Part(
                    place: .property(column.name, word: "default"), value: json, note: note))
        } catch {
            notes.append(note.because(error.reason))
        }
    }

    /// Whether a column takes its numbers from a sequence of its own.
    private func countsUp(_ column: SourceColumn) -> Bool {
        guard case .call(["nextval"], _)? = column.default?.node else { return false }
        return true
    }

    private mutating func draftChecks(
        of domain: SourceDomain?, _ column: SourceColumn, _ model: inout DraftedModel
    ) {
        for (index, check) in (domain?.checks ?? []).enumerated() {
            let bound = SourceExpression(
                text: check.text, line: check.line,
                node: check.node?.replacing { node in
                    node == .name(["value"]) ? .name([column.name]) : nil
                }, fault: check.fault)
            let number = index == 0 ? "" : "\(index + 1)"
            draftCheck("\(model.name)_\(column.name)_check\(number)", bound, &model)
        }
    }

    // MARK: Checks

    private mutating func draftConstraints(_ model: inout DraftedModel) {
        var uniques: Set<[String]> = []
        for unique in model.table.uniques where uniques.insert(unique.columns).inserted {
            addUnique(unique.columns, unique.name, model.table.line, &model)
        }
        for check in model.table.checks { draftCheck(check.name, check.condition, &model) }
    }

    func addUnique(
        _ columns: [String], _ name: String, _ line: Int, _ model: inout DraftedModel
    ) {
        model.parts.append(
            DraftedModel.Part(
                place: .element(of: "unique"), value: .array(columns.map(JSON.string)),
                note: ImportNote(
                    subject: .check, name: "\(model.name): \(name)", text: "is not unique",
                    line: line)))
    }

    private mutating func draftCheck(
        _ given: String, _ condition: SourceExpression, _ model: inout DraftedModel
    ) {
        var name = given
        if let column = model.columns.first(where: { "\(model.name)_\($0.name)_check" == given }) {
            // The name is that of what the column's own words say; so it stays where they do.
            if addWords(column.name, condition, &model) { return }
            name += "1"
        }
        let omitted = ImportNote(
            subject: .check, name: "\(model.name): \(name)",
            text: "is not checked: values that the source refuses are taken",
            line: condition.line, source: condition.text)
        if let (column, pattern) = condition.node?.matched {
            model.parts.append(
                DraftedModel.Part(
                    place: .property(column, word: "pattern"), value: .string(pattern),
                    note: omitted))
            return
        }
        do throws(Untranslated) {
            let rule = try RuleTranslator(database, .row, of: model.table).rule(condition)
            if rule == .yes { return }
            model.parts.append(
                DraftedModel.Part(
                    place: .member(of: "checks", name), value: .string(rule.text),
                    note: omitted))
        } catch {
            notes.append(omitted.because(error.reason))
        }
    }
}

extension ImportNote {
    /// The same with a reason.
    func because(_ reason: String) -> ImportNote {
        ImportNote(
            subject: subject, name: name, text: "\(text) (\(reason))", advice: advice, line: line,
            source: source, isUrgent: isUrgent)
    }
}

extension SQLNode {
    /// A column and the regular expression that it has to match, where it says just that.
    fileprivate var matched: (column: String, pattern: String)? {
        guard case .binary("~", let subject, let pattern) = self, let text = pattern.constant
        else { return nil }
        var inner = subject
        while case .cast(let operand, _) = inner { inner = operand }
        guard case .name(let parts) = inner, let column = parts.last else { return nil }
        return (column, text)
    }
}
