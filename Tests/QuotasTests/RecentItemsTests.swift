import Quotas
import Testing

@Suite struct RecentItemsTests {
    /// How many of a thousand items are kept that cost so much each.
    private func kept(costing cost: Int, costMax: Int, countMax: Int) -> Int {
        var items = RecentItems<Int, Int>(costMax: costMax, countMax: countMax)
        for number in 0..<1_000 { items.insert(number, for: number, cost: cost) }
        return (0..<1_000).count { number in
            var copy = items
            return copy.item(for: number) == number
        }
    }

    @Test(arguments: [
        (cost: 1, costMax: 100, countMax: .max, kept: 50...100), (12, 100, .max, 4...8),
        (1, 10_000, 20, 10...20), (13, 100, .max, 0...0),
    ])
    func `so many are kept as there is room for, and none that takes the place of many`(
        cost: Int, costMax: Int, countMax: Int, kept: ClosedRange<Int>
    ) {
        #expect(kept.contains(self.kept(costing: cost, costMax: costMax, countMax: countMax)))
    }

    @Test func `one that is asked for stays`() {
        var items = RecentItems<Int, String>(costMax: 100)
        items.insert("asked for", for: -1, cost: 5)
        for number in 0..<1_000 {
            #expect(items.item(for: -1) == "asked for")
            #expect(items.item(for: number) == nil)
            items.insert("other", for: number, cost: 5)
        }
    }
}
