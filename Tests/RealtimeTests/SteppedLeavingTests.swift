import Store
import Testing
import Values

@testable import Realtime

/// Sockets that end together take their channels out in steps, between which the loop does other
/// things.
@Suite struct SteppedLeavingTests {
    private static let sockets = 10
    private static let channels = 20
    private static let todos = #"{"event":"*","schema":"public","table":"todos"}"#

    private let turns = Turns()
    private let stage: Stage
    private let bystander: Peer
    private let peers: [Peer]

    init() throws {
        let stage = try Stage(Models.all, in: turns)
        bystander = stage.connect()
        bystander.join("same0", Self.todos)
        _ = bystander.sink.take()
        peers = (0..<Self.sockets).map { _ in
            let peer = stage.connect()
            for number in 0..<Self.channels { peer.join("same\(number)", Self.todos) }
            _ = peer.sink.take()
            return peer
        }
        self.stage = stage
        stage.endStepsAtEachLook()
    }

    /// How many channels each turn takes out, from now on.
    private func steps(until isEnough: (Int) -> Bool = { _ in false }) -> [Int] {
        var steps: [Int] = []
        while !isEnough(stage.hub.counters.channels) {
            let before = stage.hub.counters.channels
            guard turns.next() else { break }
            steps.append(before - stage.hub.counters.channels)
        }
        return steps
    }

    /// Somebody joins the topic of the gone, and hears what is written then.
    private func expectNewcomerHears() throws {
        let late = stage.connect()
        late.join("same7", Self.todos)
        _ = late.sink.take()
        while turns.next() {}
        stage.insert("todos", ["id": .integer(1)])
        while turns.next() {}
        #expect(try late.changes() == ["INSERT 1"])
    }

    private func endAll() {
        for peer in peers { peer.session.closed(code: nil) }
    }

    @Test func `channels of sockets that end together leave over several turns`() {
        let before = stage.hub.counters.channels
        endAll()
        #expect(stage.hub.counters.sessions == 1)
        #expect(before - stage.hub.counters.channels <= 1)
        let steps = steps()
        #expect((steps.max() ?? 0) <= 1, "\(steps)")
        #expect(stage.hub.counters.channels == 1)
        #expect(stage.hub.audiences.count == 1)
        #expect(peers.allSatisfy { $0.session.channels.isEmpty })
    }

    @Test func `a change in between is told to the others, and not to the gone`() throws {
        endAll()
        _ = steps { $0 < 100 }
        let deliveries = stage.hub.counters.deliveries
        stage.insert("todos", ["id": .integer(1)])
        while turns.next() {}
        #expect(try bystander.changes() == ["INSERT 1"])
        #expect(stage.hub.counters.deliveries == deliveries + 1)
        #expect(peers.allSatisfy { $0.sink.texts.isEmpty })
    }

    @Test func `who comes in between hears what follows`() throws {
        endAll()
        _ = steps { $0 < 100 }
        try expectNewcomerHears()
        #expect(stage.hub.counters.channels == 2)
    }

    @Test func `a reset in between ends the channels of the others`() throws {
        endAll()
        _ = steps { $0 < 100 }
        let change = stage.change(.insert, "todos", new: ["id": .integer(0)])
        stage.hub.deliver([
            Change(
                reset: .truncated, of: "todos", sequence: change.sequence,
                transaction: change.sequence, committedAt: change.committedAt)
        ])
        while turns.next() {}
        #expect(try bystander.changes() == ["system", "phx_error"])
        #expect(stage.hub.counters.resets == 1)
        #expect(stage.hub.counters.channels == 0)
        #expect(peers.allSatisfy { $0.sink.texts.isEmpty })
    }

    @Test func `a reload in between leaves nobody behind in former models`() throws {
        endAll()
        try stage.reload(Models.all)
        try expectNewcomerHears()
        #expect(try bystander.changes() == ["INSERT 1"])
        #expect(stage.hub.counters.channels == 2)
    }

    @Test func `silent sockets are closed over several turns`() {
        stage.timeOfLook = .zero
        stage.advance(microseconds: 1_000_000 * (RealtimeLimits.idleSeconds + 1))
        bystander.session.received(pong: [])
        stage.endStepsAtEachLook()
        stage.hub.tick(now: stage.now)
        var counts = [stage.hub.counters.sessions]
        while turns.next() { counts.append(stage.hub.counters.sessions) }
        #expect(zip([Self.sockets + 1] + counts, counts).allSatisfy { $0 - $1 <= 1 }, "\(counts)")
        #expect(peers.allSatisfy { $0.sink.closeCode == 1001 })
        #expect(bystander.sink.closeCode == nil)
        #expect(stage.hub.counters.channels == 1)
    }
}
