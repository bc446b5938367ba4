public import Diagnostics
public import Schema
public import Store
public import Values

/// Every expression of a catalogue, compiled: rules, checks, defaults and index conditions.
/// Immutable; a reload makes a new one. An object: every request holds it.
public final class Rulebook: Sendable {
    struct ColumnVerb: Hashable {
        let model: String
        let column: Int
        let verb: Verb
    }

    struct Place: Hashable {
        let model: String
        let column: Int
    }

    /// What is found by its place in the catalogue.
    private struct Entries {
        var rules: [String: [Verb: AccessPredicate]] = [:]
        var columnRules: [ColumnVerb: Predicate] = [:]
        var defaults: [Place: Expression] = [:]
        var updates: [Place: Expression] = [:]
        var computed: [Place: Expression] = [:]
    }

    private let catalogue: Catalogue
    private let entries: Entries

    private init(_ catalogue: Catalogue, _ entries: Entries) {
        self.catalogue = catalogue
        self.entries = entries
    }

    /// Parses, resolves and types every expression of `catalogue`.
    ///
    /// - Throws: all faults of all expressions at once.
    public static func compile(_ catalogue: Catalogue) throws(SchemaFailure) -> Rulebook {
        let resolver = Resolver(catalogue)
        let entries = entries(of: catalogue, resolver)
        guard resolver.diagnostics.isEmpty else {
            throw SchemaFailure(diagnostics: resolver.diagnostics)
        }
        return Rulebook(catalogue, entries)
    }

    /// Schema files that were read, whole: what they declare, and its expressions.
    ///
    /// - Throws: all faults of all files at once, but what follows from another.
    public static func compile(
        _ reading: CatalogueReading
    ) throws(SchemaFailure) -> (catalogue: Catalogue, rulebook: Rulebook) {
        let resolver = Resolver(reading.catalogue, unknown: reading.unknown)
        let entries = entries(of: reading.catalogue, resolver)
        let faults = reading.faults + resolver.diagnostics
        guard faults.isEmpty else { throw SchemaFailure(diagnostics: faults) }
        return (reading.catalogue, Rulebook(reading.catalogue, entries))
    }

    private static func entries(of catalogue: Catalogue, _ resolver: Resolver) -> Entries {
        var entries = Entries()
        for rule in catalogue.rules { resolver.checkBody(of: rule) }
        for model in catalogue.models { compile(model, resolver, into: &entries) }
        return entries
    }

    private static func compile(
        _ model: Model, _ resolver: Resolver, into entries: inout Entries
    ) {
        for (verb, rule) in model.access {
            entries.rules[model.name, default: [:]][verb] = access(rule, verb, model, resolver)
        }
        for check in model.checks {
            checkDefinition(check.condition, model, .check, resolver)
        }
        for index in model.indexes {
            guard let condition = index.predicate else { continue }
            checkDefinition(condition, model, .index, resolver)
        }
        for (index, column) in model.columns.enumerated() {
            let place = Place(model: model.name, column: index)
            if case .expression(let source)? = column.default {
                entries.defaults[place] = resolver.computed(source, model: model, column: column)
            }
            if let source = column.computed?.expression {
                entries.computed[place] = resolver.generated(source, model: model, column: column)
            }
            if let source = column.onUpdate {
                entries.updates[place] = resolver.computed(source, model: model, column: column)
            }
            for (verb, source) in column.access?.rules ?? [:] {
                let purpose = verb == .update ? Purpose.updateCheck : .access
                let place = ColumnVerb(model: model.name, column: index, verb: verb)
                entries.columnRules[place] =
                    resolver.predicate(source, model: model, purpose: purpose)
            }
        }
    }

    private static func access(
        _ rule: AccessRule, _ verb: Verb, _ model: Model, _ resolver: Resolver
    ) -> AccessPredicate {
        func using() -> Predicate? {
            resolver.predicate(rule.using, model: model, purpose: .access)?.ofRowsThere
        }
        func check(_ purpose: Purpose) -> Predicate? {
            resolver.predicate(rule.check, model: model, purpose: purpose)
        }
        return switch verb {
        case .read, .delete: AccessPredicate(using: using(), check: nil)
        case .create: AccessPredicate(using: nil, check: check(.access))
        case .update: AccessPredicate(using: using(), check: check(.updateCheck))
        }
    }

    private static func checkDefinition(
        _ source: ExpressionSource, _ model: Model, _ purpose: Purpose, _ resolver: Resolver
    ) {
        _ = resolver.predicate(source, model: model, purpose: purpose)
    }

    /// The rule for a verb of a model; nil means nobody but the service role.
    public func rule(_ model: String, _ verb: Verb) -> AccessPredicate? {
        entries.rules[model]?[verb]
    }

    /// The rule for a verb of one column; nil means that the row's rule is enough.
    public func columnRule(_ model: String, _ column: Int, _ verb: Verb) -> Predicate? {
        entries.columnRules[ColumnVerb(model: model, column: column, verb: verb)]
    }

    /// What the column at `column` holds when a writer gives nothing; null when it has no default.
    ///
    /// - Throws: 22003 when the expression overflows.
    public func defaultValue(
        _ model: Model, column: Int, identity: Identity, now: Instant
    ) throws(Problem) -> Value {
        switch model.columns[column].default {
        case nil: return .null
        case .constant(let value): return value
        case .expression:
            let expression = entries.defaults[Place(model: model.name, column: column)]
            return try compute(expression, identity, now) ?? .null
        }
    }

    /// What the column gets at every update of its row; nil when it keeps what it has.
    ///
    /// - Throws: 22003 when the expression overflows.
    public func onUpdateValue(
        _ model: Model, column: Int, identity: Identity, now: Instant
    ) throws(Problem) -> Value? {
        try compute(entries.updates[Place(model: model.name, column: column)], identity, now)
    }

    private func compute(
        _ expression: Expression?, _ identity: Identity, _ now: Instant
    ) throws(Problem) -> Value? {
        guard let expression else { return nil }
        let evaluation = Evaluation(context: identity.context(now: now))
        return try Evaluator().value(expression, Evaluator.Row(new: [], old: nil), evaluation)
    }

    /// What the column at `column` always holds, of the other columns of its row; nil for a column
    /// that is written.
    func computed(_ model: Model, column: Int) -> Expression? {
        model.columns[column].computed == nil
            ? nil : entries.computed[Place(model: model.name, column: column)]
    }

    /// What a check, an index or a computed column says over bare column names, for the table's
    /// definition.
    ///
    /// - Throws: the expression's faults; other rows, the caller and the time are faults there.
    public func definition(
        of source: ExpressionSource, in model: Model
    ) throws(SchemaFailure) -> ValueExpression {
        let resolver = Resolver(catalogue)
        if let column = model.columns.first(where: { $0.computed?.expression == source }) {
            guard let value = resolver.generated(source, model: model, column: column) else {
                throw SchemaFailure(diagnostics: resolver.diagnostics)
            }
            return value.definition(as: column.type, in: model)
        }
        guard let predicate = resolver.predicate(source, model: model, purpose: .check) else {
            throw SchemaFailure(diagnostics: resolver.diagnostics)
        }
        return predicate.definition
    }
}

/// The compiled rule of one verb of a model.
public struct AccessPredicate: Hashable, Sendable {
    /// Judges rows that are there: read, update and delete. Nil for create.
    public let using: Predicate?
    /// Judges rows as they will be: create and update, which may compare with the old row.
    public let check: Predicate?
}
