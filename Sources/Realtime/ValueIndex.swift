import Store
import Values

/// The listeners of one model for one kind of change. Listeners that can only match rows with some
/// values in one column lie under each of those and are not touched by other rows.
struct ValueIndex {
    private struct KeyedColumn {
        let column: Int
        var listeners: [Value: ListenerSet]
    }

    /// Listeners that any row may concern.
    private var unkeyed = ListenerSet()
    private var keyed: [KeyedColumn] = []
    /// Places under values, of all listeners together.
    private(set) var entryCount = 0

    /// Whether nobody listens.
    var isEmpty: Bool { unkeyed.isEmpty && keyed.isEmpty }

    /// Adds a listener under each value of its key.
    mutating func insert(_ listener: Listener) {
        guard let key = listener.key else { return unkeyed.insert(listener) }
        let known = keyed.firstIndex { $0.column == key.column }
        let position = known ?? keyed.count
        if known == nil { keyed.append(KeyedColumn(column: key.column, listeners: [:])) }
        for value in key.values {
            keyed[position].listeners[value, default: ListenerSet()].insert(listener)
        }
        entryCount += key.values.count
    }

    /// Takes a listener out.
    mutating func remove(_ listener: Listener) {
        guard let key = listener.key else { return unkeyed.remove(listener) }
        guard let position = keyed.firstIndex(where: { $0.column == key.column }) else { return }
        for value in key.values {
            keyed[position].listeners[value]?.remove(listener)
            if keyed[position].listeners[value]?.isEmpty == true {
                keyed[position].listeners[value] = nil
            }
        }
        entryCount -= key.values.count
        if keyed[position].listeners.isEmpty { keyed.remove(at: position) }
    }

    /// Appends the listeners that a row may concern; each once, since a row has one value of a
    /// column and a listener one column.
    func collect(_ values: [Value], into found: inout ContiguousArray<Listener>) {
        found.append(contentsOf: unkeyed.listeners)
        for index in keyed where index.column < values.count {
            guard let set = index.listeners[values[index.column]] else { continue }
            found.append(contentsOf: set.listeners)
        }
    }
}
