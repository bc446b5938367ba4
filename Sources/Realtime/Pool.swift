/// Objects shared by equal key for as long as somebody uses them.
struct Pool<Key: Hashable, Item: AnyObject> {
    private var items: [Key: (item: Item, uses: Int)] = [:]

    /// How many different items are in use.
    var count: Int { items.count }

    /// The item of a key, made if nobody uses it yet. Each `take` is balanced by one `release`.
    mutating func take(_ key: Key, make: () -> Item) -> Item {
        if let entry = items[key] {
            items[key] = (entry.item, entry.uses + 1)
            return entry.item
        }
        let item = make()
        items[key] = (item, 1)
        return item
    }

    /// Ends one use.
    mutating func release(_ key: Key) {
        guard let entry = items[key] else { return }
        items[key] = entry.uses > 1 ? (entry.item, entry.uses - 1) : nil
    }
}
