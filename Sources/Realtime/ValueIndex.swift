import Store
import Values

/// The listeners of one model for one kind of change. Listeners that can only match rows with one
/// value in one column lie under that value and are not touched by other rows.
struct ValueIndex {
    private struct KeyedColumn {
        let column: Int
        var listeners: [Value: ContiguousArray<Listener>]
    }

    /// Listeners that any row may concern.
    private var unkeyed: ContiguousArray<Listener> = []
    private var keyed: [KeyedColumn] = []

    /// Whether nobody listens.
    var isEmpty: Bool { unkeyed.isEmpty && keyed.isEmpty }

    /// Adds a listener under its key.
    mutating func insert(_ listener: Listener) {
        guard let key = listener.key else {
            unkeyed.append(listener)
            return
        }
        let position = keyed.firstIndex { $0.column == key.column }
        if let position {
            keyed[position].listeners[key.value, default: []].append(listener)
        } else {
            keyed.append(KeyedColumn(column: key.column, listeners: [key.value: [listener]]))
        }
    }

    /// Takes a listener out. O(listeners under the same key).
    mutating func remove(_ listener: Listener) {
        guard let key = listener.key else {
            unkeyed.removeAll { $0 === listener }
            return
        }
        guard let position = keyed.firstIndex(where: { $0.column == key.column }) else { return }
        keyed[position].listeners[key.value]?.removeAll { $0 === listener }
        if keyed[position].listeners[key.value]?.isEmpty == true {
            keyed[position].listeners[key.value] = nil
        }
        if keyed[position].listeners.isEmpty { keyed.remove(at: position) }
    }

    /// Appends the listeners that a row may concern.
    func collect(_ values: [Value], into found: inout ContiguousArray<Listener>) {
        found.append(contentsOf: unkeyed)
        for index in keyed where index.column < values.count {
            guard let listeners = index.listeners[values[index.column]] else { continue }
            found.append(contentsOf: listeners)
        }
    }
}
