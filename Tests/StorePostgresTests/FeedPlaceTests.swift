import Diagnostics
import PostgresWire
import Store
import Testing
import Values

@testable import StorePostgres

/// What comes of pages, without a server.
@Suite struct FeedPlaceTests {
    private func place() throws -> FeedPlace {
        let snapshot = try #require(Snapshot(xmin: 1, xmax: 1, running: []))
        var place = FeedPlace(
            after: Cut(
                number: 4, epoch: "one", snapshot: snapshot, first: 1, last: 10, changeCount: 10,
                madeAt: Instant(seconds: 1)))
        place.set([CapturedDatabase.items, CapturedDatabase.parts])
        return place
    }

    private func row(
        _ sequence: Int64, of transaction: Int64, _ table: String = "items"
    ) -> CapturedRow {
        let name = table == "items" ? "name" : "item"
        return CapturedRow(
            sequence: sequence, transaction: transaction, cut: 5, xid: 1,
            committedAt: Instant(seconds: sequence), table: table, operation: .insert, key: [],
            new: Array(#"{"id":\#(sequence),"\#(name)":null}"#.utf8), old: nil)
    }

    private func page(
        _ rows: [CapturedRow], isFull: Bool = false, head: Int64? = nil,
        _ change: (inout FeedHistory) -> Void = { _ in }
    ) -> FeedPlace.Page {
        var history = FeedHistory()
        history.add(epoch: "one", 1, after: nil, end: 0)
        history.set(head: head ?? max(rows.last?.sequence ?? 0, 10))
        change(&history)
        return FeedPlace.Page(rows: rows, isFull: isFull, history: history)
    }

    private func told(_ outcome: FeedPlace.Outcome) -> [String] {
        outcome.changes.map { change in
            change.reset.map { "\(change.sequence) reset \(change.table) \($0)" }
                ?? "\(change.sequence)"
        }
    }

    @Test func `a transaction that may go on is kept back until its end is read`() throws {
        var place = try place()
        let rows = [row(11, of: 11), row(12, of: 12), row(13, of: 12)]
        #expect(told(place.take(page(rows, isFull: true, head: 20))) == ["11"])
        #expect(place.sequence == 13)
        let next = [row(14, of: 12), row(15, of: 15)]
        #expect(told(place.take(page(next, isFull: true, head: 20))) == ["12", "13", "14"])
        #expect(told(place.take(page([], head: 20))) == ["15"])
        #expect(told(place.take(page([], head: 20))) == [])
    }

    @Test func `one that is too large is published in parts`() throws {
        var place = try place()
        let most = Int64(CaptureLimits.togetherChangesMax)
        let rows = (11...(11 + most)).map { row($0, of: 11) }
        #expect(place.take(page(Array(rows.dropLast()), isFull: true)).changes.isEmpty)
        #expect(place.take(page([rows[Int(most)]], isFull: true)).changes.count == Int(most) + 1)
    }

    @Test func `what retention took is told once, in front of what is left`() throws {
        var place = try place()
        #expect(told(place.take(page([row(11, of: 11)], isFull: true, head: 20))) == [])
        let rows = [row(14, of: 14, "parts"), row(15, of: 15)]
        let trimmed = page(rows, head: 20) { $0.add(trimmed: "items", upTo: 12) }
        let outcome = place.take(trimmed)
        #expect(told(outcome) == ["10 reset items trimmed", "11", "14"])
        #expect(outcome.events.count == 1)
        #expect(told(place.take(page([], head: 20) { $0.add(trimmed: "items", upTo: 19) })) == [])
        let later = page([row(21, of: 21)]) { $0.add(trimmed: "items", upTo: 19) }
        #expect(told(place.take(later)) == ["21"])
    }

    @Test func `a new epoch that goes on from what was read is followed`() throws {
        var place = try place()
        let next = page([row(11, of: 11)]) { $0.add(epoch: "two", 2, after: "one", end: 10) }
        #expect(told(place.take(next)) == ["11"])
        #expect(place.epoch == "two")
    }

    @Test(arguments: [("one", Int64(9)), (nil, 0)])
    func `one that lacks what was read begins anew at its end`(previous: String?, end: Int64) throws
    {
        var place = try place()
        _ = place.take(page([row(11, of: 11)], isFull: true))
        let next = page([row(12, of: 12)], head: 9) {
            $0.add(epoch: "two", 2, after: previous, end: end)
        }
        #expect(told(place.take(next)) == ["9 reset items epoch", "9 reset parts epoch"])
        #expect(place.epoch == "two" && place.sequence == 9)
        let later = page([row(10, of: 10)]) {
            $0.add(epoch: "two", 2, after: previous, end: end)
        }
        #expect(told(place.take(later)) == ["10"])
    }

    @Test func `without a history nothing is published`() throws {
        var place = try place()
        var empty = page([row(11, of: 11)])
        empty.history = FeedHistory()
        #expect(told(place.take(empty)) == [])
        #expect(place.sequence == 10)
    }

    @Test func `notifications are trusted while they come`() {
        var trust = NotificationTrust(newest: 4)
        #expect(!trust.isListening)
        trust.take(found: 5)
        trust.take(notified: 5)
        #expect(trust.isListening)
        trust.take(found: 6)
        // That of the sixth may be on its way.
        #expect(trust.isListening)
        trust.take(found: 6)
        #expect(!trust.isListening)
        trust.take(notified: 7)
        #expect(trust.isListening)
        trust.takeLoss()
        #expect(!trust.isListening)
    }
}
