import Expressions
import Schema
import Store
import Values

/// What the hub knows of one watched model: who listens to it and what they share.
final class ModelFeed {
    /// What a listener was lent, by the keys under which it goes back.
    struct Loans {
        let filter: ExactText?
        let caller: [Value]?
        let projection: Projection.Key
    }

    /// What a listener is lent.
    struct Lent {
        let filter: Judge?
        let rule: Judge?
        let projection: Projection
        let reach: Reach
        let loans: Loans
    }

    let model: Model
    /// The read rule; nil if nobody but the service role may read.
    let rule: Predicate?
    private let inputs: RuleInputs?
    /// The feeds of the models that the rule looks at; nil if one of them is not watched, so that
    /// its changes go unseen here.
    var dependencies: [ModelFeed]?
    /// Changes of this model so far.
    var changeCount: UInt64 = 0
    /// Whether `old_record` of this model is the whole old row and not just its key.
    let showsOldRows: Bool

    /// All who listen, in no order.
    private(set) var listeners: ContiguousArray<Listener> = []
    private var inserts = ValueIndex()
    private var updates = ValueIndex()
    private var deletes = ValueIndex()
    /// The lists of values that some of them lie under.
    let lists = ListIndex()
    private var filters = Pool<ExactText, Judge>()
    private var rules = Pool<[Value], Judge>()
    private var projections = Pool<Projection.Key, Projection>()

    /// The feed of a model with no listeners.
    init(_ model: Model, rule: Predicate?, showsOldRows: Bool) {
        self.model = model
        self.rule = rule
        self.showsOldRows = showsOldRows
        inputs = rule?.inputs
    }

    /// The other models that the rule looks at.
    var modelsRead: Set<String> { inputs?.models ?? [] }

    /// The tables whose changes its listeners need: decisions of the rule are remembered until a
    /// model changes that it looks at, and see rows that went along with the model's own.
    var tablesHeard: Set<String> { modelsRead.union([model.name]) }

    /// Whether there are listeners.
    var isHeard: Bool { !listeners.isEmpty }

    /// What of a caller the rule depends on: callers with equal keys may see the same rows.
    func callerKey(_ context: QueryContext) -> [Value] { inputs?.callerKey(context) ?? [] }

    /// The listeners that a change may concern; each is found once.
    func collect(
        _ operation: Change.Operation, _ values: [Value],
        into found: inout ContiguousArray<Listener>
    ) {
        switch operation {
        case .insert: inserts.collect(values, into: &found)
        case .update: updates.collect(values, into: &found)
        case .delete: deletes.collect(values, into: &found)
        // Told to channels, whatever they listen for.
        case .reset: return
        }
        lists.collect(operation, values, into: &found)
    }

    /// Values that listeners lie under, of all kinds of changes.
    var indexedCount: Int {
        lists.entryCount + inserts.entryCount + updates.entryCount + deletes.entryCount
    }

    /// Whether anybody waits for a kind of change.
    func hasListeners(for operation: Change.Operation) -> Bool {
        switch operation {
        case .insert: !inserts.isEmpty
        case .update: !updates.isEmpty
        case .delete: !deletes.isEmpty
        case .reset: false
        }
    }

    /// Enters a listener into the indexes of the changes it wants.
    func insert(_ listener: Listener) {
        listener.place = listeners.count
        listeners.append(listener)
        listener.hold?.list.listeners.insert(listener)
        if listener.wants(.insert) { inserts.insert(listener) }
        if listener.wants(.update) { updates.insert(listener) }
        if listener.wants(.delete) { deletes.insert(listener) }
    }

    /// Takes a listener out and takes back what it was lent.
    func remove(_ listener: Listener) {
        if let last = listeners.popLast(), last !== listener {
            listeners[listener.place] = last
            last.place = listener.place
        }
        listener.hold?.list.listeners.remove(listener)
        if listener.wants(.insert) { inserts.remove(listener) }
        if listener.wants(.update) { updates.remove(listener) }
        if listener.wants(.delete) { deletes.remove(listener) }
        if let filter = listener.loans.filter { filters.release(filter) }
        if let caller = listener.loans.caller { rules.release(caller) }
        projections.release(listener.loans.projection)
    }

    /// Lends what a listener needs.
    func lend(
        _ binding: ResolvedBinding, _ reach: Reach, isService: Bool, context: QueryContext
    ) -> Lent {
        let rule = isService || rule?.constant == true ? nil : rule
        let caller = rule.map { _ in callerKey(context) }
        let judge = rule.flatMap { rule in
            caller.map {
                rules.take($0) {
                    Judge(CompiledPredicate(rule), context: context, memory: memory)
                }
            }
        }
        let filter = binding.filter.map { filter in
            filters.take(filter.text) { Judge(filter.predicate, context: context) }
        }
        let projection = projections.take(binding.projection) {
            Projection(model, binding.projection)
        }
        return Lent(
            filter: filter, rule: judge, projection: projection, reach: reach,
            loans: Loans(
                filter: binding.filter?.text, caller: caller, projection: binding.projection))
    }

    /// Memory for a rule that looks at other models and not at the clock.
    private var memory: DecisionMemory? {
        guard let inputs, !inputs.models.isEmpty, !inputs.readsTime, let dependencies else {
            return nil
        }
        return DecisionMemory(columns: inputs.columns.sorted(), dependencies: dependencies)
    }
}
