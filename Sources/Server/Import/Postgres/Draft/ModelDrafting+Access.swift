import Bytes
import Diagnostics
import Schema

// Policies and grants as access rules.
extension ModelDrafting {
    mutating func draftAccess(_ model: inout DraftedModel) {
        var policies = TablePolicies(model.table, database)
        var rules: [Verb: JSON] = [:]
        for verb in Verb.allCases { rules[verb] = policies.rule(verb)?.json }
        noteOpen(model, rules)
        noteColumnGrants(model)
        for omission in policies.omissions {
            let source = [omission.policy.using?.text, omission.policy.check?.text]
                .compactMap(\.self)
            note(
                ImportNote(
                    subject: .access, name: "\(model.name): \(omission.policy.name)",
                    text: "is left out, so \(omission.effect) (\(omission.reason))",
                    advice: "Write what is meant into \"access\" of the model.",
                    line: omission.policy.line, source: source.joined(separator: " / ")))
        }
        for (word, verbs) in Self.words(for: rules) {
            guard let rule = rules[verbs[0]] else { continue }
            let names = verbs.map(\.rawValue).joined(separator: ", ")
            model.parts.append(
                DraftedModel.Part(
                    place: .member(of: "access", word), value: rule,
                    note: ImportNote(
                        subject: .access, name: "\(model.name): \(names)",
                        text: "is for nobody but the service_role", line: model.table.line,
                        source: rule.string)))
        }
    }

    /// The words that say rules of verbs shortest.
    private static func words(for rules: [Verb: JSON]) -> [(word: String, verbs: [Verb])] {
        let writes: [Verb] = [.create, .update, .delete]
        if let first = rules[.read], writes.allSatisfy({ rules[$0] == first }) {
            return [("all", Verb.allCases)]
        }
        let read: [(String, [Verb])] = rules[.read] == nil ? [] : [("read", [.read])]
        if let first = rules[.create], writes.allSatisfy({ rules[$0] == first }) {
            return read + [("write", writes)]
        }
        return read + writes.filter { rules[$0] != nil }.map { ($0.rawValue, [$0]) }
    }

    /// A table without row-level security is open to whoever has grants.
    private mutating func noteOpen(_ model: DraftedModel, _ rules: [Verb: JSON]) {
        if model.table.isSecured { return }
        guard !rules.isEmpty else { return noteUngranted(model) }
        let verbs = Verb.allCases.filter { rules[$0] != nil }.map(\.rawValue)
        note(
            ImportNote(
                subject: .access, name: model.name,
                text: "has no row-level security: by its grants, callers may "
                    + "\(verbs.joined(separator: ", ")) EVERY row, here as there",
                advice: "Write rules into \"access\", or take it out to close the table.",
                line: model.table.line, isUrgent: true))
    }

    /// A source without grants, as pg_dump -x writes it, does not say whom an open table is for.
    private mutating func noteUngranted(_ model: DraftedModel) {
        if database.hasGrants { return }
        note(
            ImportNote(
                subject: .access, name: model.name,
                text: "is for nobody here: it has no row-level security, and the source has no "
                    + "grants that say who may read it",
                advice: "Dump it without -x, or write rules into \"access\".",
                line: model.table.line, isUrgent: true))
    }

    private mutating func noteColumnGrants(_ model: DraftedModel) {
        for role in ["anon", "authenticated"] {
            let partial = model.table.columnGrants[role, default: []]
                .subtracting(model.table.grants[role, default: []])
            guard !partial.isEmpty else { continue }
            note(
                ImportNote(
                    subject: .access, name: model.name,
                    text: "\(role) had \(partial.sorted().joined(separator: ", ")) for some "
                        + "columns only; has it for none",
                    advice: "Write a rule, and \"access\" for columns that are not for everybody.",
                    line: model.table.line))
        }
    }

    // MARK: The rest of the source

    /// What is not a model: views, functions, tables of other schemas, statements.
    mutating func noteOthers() {
        for view in database.views where view.name.schema == schema { noteView(view) }
        let triggers = Set(database.triggers.map(\.function))
        for (name, function) in database.functions.sorted(by: { $0.value.line < $1.value.line })
        where name.schema == schema && !triggers.contains(name) && function.result != "trigger"
            && (function.expression == nil || function.result != "boolean")
        {
            note(
                ImportNote(
                    subject: .function, name: "\(name)",
                    text: "is not there: there are no functions that clients call",
                    advice: "Have a program of yours do it, as the service_role.",
                    line: function.line))
        }
        noteUnusable()
        for table in database.tables where table.name.schema != schema { noteElsewhere(table) }
        for passed in database.passedOver {
            note(
                ImportNote(
                    subject: .statement, name: "", text: passed.text, line: passed.line))
        }
    }

    /// A schema that callers may not use, though they have grants on its tables.
    private mutating func noteUnusable() {
        guard database.hasGrants else { return }
        let used = database.usage[schema, default: []]
        for role in TablePolicies.everybody.sorted()
        where used.isDisjoint(with: [role, "public"]) {
            let tables = database.tables.filter { table in
                table.name.schema == schema
                    && [role, "public"].contains { table.grants[$0]?.isEmpty == false }
            }
            guard !tables.isEmpty else { continue }
            note(
                ImportNote(
                    subject: .access, name: schema,
                    text: "\(role) has no USAGE of the schema there: its grants on "
                        + "\(counted(tables.count, "table")) are for nothing, here as there",
                    advice: "Where it was meant to read them: GRANT USAGE ON SCHEMA \(schema) TO "
                        + "\(role), and import again.", isUrgent: true))
        }
    }

    private mutating func noteView(_ view: SourceView) {
        note(
            ImportNote(
                subject: .view, name: view.name.name,
                text: "is not there" + (view.isMaterialised ? " (it was materialised)" : ""),
                advice: "Have clients ask its tables, embedded in one another.",
                line: view.line, source: view.query))
    }

    private mutating func noteElsewhere(_ table: SourceTable) {
        let count = database.rowCount(of: table.name)
        if table.name == SourceName("storage", "objects") || table.name.name == "buckets",
            table.name.schema == "storage", count > 0
        {
            note(
                ImportNote(
                    subject: .files, name: "\(table.name)",
                    text: "\(count) of them are not taken: there is no storage of files here",
                    line: table.line))
        }
        guard !SupabaseSchemas.own.contains(table.name.schema) else { return }
        note(
            ImportNote(
                subject: .table, name: "\(table.name)",
                text: "is in another schema than \(schema), and is not taken"
                    + database.andItsRows(table.name),
                advice: "Import it by itself with --schema \(table.name.schema).",
                line: table.line))
    }
}

extension TablePolicies.Rule {
    /// The value of a verb in an access table.
    fileprivate var json: JSON? {
        switch (using?.json, check?.json) {
        case (let using?, let check?):
            using == check ? using : ["using": using, "check": check]
        case (let only?, nil), (nil, let only?): only
        case (nil, nil): nil
        }
    }
}

extension RuleText {
    fileprivate var json: JSON {
        self == .yes ? true : self == .no ? false : .string(text)
    }
}
