/// What callers hold of something scarce, or wait with for it: each caller's in the order in which
/// it came. Where all is taken, the last of whoever has most gives way.
public struct CallerPlaces<ID: Equatable, Element> {
    private var lines: [Caller: [(id: ID, element: Element)]] = [:]
    /// What is held, by all together.
    public private(set) var total = 0

    /// Nobody holds anything yet.
    public init() {}

    /// How much a caller holds.
    public func count(of caller: Caller) -> Int { lines[caller]?.count ?? 0 }

    /// Adds something behind all else of its caller's.
    ///
    /// - Parameter id: What it is removed by: unlike those of all else that the caller holds.
    public mutating func append(_ element: Element, id: ID, of caller: Caller) {
        lines[caller, default: []].append((id, element))
        total += 1
    }

    /// Removes something; does nothing where the caller does not hold it any more.
    public mutating func remove(_ id: ID, of caller: Caller) {
        guard let index = lines[caller]?.firstIndex(where: { $0.id == id }) else { return }
        remove(at: index, of: caller)
    }

    /// Removes the last of whoever holds most, for a newcomer. Nobody gives way who would have no
    /// more than the newcomer then: they would take turns at it. Nor do the server's own.
    ///
    /// - Parameter count: How much the newcomer holds, with what has come.
    /// - Returns: nil where nobody gives way.
    public mutating func displace(forHolderOf count: Int) -> Element? {
        let most = lines.lazy.filter { $0.key != .server }.max { $0.value.count < $1.value.count }
        guard let most, most.value.count > count else { return nil }
        return remove(at: most.value.count - 1, of: most.key)
    }

    @discardableResult
    private mutating func remove(at index: Int, of caller: Caller) -> Element? {
        total -= 1
        let removed = lines[caller]?.remove(at: index)
        if lines[caller]?.isEmpty == true { lines[caller] = nil }
        return removed?.element
    }
}

extension CallerPlaces: Sendable where ID: Sendable, Element: Sendable {}
