import Addresses

/// How much of something scarce is in use, in all, by each of those who share it, and by all of
/// each site (``ShareBounds``). Nobody is kept who has nothing.
public struct Shares<Key: Sited>: Sendable {
    /// What is in use.
    public private(set) var total = 0
    private var byKey: [Key: Int] = [:]
    private var bySite: [AddressBlock: Int] = [:]

    /// Nothing is in use yet.
    public init() {}

    /// How much one has taken.
    public func count(of key: Key) -> Int { byKey[key, default: 0] }

    /// What is in use as one asks for more.
    public func use(by key: Key) -> ShareUse {
        ShareUse(
            total: total, each: count(of: key), site: key.knownSite.map { bySite[$0, default: 0] })
    }

    /// Takes some, however much is in use.
    ///
    /// - Parameter key: Who takes it; nil where nobody knows, and it counts in all alone.
    public mutating func add(_ count: Int = 1, for key: Key?) {
        total += count
        guard let key else { return }
        byKey[key, default: 0] += count
        if let site = key.knownSite { bySite[site, default: 0] += count }
    }

    /// Takes some, if it is there.
    ///
    /// - Parameters:
    ///   - key: Who takes it; nil where nobody knows, and no share bounds it.
    ///   - bounds: How much there may be.
    /// - Returns: Nil, or what there is not enough of: nothing has been taken then.
    public mutating func take(
        _ count: Int = 1, for key: Key?, within bounds: ShareBounds
    ) -> ShareShortage? {
        if let shortage = shortage(count, for: key, within: bounds) { return shortage }
        add(count, for: key)
        return nil
    }

    /// What there would not be enough of if one took some now; nil if there is enough.
    public func shortage(
        _ count: Int = 1, for key: Key?, within bounds: ShareBounds
    ) -> ShareShortage? {
        if let key { return bounds.shortage(count, beside: use(by: key)) }
        return count > bounds.total - total ? .inAll : nil
    }

    /// Gives back what has been taken, by the same key.
    public mutating func giveBack(_ count: Int = 1, from key: Key?) {
        guard let key else { return total -= count }
        guard let share = byKey[key] else { return }
        let count = min(count, share)
        total -= count
        byKey[key] = share > count ? share - count : nil
        guard let site = key.knownSite, let ofSite = bySite[site] else { return }
        bySite[site] = ofSite > count ? ofSite - count : nil
    }
}
