import Addresses

/// How much of something scarce is in use, in all, by each of those who share it, and by all of
/// each site (``ShareBounds``).
public struct Shares<Key: Sited>: Sendable {
    private var ofKeys = Tally<Key>()
    private var ofSites = Tally<AddressBlock>()

    /// Nothing is in use yet.
    public init() {}

    /// What is in use.
    public var total: Int { ofKeys.total }

    /// How much one has taken.
    public func count(of key: Key) -> Int { ofKeys.count(of: key) }

    /// What is in use as one asks for more.
    public func use(by key: Key) -> ShareUse {
        ShareUse(
            total: total, each: count(of: key), site: key.knownSite.map { ofSites.count(of: $0) })
    }

    /// Takes some, however much is in use.
    ///
    /// - Parameter key: Who takes it; nil where nobody knows, and it counts in all alone.
    public mutating func add(_ count: Int = 1, for key: Key?) {
        ofKeys.add(count, for: key)
        if let site = key?.knownSite { ofSites.add(count, for: site) }
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
        let before = total
        ofKeys.giveBack(count, from: key)
        if let site = key?.knownSite { ofSites.giveBack(before - total, from: site) }
    }
}
