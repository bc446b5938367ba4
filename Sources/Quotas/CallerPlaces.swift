import Addresses

/// What callers hold of something scarce, or wait with for it: each caller's in the order in which
/// it came. Where all is taken, the last of whoever has most gives way.
public struct CallerPlaces<ID: Equatable, Element> {
    private var lines: [Caller: [(id: ID, element: Element)]] = [:]
    private var shares = Shares<Caller>()

    /// Nobody holds anything yet.
    public init() {}

    /// What is held, by all together.
    public var total: Int { shares.total }

    /// What is held as a caller comes with more.
    public func use(by caller: Caller) -> ShareUse { shares.use(by: caller) }

    /// Adds something behind all else of its caller's.
    ///
    /// - Parameter id: What it is removed by: unlike those of all else that the caller holds.
    public mutating func append(_ element: Element, id: ID, of caller: Caller) {
        lines[caller, default: []].append((id, element))
        shares.add(for: caller)
    }

    /// Removes something; does nothing where the caller does not hold it any more.
    public mutating func remove(_ id: ID, of caller: Caller) {
        guard let index = lines[caller]?.firstIndex(where: { $0.id == id }) else { return }
        remove(at: index, of: caller)
    }

    /// Removes the last of whoever holds most at the site that holds most, for a newcomer. No site
    /// gives way that would have no more than the newcomer's then, and nobody at that who would
    /// have no more than the newcomer: they would take turns at it. Nor do the server's own.
    ///
    /// - Parameter more: How much the newcomer comes with that has not been added.
    /// - Returns: nil where nobody gives way.
    public mutating func displace(for newcomer: Caller, with more: Int) -> Element? {
        let holders = lines.keys.filter { $0 != .server }
        var bySite: [AddressBlock?: Int] = [:]
        for holder in holders { bySite[holder.knownSite, default: 0] += shares.count(of: holder) }
        var (site, most) = (newcomer.knownSite, shares.count(of: newcomer) + more)
        if let greedy = bySite.max(by: { $0.value < $1.value }), greedy.key != site,
            greedy.value > bySite[site, default: 0] + more
        {
            (site, most) = (greedy.key, 0)
        }
        let holder = holders.filter { $0.knownSite == site }.max { shares.count(of: $0) < shares.count(of: $1) }
        guard let holder, shares.count(of: holder) > most else { return nil }
        return remove(at: shares.count(of: holder) - 1, of: holder)
    }

    @discardableResult
    private mutating func remove(at index: Int, of caller: Caller) -> Element? {
        shares.giveBack(from: caller)
        let removed = lines[caller]?.remove(at: index)
        if lines[caller]?.isEmpty == true { lines[caller] = nil }
        return removed?.element
    }
}

extension CallerPlaces: Sendable where ID: Sendable, Element: Sendable {}
