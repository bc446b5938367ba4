import Diagnostics
import PostgresWire
import Testing

@testable import StorePostgres

@Suite struct FeedCursorTests {
    @Test(arguments: [
        "k3Jf9a2Qx01.18234", "a.0", "a-_Z9.9223372036854775807", "e.5~700:700:",
        "e.5~700:705:701,703",
    ])
    func `a cursor is read as it is written`(text: String) throws {
        #expect(try #require(FeedCursor(text)).text == text)
    }

    @Test(arguments: [
        "", ".", "a", "a.", ".5", "a.-1", "a.+1", "a.01", "a.1 ", "a b.1", "a.1.2", "a.x", "é.1",
        "a.9223372036854775808", "a.1~", "a.1~1:2", "a.1~2:1:", "a.1~1:2:3", "a.1~1:5:3,2",
        "a.1~1:5:,", "a.1~1:5:2,", "a.1~01:5:", "a.1~0:5:", "a.1~1:2:~",
    ])
    func `what is no cursor is refused`(text: String) {
        #expect(FeedCursor(text) == nil)
    }

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

    static let cases: [(cursor: String, models: [String], reset: FeedHistory.Reset?)] = [
        ("c.200", ["posts"], nil), ("c.201", ["posts"], .ahead), ("c.60", ["posts"], nil),
        ("c.59", ["posts"], .trimmed), ("c.59", ["other"], nil), ("c.59", [], nil),
        ("c.119", ["posts", "old"], .trimmed), ("c.120", ["posts", "old"], nil),
        ("b.150", ["posts"], nil), ("b.151", ["posts"], .epoch), ("a.100", ["posts"], nil),
        ("a.101", ["posts"], .epoch), ("a.59", ["posts"], .trimmed), ("x.1", ["posts"], .epoch),
    ]

    @Test(arguments: cases.indices)
    func `an epoch's cursors are good as far as it was copied`(index: Int) throws {
        let (text, models, reset) = Self.cases[index]
        let cursor = try #require(FeedCursor(text))
        #expect(Self.history.reset(for: cursor, models: models) == reset, "\(text)")
        #expect(Self.history.epoch == "c")
    }

    @Test func `of a chain of failovers the shortest copy counts`() throws {
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

    @Test func `a snapshot is carried on until no cut can hold what it saw`() throws {
        let cursor = try #require(FeedCursor("e.5~700:705:701"))
        func cut(_ xmin: UInt64, last: Int64) throws -> Cut {
            let snapshot = try #require(Snapshot(xmin: xmin, xmax: 900, running: []))
            return Cut(
                number: 9, epoch: "e", snapshot: snapshot, first: last, last: last,
                changeCount: 1, madeAt: Instant(microseconds: 0))
        }
        #expect(try cursor.advanced(past: cut(704, last: 8)).text == "e.8~700:705:701")
        #expect(try cursor.advanced(past: cut(705, last: 8)).text == "e.8")
    }
}
