import Store
import Values

/// The listeners of one model for one kind of change. Listeners that can only match rows with one
/// value in one column lie under that and are not touched by other rows. Those of several values
/// are counted here, and found by ``ListIndex``.
struct ValueIndex {
    private struct KeyedColumn {
        let column: Int
        var listeners: [Value: ObjectSet<Listener>]
    }

    /// Listeners that any row may concern.
    private var unkeyed = ObjectSet<Listener>()
    private var keyed: [KeyedColumn] = []
    /// Places under values, of all listeners together.
    private(set) var entryCount = 0
    private var listedCount = 0

    /// Whether nobody listens.
    var isEmpty: Bool { unkeyed.isEmpty && keyed.isEmpty && listedCount == 0 }

    /// Adds a listener under the value of its key.
    mutating func insert(_ listener: Listener) {
        guard listener.hold == nil else {
            listedCount += 1
            return
        }
        guard let key = listener.key else { return unkeyed.insert(listener) }
        let known = keyed.firstIndex { $0.column == key.column }
        let position = known ?? keyed.count
        if known == nil { keyed.append(KeyedColumn(column: key.column, listeners: [:])) }
        for value in key.values {
            keyed[position].listeners[value, default: ObjectSet()].insert(listener)
        }
        entryCount += key.values.count
    }

    /// Takes a listener out.
    mutating func remove(_ listener: Listener) {
        guard listener.hold == nil else {
            listedCount -= 1
            return
        }
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
        found.append(contentsOf: unkeyed.elements)
        for index in keyed where index.column < values.count {
            guard let set = index.listeners[values[index.column]] else { continue }
            found.append(contentsOf: set.elements)
        }
    }
}
