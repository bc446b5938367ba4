/// What waits in the order in which it came. An element that is taken is let go of at once: it may
/// hold a request with all its rows. Adding and taking cost a constant, on the whole.
public struct FIFO<Element> {
    private var incoming: [Element] = []
    /// Those that came first, the next one last.
    private var outgoing: [Element] = []

    /// Nothing waits.
    public init() {}

    var count: Int { incoming.count + outgoing.count }
    /// Whether nothing waits.
    public var isEmpty: Bool { incoming.isEmpty && outgoing.isEmpty }

    func forEach(_ body: (Element) -> Void) {
        outgoing.reversed().forEach(body)
        incoming.forEach(body)
    }

    func contains(where isWanted: (Element) -> Bool) -> Bool {
        outgoing.contains(where: isWanted) || incoming.contains(where: isWanted)
    }

    /// The one that came last.
    var last: Element? { incoming.last ?? outgoing.first }

    /// Adds an element behind all others.
    public mutating func append(_ element: Element) { incoming.append(element) }

    /// Takes the element that came first; nil when nothing waits.
    public mutating func popFirst() -> Element? {
        if outgoing.isEmpty {
            outgoing = incoming.reversed()
            incoming = []
        }
        return outgoing.popLast()
    }

    /// Takes the first one that a predicate is true of.
    mutating func popFirst(where isWanted: (Element) -> Bool) -> Element? {
        if let index = outgoing.lastIndex(where: isWanted) { return outgoing.remove(at: index) }
        return incoming.firstIndex(where: isWanted).map { incoming.remove(at: $0) }
    }

    /// Takes out the one that came last.
    mutating func popLast() -> Element? {
        if let last = incoming.popLast() { return last }
        return outgoing.isEmpty ? nil : outgoing.removeFirst()
    }

    /// Takes out what a predicate is true of; how many those were.
    mutating func removeAll(where isGone: (Element) -> Bool) -> Int {
        let before = count
        incoming.removeAll(where: isGone)
        outgoing.removeAll(where: isGone)
        return before - count
    }
}

extension FIFO: Sendable where Element: Sendable {}
