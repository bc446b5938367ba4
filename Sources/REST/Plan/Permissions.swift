import Diagnostics
import Expressions
import Schema
import Store
import Values

/// What one caller may do: the rulebook as seen by a role. The service role is not judged.
struct Permissions: Sendable {
    let rulebook: Rulebook
    let isService: Bool
    let isAnonymous: Bool

    /// The caller, for column rules that ask for nothing else.
    let context: QueryContext

    /// What a column's own rules make of it.
    enum ColumnVerdict: Sendable {
        case free
        case denied
        /// It depends on the row.
        case matching(Predicate)
    }

    init(rulebook: Rulebook, identity: Identity, context: QueryContext) {
        self.rulebook = rulebook
        self.context = context
        isService = identity.isService
        isAnonymous = identity.isAnonymous
    }

    /// The rows that `verb` reaches: the `using` part for read, update and delete.
    func using(_ model: Model, _ verb: Verb) -> RowRule {
        if isService { return .everybody }
        guard let rule = rulebook.rule(model.name, verb), let predicate = rule.using else {
            return .nobody
        }
        return RowRule(predicate)
    }

    /// The rows that a read shows where it asks for nothing else. Rules leave out rows that are
    /// deleted softly, and the service role is under none.
    func shown(_ model: Model) -> RowRule {
        guard isService, let isThere = Predicate.isThere(model) else { return using(model, .read) }
        return .matching(isThere)
    }

    /// What a new row must fulfil: the `check` part for create and update.
    func check(_ model: Model, _ verb: Verb) -> RowRule {
        if isService { return .everybody }
        guard let rule = rulebook.rule(model.name, verb), let predicate = rule.check else {
            return .nobody
        }
        return RowRule(predicate)
    }

    func column(_ index: Int, of model: Model, _ verb: Verb) -> ColumnVerdict {
        guard !isService, model.columns[index].access != nil,
            let predicate = rulebook.columnRule(model.name, index, verb)
        else { return .free }
        switch RowRule(predicate) {
        case .everybody: return .free
        case .nobody: return .denied
        case .matching(let predicate):
            guard predicate.dependsOnCallerOnly else { return .matching(predicate) }
            let nobody = RowInput(
                new: [Value](repeating: .null, count: model.columns.count), model: model)
            let truth = try? predicate.evaluate(nobody, in: Evaluation(context: context))
            return truth == true ? .free : .denied
        }
    }

    /// Whether callers of one role may see or write different columns of `model`.
    func columnsDependOnCaller(_ model: Model) -> Bool {
        if isService { return false }
        return model.columns.indices.contains { index in
            guard model.columns[index].access != nil else { return false }
            return Verb.allCases.contains { verb in
                guard let predicate = rulebook.columnRule(model.name, index, verb) else {
                    return false
                }
                return predicate.constant == nil && predicate.dependsOnCallerOnly
            }
        }
    }
}

extension Predicate {
    /// Whether the row and all other rows are without influence.
    var dependsOnCallerOnly: Bool {
        let inputs = inputs
        return inputs.columns.isEmpty && inputs.oldColumns.isEmpty && inputs.models.isEmpty
    }
}
