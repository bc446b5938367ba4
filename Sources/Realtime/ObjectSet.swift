/// Objects in no order: one is added and taken out in the same time, however many there are.
struct ObjectSet<Element: AnyObject> {
    /// The objects.
    private(set) var elements: ContiguousArray<Element> = []
    /// Where each of many is; empty while there are few, as under most values.
    private var places: [ObjectIdentifier: Int] = [:]

    /// Objects of which one is found by looking at each.
    private static var fewMax: Int { 16 }

    var isEmpty: Bool { elements.isEmpty }

    /// Adds an object that is not here.
    mutating func insert(_ element: Element) {
        elements.append(element)
        if !places.isEmpty {
            places[ObjectIdentifier(element)] = elements.count - 1
        } else if elements.count > Self.fewMax {
            for (place, element) in elements.enumerated() {
                places[ObjectIdentifier(element)] = place
            }
        }
    }

    /// Takes an object out; the last one moves to its place.
    mutating func remove(_ element: Element) {
        let place =
            places.isEmpty
            ? elements.firstIndex { $0 === element }
            : places.removeValue(forKey: ObjectIdentifier(element))
        guard let place, let last = elements.popLast(), last !== element else { return }
        elements[place] = last
        if !places.isEmpty { places[ObjectIdentifier(last)] = place }
    }
}
