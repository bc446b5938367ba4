import Diagnostics
import PostgresWire
import Store
import Testing
import Values

@testable import StorePostgres

/// What comes of pages, without a server.
@Suite struct FeedPlaceTests {
    private func place() throws -> FeedPlace {
        var place = FeedPlace(
            after: Cut(number: 4, epoch: "one", last: 10, madeAt: Instant(seconds: 1)))
        place.set([CapturedDatabase.items, CapturedDatabase.parts])
        return place
    }

    private func row(
        _ sequence: Int64, of transaction: Int64, _ table: String = "items"
    ) -> CapturedRow {
        let name = table == "items" ? "name" : "item"
        return CapturedRow(
            sequence: sequence, transaction: transaction, cut: 5, xid: 1,
            committedAt: Instant(seconds: sequence), table: table, operation: .insert,
            new: Array(#"{"id":\#(sequence),"\#(name)":null}"#.utf8), old: nil)
    }

    private func page(
        _ rows: [CapturedRow], of tables: Set<String> = ["items", "parts"], newest: Int64 = 10,
        isFull: Bool = false, head: Int64? = nil, _ change: (inout FeedHistory) -> Void = { _ in }
    ) -> FeedPlace.Page {
        var history = FeedHistory()
        history.add(epoch: "one", 1, after: nil, end: 0)
        history.set(head: head ?? max(rows.last?.sequence ?? 0, 10))
        change(&history)
        return FeedPlace.Page(
            tables: tables, newest: newest, rows: rows, isFull: isFull, history: history)
    }

    /// Takes a page as a feed does.
    private func step(_ place: inout FeedPlace, _ page: FeedPlace.Page) -> FeedPlace.Outcome {
        place.take(page.history) ?? place.take(page)
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
        #expect(told(step(&place, page(rows, isFull: true, head: 20))) == ["11"])
        #expect(place.sequence == 13)
        let next = [row(14, of: 12), row(15, of: 15)]
        #expect(told(step(&place, page(next, isFull: true, head: 20))) == ["12", "13", "14"])
        #expect(told(step(&place, page([], head: 20))) == ["15"])
        #expect(told(step(&place, page([], head: 20))) == [])
    }

    @Test func `one that is too large is published in parts`() throws {
        var place = try place()
        let most = Int64(CaptureLimits.togetherChangesMax)
        let rows = (11...(11 + most)).map { row($0, of: 11) }
        #expect(step(&place, page(Array(rows.dropLast()), isFull: true)).changes.isEmpty)
        #expect(step(&place, page([rows[Int(most)]], isFull: true)).changes.count == Int(most) + 1)
    }

    @Test func `what retention took is told once, in front of what is left`() throws {
        var place = try place()
        #expect(told(step(&place, page([row(11, of: 11)], isFull: true, head: 20))) == [])
        let rows = [row(14, of: 14, "parts"), row(15, of: 15)]
        let trimmed = page(rows, head: 20) { $0.add(trimmed: "items", upTo: 12) }
        let outcome = step(&place, trimmed)
        #expect(told(outcome) == ["10 reset items trimmed", "11", "14"])
        #expect(outcome.events.count == 1)
        #expect(told(step(&place, page([], head: 20) { $0.add(trimmed: "items", upTo: 19) })) == [])
        let later = page([row(21, of: 21)]) { $0.add(trimmed: "items", upTo: 19) }
        #expect(told(step(&place, later)) == ["21"])
    }

    @Test func `a new epoch that goes on from what was read is followed`() throws {
        var place = try place()
        let next = page([row(11, of: 11)]) { $0.add(epoch: "two", 2, after: "one", end: 10) }
        #expect(told(step(&place, next)) == ["11"])
        #expect(place.epoch == "two")
    }

    @Test(arguments: [("one", Int64(9)), (nil, 0)])
    func `one that lacks what was read begins anew at its end`(previous: String?, end: Int64) throws
    {
        var place = try place()
        _ = step(&place, page([row(11, of: 11)], isFull: true))
        let next = page([row(12, of: 12)], head: 9) {
            $0.add(epoch: "two", 2, after: previous, end: end)
        }
        #expect(told(step(&place, next)) == ["9 reset items epoch", "9 reset parts epoch"])
        #expect(place.epoch == "two" && place.sequence == 9)
        let later = page([row(10, of: 10)]) {
            $0.add(epoch: "two", 2, after: previous, end: end)
        }
        #expect(told(step(&place, later)) == ["10"])
    }

    @Test func `without a history nothing is published`() throws {
        var place = try place()
        var empty = page([row(11, of: 11)])
        empty.history = FeedHistory()
        #expect(told(step(&place, empty)) == [])
        #expect(place.sequence == 10)
    }

    @Test func `what nobody listens to is passed over as far as it is known`() throws {
        var place = try place()
        #expect(told(step(&place, page([], of: ["parts"], newest: 30, head: 40))) == [])
        #expect(place.sequence == 30 && place.newest == 40)
        #expect(told(step(&place, page([], of: [], head: 50))) == [])
        #expect(place.sequence == 50)
        var hasSkipped = [place.skip(to: 4), place.skip(to: 5)]
        #expect(hasSkipped == [true, false])
        place.take(cut: 5, last: 60, of: "one")
        hasSkipped = [place.skip(to: 5)]
        #expect(hasSkipped == [true] && place.sequence == 60)
        // Of another history nothing is known before it is read.
        place.take(cut: 3, last: 70, of: "two")
        hasSkipped = [place.skip(to: 3)]
        #expect(hasSkipped == [false] && place.newest == 60)
    }

    /// Who has joined behind it would hear nothing of the new history up to there.
    @Test func `a history that lacks what was known, though nobody has read it, begins anew`()
        throws
    {
        var place = try place()
        place.take(cut: 5, last: 15, of: "one")
        let next = page([row(11, of: 11)], head: 20) {
            $0.add(epoch: "two", 2, after: "one", end: 12)
        }
        #expect(told(step(&place, next)) == ["20 reset items epoch", "20 reset parts epoch"])
    }

    @Test func `of a transaction that nobody listens to any more nothing is kept`() throws {
        var place = try place()
        _ = step(&place, page([row(11, of: 11)], isFull: true, head: 20))
        _ = step(&place, page([], of: [], head: 20))
        #expect(told(step(&place, page([row(21, of: 21)], head: 21))) == ["21"])
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
