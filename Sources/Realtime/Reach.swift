import Expressions
import Schema
import Store
import Values

/// Which rows a binding can be for, as far as an index can tell.
struct Reach {
    /// A column and the only values of it that can match.
    struct Key: Hashable {
        let column: Int
        /// Different ones, and not null.
        let values: [Value]
    }

    /// Where the listener lies in the value index; nil if any row may concern it.
    let key: Key?
    /// Keeps the values of a key in the index, if there are several.
    let hold: ListHold?
    /// Whether every row that is found by the key passes the filter.
    let isFilterDecided: Bool
    /// Whether the filter must be asked about rows for which that is too dear to be done for
    /// everybody: those that no key finds, and those whose filter is not simple.
    let isUnindexed: Bool
}

extension ModelFeed {
    /// The reach of a binding under some claims. Nil if no row can ever pass: such a listener need
    /// not exist. A claim that names one person is the best key, then a constant of the filter,
    /// then the shortest list of constants, which is entered into the index if it is not there.
    func reach(of binding: ResolvedBinding, isService: Bool, context: QueryContext) -> Reach? {
        if !isService, rule?.constant == false || rule == nil { return nil }
        var person: Reach.Key?
        for term in isService ? [] : rule?.conjuncts ?? [] {
            guard let equality = term.equality, case .claim(let slot) = equality.side,
                slot != .now
            else { continue }
            let value = context[slot]
            if value == .null { return nil }
            guard slot == .userID || slot == .email, model.isExact(equality.column) else {
                continue
            }
            person = person ?? Reach.Key(column: equality.column, values: [value])
        }
        guard let filter = binding.filter else {
            return Reach(key: person, hold: nil, isFilterDecided: false, isUnindexed: false)
        }
        let constant = filter.keys.filter(hasRoom(for:)).min { $0.values.count < $1.values.count }
        let key = person ?? constant
        let isDecided = person == nil && constant != nil && filter.isDecidedByKey
        let isCheap = isDecided || (key != nil && filter.predicate.isSimple)
        return Reach(
            key: key, hold: key.flatMap { $0.values.count > 1 ? lists.hold($0) : nil },
            isFilterDecided: isDecided, isUnindexed: !isCheap)
    }

    /// Whether the index has room for a key. Lists may fill it: memory is bounded. Some that nobody
    /// holds give way, which takes about as long as it takes to enter the key.
    private func hasRoom(for key: Reach.Key) -> Bool {
        let count = key.values.count
        if count == 1 || lists.contains(key) { return true }
        let (former, max) = (lists.entryCount, RealtimeLimits.indexedValues - count)
        while indexedCount > max, former - lists.entryCount < count, !lists.isSettled {
            lists.takeOutNext()
        }
        return indexedCount <= max
    }
}
