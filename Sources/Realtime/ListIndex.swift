import Quotas
import Store
import Values

/// The lists of values that listeners of one model lie under. A list is entered while the binding
/// that names it is judged, and stays as long as somebody holds it: listeners come, go and change
/// whom they speak for without a look at its values. One that nobody holds any more is taken out
/// later, list by list.
final class ListIndex {
    private struct Place: Hashable {
        let column: Int
        let value: Value
    }

    /// Those that are in the index, held or not.
    private var lists: [Reach.Key: IndexedList] = [:]
    /// The lists under each value, in many parts: one that grows has all its places moved at once.
    private var parts: [[Place: ObjectSet<IndexedList>]]
    /// How many lists are of each column.
    private var columns: [Int: Int] = [:]
    /// Those that nobody held for a while.
    private var unused = FIFO<IndexedList>()
    /// Values of all lists together.
    private(set) var entryCount = 0
    /// Called when there is something for ``takeOutNext()``.
    var whenUnused: () -> Void = {}

    /// No lists.
    init() { parts = Array(repeating: [:], count: RealtimeLimits.listIndexParts) }

    /// Whether nothing is to be taken out.
    var isSettled: Bool { unused.isEmpty }

    /// Whether a list is in the index.
    func contains(_ key: Reach.Key) -> Bool { lists[key] != nil }

    /// Holds a list, which is entered if it is not there.
    func hold(_ key: Reach.Key) -> ListHold {
        if let known = lists[key] { return ListHold(known, in: self) }
        let list = IndexedList(key)
        lists[key] = list
        for value in key.values { insert(list, under: value) }
        columns[key.column, default: 0] += 1
        entryCount += key.values.count
        return ListHold(list, in: self)
    }

    /// Nobody holds a list any more.
    fileprivate func release(_ list: IndexedList) {
        guard !list.isWaiting else { return }
        list.isWaiting = true
        unused.append(list)
        whenUnused()
    }

    /// Takes a list out that nobody holds; the caller sees to it that there is one.
    func takeOutNext() {
        guard let list = unused.popFirst() else { return }
        list.isWaiting = false
        guard list.holds == 0 else { return }
        lists[list.key] = nil
        for value in list.key.values { remove(list, under: value) }
        let count = columns[list.key.column].map { $0 - 1 }
        columns[list.key.column] = count == 0 ? nil : count
        entryCount -= list.key.values.count
    }

    /// Appends the listeners that want a kind of change and that a row may concern; each once,
    /// since a row has one value of a column and a listener one list.
    func collect(
        _ operation: Change.Operation, _ values: [Value],
        into found: inout ContiguousArray<Listener>
    ) {
        for column in columns.keys where column < values.count {
            let place = Place(column: column, value: values[column])
            guard let set = parts[part(of: place)][place] else { continue }
            for list in set.elements {
                for listener in list.listeners.elements where listener.wants(operation) {
                    found.append(listener)
                }
            }
        }
    }

    private func insert(_ list: IndexedList, under value: Value) {
        let place = Place(column: list.key.column, value: value)
        parts[part(of: place)][place, default: ObjectSet()].insert(list)
    }

    private func remove(_ list: IndexedList, under value: Value) {
        let place = Place(column: list.key.column, value: value)
        let part = part(of: place)
        parts[part][place]?.remove(list)
        if parts[part][place]?.isEmpty == true { parts[part][place] = nil }
    }

    private func part(of place: Place) -> Int {
        Int(UInt(bitPattern: place.hashValue) % UInt(parts.count))
    }
}

/// One list in the index of a model.
final class IndexedList {
    let key: Reach.Key
    /// Whom rows with one of its values may concern.
    var listeners = ObjectSet<Listener>()
    /// How many hold it.
    fileprivate(set) var holds = 0
    /// Whether it is among those that may be taken out.
    fileprivate var isWaiting = false

    fileprivate init(_ key: Reach.Key) { self.key = key }
}

/// Keeps a list in the index of a model as long as it is there itself: with a binding that has been
/// judged, then with its listener.
final class ListHold {
    let list: IndexedList
    private let index: ListIndex

    fileprivate init(_ list: IndexedList, in index: ListIndex) {
        self.list = list
        self.index = index
        list.holds += 1
    }

    deinit {
        list.holds -= 1
        if list.holds == 0 { index.release(list) }
    }
}
