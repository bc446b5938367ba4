/// How much of something is in use, in all and by each of those who have it. Nobody is kept who has
/// nothing.
public struct Tally<Key: Hashable & Sendable>: Sendable {
    /// What is in use.
    public private(set) var total = 0
    private var counts: [Key: Int] = [:]

    /// Nothing is in use yet.
    public init() {}

    /// How much one has taken.
    public func count(of key: Key) -> Int { counts[key, default: 0] }

    /// Counts what is taken.
    ///
    /// - Parameter key: Who takes it; nil where nobody knows, and it counts in all alone.
    public mutating func add(_ count: Int = 1, for key: Key?) {
        total += count
        if let key { counts[key, default: 0] += count }
    }

    /// Counts one more of a key that has fewer than so many.
    ///
    /// - Returns: whether it does.
    public mutating func take(for key: Key, upTo max: Int) -> Bool {
        guard count(of: key) < max else { return false }
        add(for: key)
        return true
    }

    /// Counts what is given back, by the same key: no more than it has taken.
    public mutating func giveBack(_ count: Int = 1, from key: Key?) {
        guard let key else { return total -= count }
        guard let share = counts[key] else { return }
        total -= min(count, share)
        counts[key] = share > count ? share - count : nil
    }
}
