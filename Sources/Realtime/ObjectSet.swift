/// Listeners in no order: one is added and taken out in the same time, however many there are.
struct ListenerSet {
    /// The listeners.
    private(set) var listeners: ContiguousArray<Listener> = []
    /// Where each of many is; empty while there are few, as under most values.
    private var places: [ObjectIdentifier: Int] = [:]

    /// Listeners that are found by looking at each.
    private static let fewMax = 16

    var isEmpty: Bool { listeners.isEmpty }

    /// Adds a listener that is not here.
    mutating func insert(_ listener: Listener) {
        listeners.append(listener)
        if !places.isEmpty {
            places[ObjectIdentifier(listener)] = listeners.count - 1
        } else if listeners.count > Self.fewMax {
            for (place, listener) in listeners.enumerated() {
                places[ObjectIdentifier(listener)] = place
            }
        }
    }

    /// Takes a listener out; the last one moves to its place.
    mutating func remove(_ listener: Listener) {
        let place =
            places.isEmpty
            ? listeners.firstIndex { $0 === listener }
            : places.removeValue(forKey: ObjectIdentifier(listener))
        guard let place, let last = listeners.popLast(), last !== listener else { return }
        listeners[place] = last
        if !places.isEmpty { places[ObjectIdentifier(last)] = place }
    }
}
