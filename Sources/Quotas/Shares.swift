/// How much of something scarce is in use, in all and by each of those who share it: several must
/// be greedy before others are refused. Nobody is kept who has nothing.
public struct Shares<Key: Hashable & Sendable>: Sendable {
    /// What is in use.
    public private(set) var total = 0
    private var byKey: [Key: Int] = [:]

    /// Nothing is in use yet.
    public init() {}

    /// How much one has taken.
    public func count(of key: Key) -> Int { byKey[key, default: 0] }

    /// Takes some, however much is in use.
    ///
    /// - Parameter key: Who takes it; nil where nobody knows, and it counts in all alone.
    public mutating func add(_ count: Int = 1, for key: Key?) {
        total += count
        if let key { byKey[key, default: 0] += count }
    }

    /// Takes some, if it is there.
    ///
    /// - Parameters:
    ///   - key: Who takes it; nil where nobody knows, and no share bounds it.
    ///   - totalMax: The most that may be in use.
    ///   - eachMax: The most that one may have.
    /// - Returns: Nil, or what there is not enough of: nothing has been taken then.
    public mutating func take(
        _ count: Int = 1, for key: Key?, totalMax: Int = .max, eachMax: Int = .max
    ) -> ShareShortage? {
        if let shortage = shortage(count, for: key, totalMax: totalMax, eachMax: eachMax) {
            return shortage
        }
        add(count, for: key)
        return nil
    }

    /// What there would not be enough of if one took some now; nil if there is enough.
    public func shortage(
        _ count: Int = 1, for key: Key?, totalMax: Int = .max, eachMax: Int = .max
    ) -> ShareShortage? {
        if let key, count > eachMax - self.count(of: key) { return .ofShare }
        return count > totalMax - total ? .inAll : nil
    }

    /// Gives back what has been taken, by the same key.
    public mutating func giveBack(_ count: Int = 1, from key: Key?) {
        guard let key else { return total -= count }
        guard let share = byKey[key] else { return }
        total -= min(count, share)
        byKey[key] = share > count ? share - count : nil
    }
}

/// What there is not enough of.
public enum ShareShortage: Error, Hashable, Sendable {
    /// One has as much as one may have, which is said first: that one can do something about it.
    case ofShare
    /// All of it is in use.
    case inAll
}
