import Testing

@testable import StorePostgres

@Suite struct FeedCursorTests {
    /// Three servers after one another: b took over from a at 100, c from b at 150.
    static let history: FeedHistory = {
        var history = FeedHistory()
        history.add(epoch: "a", 1, after: nil, end: 0)
        history.add(epoch: "b", 2, after: "a", end: 100)
        history.add(epoch: "c", 3, after: "b", end: 150)
        history.add(trimmed: "posts", upTo: 60)
        history.add(trimmed: "old", upTo: 120)
        history.set(head: 200)
        return history
    }()

    static let cases: [(epoch: String, sequence: Int64, models: [String], reset: FeedHistory.Reset?)] = [
        ("c", 200, ["posts"], nil), ("c", 201, ["posts"], .ahead), ("c", 60, ["posts"], nil),
        ("c", 59, ["posts"], .trimmed), ("c", 59, ["other"], nil), ("c", 59, [], nil),
        ("c", 119, ["posts", "old"], .trimmed), ("c", 120, ["posts", "old"], nil),
        ("b", 150, ["posts"], nil), ("b", 151, ["posts"], .epoch), ("a", 100, ["posts"], nil),
        ("a", 101, ["posts"], .epoch), ("a", 59, ["posts"], .trimmed), ("x", 1, ["posts"], .epoch),
    ]

    @Test(arguments: cases.indices)
    func `an epoch's cursors are good as far as it was copied`(index: Int) {
        let (epoch, sequence, models, reset) = Self.cases[index]
        let cursor = FeedCursor(epoch: epoch, sequence: sequence)
        #expect(Self.history.reset(for: cursor, models: models) == reset, "\(cursor)")
        #expect(Self.history.epoch == "c")
    }

    @Test func `of a chain of failovers the shortest copy counts`() {
        var history = FeedHistory()
        history.add(epoch: "a", 1, after: nil, end: 0)
        history.add(epoch: "b", 2, after: "a", end: 100)
        // The server that took over from b had less than b had when it took over from a.
        history.add(epoch: "c", 3, after: "b", end: 90)
        history.set(head: 500)
        #expect(history.reset(for: FeedCursor(epoch: "a", sequence: 90), models: []) == nil)
        #expect(history.reset(for: FeedCursor(epoch: "a", sequence: 95), models: []) == .epoch)
    }

    @Test func `a damaged chain ends`() {
        var history = FeedHistory()
        history.add(epoch: "a", 1, after: "b", end: 5)
        history.add(epoch: "b", 2, after: "a", end: 5)
        history.set(head: 9)
        #expect(history.reset(for: FeedCursor(epoch: "x", sequence: 1), models: []) == .epoch)
    }
}
