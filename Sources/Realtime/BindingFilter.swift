import Expressions
import Schema
import Store
import Values

/// The filter of a binding, judged against its model, with all that follows from its text alone:
/// the same for everybody who asks for it.
final class BindingFilter {
    let text: ExactText
    let predicate: CompiledPredicate
    /// The columns and values that rows must have to pass, of each condition that names them.
    let keys: [Reach.Key]
    /// Whether having the values of a key is passing.
    let isDecidedByKey: Bool

    init(_ text: ExactText, _ predicate: Predicate) {
        self.text = text
        self.predicate = CompiledPredicate(predicate)
        let conditions = predicate.conjuncts
        keys = conditions.compactMap(Reach.Key.init)
        isDecidedByKey = conditions.count == 1
    }
}

extension Reach.Key {
    /// What a condition says of the rows that meet it; nil if no index can look them up.
    fileprivate init?(_ condition: Predicate) {
        if let equality = condition.equality {
            guard case .constant(let value) = equality.side, value != .null else { return nil }
            self.init(column: equality.column, values: [value], in: condition.model)
        } else if let membership = condition.membership {
            // In their order: equal lists have equal keys.
            var known: Set<Value> = [.null]
            let values = membership.values.filter { known.insert($0).inserted }
            self.init(column: membership.column, values: values, in: condition.model)
        } else {
            return nil
        }
    }

    private init?(column: Int, values: [Value], in model: Model) {
        guard !values.isEmpty, model.isExact(column) else { return nil }
        self.init(column: column, values: values)
    }
}

extension Model {
    /// Whether equality in SQL is equality of stored values for a column's type.
    func isExact(_ column: Int) -> Bool { columns[column].type.traits.isEqualAsStored }
}
