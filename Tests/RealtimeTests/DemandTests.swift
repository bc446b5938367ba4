import Store
import Testing
import Values

@testable import Realtime

/// When a loop wants to be handed changes.
@Suite struct DemandTests {
    private let todos = #"{"event":"*","schema":"public","table":"todos"}"#

    @Test func `it is there from the first listener to the tick after the last`() throws {
        let stage = try Stage(Models.all)
        let demand = stage.hub.demand
        let peer = stage.connect()
        peer.join("chat")
        stage.hub.tick(now: stage.now)
        #expect(!demand.isPresent, "a channel without bindings hears no changes")
        peer.join("a", todos)
        #expect(demand.isPresent)
        peer.join("a", todos)
        stage.hub.tick(now: stage.now)
        #expect(demand.isPresent, "a second join replaces the first")
        try stage.reload(Models.all)
        stage.hub.tick(now: stage.now)
        #expect(demand.isPresent, "a reload takes all listeners out and puts them back")
        peer.session.close(code: 1000, reason: "")
        #expect(demand.isPresent)
        stage.hub.tick(now: stage.now)
        #expect(!demand.isPresent)
    }

    @Test func `who listens after changes that were left out hears the next one`() throws {
        let stage = try Stage(Models.all)
        let first = stage.connect()
        first.join("a", todos)
        stage.insert("todos", ["id": .integer(1)])
        #expect(try first.changes() == ["INSERT 1"])
        first.session.close(code: 1000, reason: "")
        stage.hub.tick(now: stage.now)
        for id in 2...9 {
            _ = stage.change(.insert, "todos", new: ["id": .integer(Int64(id))])
        }
        let second = stage.connect()
        second.join("a", todos)
        stage.insert("todos", ["id": .integer(10)])
        #expect(try second.changes() == ["INSERT 10"])
    }
}
