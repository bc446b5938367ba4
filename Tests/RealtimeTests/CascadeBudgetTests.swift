import Bytes
import Diagnostics
import PostgresTestSupport
import Store
import Testing
import Values

@testable import Realtime

/// A reader that says how many look-ups it was asked for, and what texts they carried.
private final class WeighingReader: WrappedReader {
    private(set) var count = 0
    private(set) var bytes = 0

    private func weigh(_ query: ScalarQuery) {
        count += 1
        for case .text(let text) in query.sql.arguments { bytes += text.utf8.count }
    }

    override func scalarAtHand(
        _ query: ScalarQuery, within time: Duration
    ) throws(DatabaseError) -> Value? {
        // A busy machine takes its time.
        let found = try reader.scalarAtHand(query, within: .seconds(10))
        if found != nil { weigh(query) }
        return found
    }

    override func ask(
        _ queries: [ScalarQuery], reply: @escaping ([Result<Value, Problem>]) -> Void
    ) {
        for query in queries { weigh(query) }
        reader.ask(queries, reply: reply)
    }
}

/// What one transaction deletes must not keep the feeds from the others, however much it is: the
/// rules of its rows are asked with all that it deleted.
@Suite struct CascadeBudgetTests {
    private static let messages = #"{"event":"*","schema":"public","table":"messages"}"#

    private let stage: Stage
    private let reader: WeighingReader
    private let ada: Peer
    private let eve: Peer

    init() throws {
        var made: WeighingReader?
        let stage = try Stage(Models.all) {
            let reader = WeighingReader($0)
            made = reader
            return reader
        }
        reader = try #require(made)
        (ada, eve) = (stage.connect(as: user(Models.ada)), stage.connect(as: user(Models.eve)))
        for peer in [ada, eve] {
            peer.join("a", Self.messages)
            _ = peer.sink.take()
        }
        self.stage = stage
    }

    /// A transaction takes so many rooms' only member and only message away.
    private func clear(rooms: Int, of person: String) {
        let transaction = Int64(1_000_000 + rooms)
        let gone = (0..<rooms).flatMap { room in
            let (id, room) = (Value.integer(Int64(room)), Value.integer(Int64(room)))
            return [
                stage.change(
                    .delete, "members", old: ["room": room, "person": .text(person)],
                    of: transaction),
                stage.change(
                    .delete, "messages", old: ["id": id, "room": room], of: transaction),
            ]
        }
        stage.hub.deliver(gone)
    }

    @Test func `a transaction of ordinary size is told row by row`() throws {
        clear(rooms: 20, of: Models.ada)
        #expect(try ada.changes() == (0..<20).map { "DELETE \($0)" })
        #expect(try eve.changes() == [])
        #expect(stage.hub.counters.skippedListeners == 0)
    }

    @Test func `what look-ups carry is bounded, however much a transaction has deleted`() throws {
        clear(rooms: 600, of: Models.ada)
        #expect(reader.bytes <= RealtimeLimits.restoredBytes, "\(reader.bytes)")
        let told = try ada.messages().map { $0.elements[3].string }
        // Whoever is not told row by row reads again: once will do, as all has been committed.
        #expect(told.filter { $0 == "system" }.count == 1)
        #expect(told.count < 600)
        // Who may see none of the rows is told of none.
        #expect(try eve.messages().allSatisfy { $0.elements[3].string == "system" })
        #expect(stage.hub.counters.skippedListeners > 0)
        // The next transaction has a budget of its own.
        clear(rooms: 2, of: Models.ada)
        #expect(try ada.changes() == ["DELETE 0", "DELETE 1"])
        #expect(try eve.changes() == [])
    }

    @Test func `more than look-ups may carry is not asked of at all`() throws {
        clear(rooms: 20_000, of: Models.ada)
        #expect(reader.count == 0)
        for peer in [ada, eve] { #expect(try peer.changes() == ["system"]) }
    }

    @Test func `who begins in the midst of it is told to read again as well`() throws {
        let transaction: Int64 = 7_000_000
        let members = (0..<20_000).map { room in
            stage.change(
                .delete, "members",
                old: ["room": .integer(Int64(room)), "person": .text(Models.ada)], of: transaction)
        }
        func message(_ id: Int64) -> Change {
            stage.change(
                .delete, "messages", old: ["id": .integer(id), "room": .integer(id)],
                of: transaction)
        }
        let departed = DepartedRows(
            of: transaction, among: members, feeds: stage.hub.binder.feeds)
        let audience = try #require(ada.session.channels.values.first?.audience)
        #expect(departed.mustWarn(audience, of: message(1)))
        #expect(!departed.mustWarn(audience, of: message(2)))
        // Equal to ada in all, so it is the same audience.
        stage.connect(as: user(Models.ada)).join("a", Self.messages)
        #expect(departed.mustWarn(audience, of: message(3)))
    }
}

/// How long a step is that asks the database.
@Suite(.sqliteOnly) struct LookUpStepTests {
    @Test func `the clock is looked at behind each look-up`() throws {
        let turns = Turns()
        var settings = FeedSettings()
        settings.changeMillisecondsMax = 1_000_000
        var made: WeighingReader?
        let stage = try Stage(
            Models.all, settings: settings,
            reading: {
                let reader = WeighingReader($0)
                made = reader
                return reader
            }, inLaterTurn: { turns.leave($0) })
        let reader = try #require(made)
        for number in 0..<10 {
            stage.connect(as: user("00000000-0000-4000-8000-00000000000\(number)")).join(
                "a", #"{"event":"*","schema":"public","table":"messages"}"#)
        }
        stage.endStepsAtEachLook()
        stage.insert("messages", ["id": .integer(1), "room": .integer(7)])
        var counts = [reader.count]
        while turns.next() { counts.append(reader.count) }
        #expect(reader.count == 10)
        #expect(zip(counts, [0] + counts).allSatisfy { $0 - $1 <= 1 }, "\(counts)")
    }
}
