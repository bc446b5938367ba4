/// Items that were asked for lately, within a bound: in two generations, of which the younger one
/// becomes the older when it is full. What nobody has asked for since then is forgotten.
public struct RecentItems<Key: Hashable, Item> {
    private struct Kept {
        let item: Item
        let cost: Int
    }

    private let costMax: Int
    private let countMax: Int
    private var young: [Key: Kept] = [:]
    private var old: [Key: Kept] = [:]
    /// What the younger ones cost.
    private var cost = 0

    /// Nothing yet.
    ///
    /// - Parameters:
    ///   - costMax: What all may cost together, in whatever unit their owner counts in.
    ///   - countMax: How many there may be.
    public init(costMax: Int, countMax: Int = .max) {
        self.costMax = costMax
        self.countMax = countMax
    }

    /// The item of a key, if it is kept.
    public mutating func item(for key: Key) -> Item? {
        if let kept = young[key] { return kept.item }
        guard let kept = old[key] else { return nil }
        insert(kept, for: key)
        return kept.item
    }

    /// Keeps an item that was not known, unless it would take the place of many: an eighth of all.
    public mutating func insert(_ item: Item, for key: Key, cost: Int) {
        guard cost <= costMax / 8 else { return }
        insert(Kept(item: item, cost: cost), for: key)
    }

    private mutating func insert(_ kept: Kept, for key: Key) {
        if young.count >= countMax / 2 || cost + kept.cost > costMax / 2 {
            old = young
            young = [:]
            cost = 0
        }
        young[key] = kept
        cost += kept.cost
    }
}
