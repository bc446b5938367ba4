/// First in, first out, in one array. Elements keep their index for life.
struct Queue<Element> {
    private var storage: [Element] = []
    /// Elements at the front of the array that are gone.
    private var head = 0
    /// The index of the first element.
    private(set) var startIndex = 0

    var isEmpty: Bool { head == storage.count }
    var count: Int { storage.count - head }
    /// The index of the next element to come.
    var endIndex: Int { startIndex + count }
    var first: Element? { isEmpty ? nil : storage[head] }
    var last: Element? { isEmpty ? nil : storage[storage.count - 1] }

    subscript(index: Int) -> Element {
        get { storage[head + index - startIndex] }
        set { storage[head + index - startIndex] = newValue }
        _modify { yield &storage[head + index - startIndex] }
    }

    mutating func append(_ element: Element) { storage.append(element) }

    mutating func popFirst() -> Element? {
        guard let first else { return nil }
        release(upTo: startIndex + 1)
        return first
    }

    /// Drops what comes from an index on.
    mutating func truncate(to index: Int) {
        guard index < endIndex else { return }
        storage.removeLast(endIndex - max(index, startIndex))
    }

    /// Drops what comes before an index.
    mutating func release(upTo index: Int) {
        guard index > startIndex else { return }
        head += min(index, endIndex) - startIndex
        startIndex = index
        if head == storage.count {
            storage.removeAll(keepingCapacity: true)
            head = 0
        } else if head >= 64, head > storage.count / 2 {
            storage.removeFirst(head)
            head = 0
        }
    }
}
