import Store
import Testing
import Values

@testable import Realtime

/// What concerns all listeners of a table is told in steps as well.
@Suite struct SteppedResetTests {
    private static let count = 100
    private static let todos = #"{"event":"*","schema":"public","table":"todos"}"#
    /// As `todos`, with one column more.
    private static let others = Models.all.merging([
        "todos": Models.todos.replacing(
            #""extra": {"type": "object"}"#,
            with: #""extra": {"type": "object"}, "more": {"type": "string"}"#)
    ]) { $1 }

    private let turns = Turns()
    private let stage: Stage
    private let peers: [Peer]

    /// Every other one on the same topic.
    init() throws {
        let stage = try Stage(Models.all, in: turns)
        peers = (0..<Self.count).map { number in
            let peer = stage.connect()
            peer.join(number % 2 == 0 ? "same" : "topic\(number)", Self.todos)
            _ = peer.sink.take()
            return peer
        }
        self.stage = stage
        stage.endStepsAtEachLook()
    }

    private func insertion(_ id: Int64) -> Change {
        stage.change(.insert, "todos", new: ["id": .integer(id)])
    }

    private func reset() -> Change {
        let change = insertion(0)
        return Change(
            reset: .truncated, of: "todos", sequence: change.sequence,
            transaction: change.sequence, committedAt: change.committedAt)
    }

    private var messageCount: Int { peers.reduce(0) { $0 + $1.sink.texts.count } }

    /// Messages of each step of what has been begun.
    private func steps() -> [Int] {
        var counts = [messageCount]
        while turns.next() { counts.append(messageCount) }
        return zip(counts, [0] + counts).map { $0 - $1 }
    }

    @Test func `a reset ends the channels of a table in steps, in its place among the changes`()
        throws
    {
        let changes = [insertion(1), reset(), insertion(2)]
        stage.hub.deliver(changes)
        let steps = steps()
        #expect((steps.max() ?? 0) <= 3 * RealtimeLimits.unitsPerLook, "\(steps)")
        for peer in peers {
            #expect(try peer.changes() == ["INSERT 1", "system", "phx_error"])
            #expect(peer.session.channels.isEmpty)
        }
        #expect(stage.hub.counters.resets == Self.count)
        #expect(stage.hub.binder.feeds["todos"]?.isHeard == false)
    }

    @Test func `who joins in the midst of it listens from then on`() throws {
        stage.hub.deliver([reset(), insertion(1)])
        let late = stage.connect()
        stage.newestChange = 2
        late.session.received(
            text: Array(
                """
                ["1","1","realtime:same","phx_join",{"config":{"postgres_changes":[\(Self.todos)]}}]
                """.utf8))
        while turns.next() {}
        _ = late.sink.take()
        #expect(late.session.channels.count == 1)
        stage.hub.deliver([insertion(9)])
        while turns.next() {}
        #expect(try late.changes() == ["INSERT 9"])
        #expect(stage.hub.counters.resets == Self.count)
    }

    @Test func `a reload in the midst of it ends the others`() throws {
        stage.hub.deliver([reset()])
        turns.next()
        try stage.reload(Models.all)
        while turns.next() {}
        #expect(stage.hub.counters.resets == Self.count)
        for peer in peers { #expect(try peer.changes() == ["system", "phx_error"]) }
    }

    @Test func `a change of former columns is told to all in steps`() throws {
        let former = insertion(1)
        try stage.reload(Self.others)
        stage.hub.deliver([former])
        let steps = steps()
        #expect((steps.max() ?? 0) <= RealtimeLimits.unitsPerLook, "\(steps)")
        for peer in peers {
            let texts = peer.sink.take()
            #expect(texts.count == 1 && texts.allSatisfy { $0.contains("has changed. Fetch") })
        }
        #expect(stage.hub.counters.brokenDecisions == 0)
    }
}
